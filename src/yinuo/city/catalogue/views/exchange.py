"""Items in and out of Excel, on a page."""

from __future__ import annotations

import base64

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.city.catalogue import exchange, lists, sheet
from yinuo.city.pages.listing import BadQuery, exported, prepared
from yinuo.city.pages.spreadsheets import EXCEL, as_csv, as_excel
from yinuo.city.pages.words import words_for
from yinuo.city.people.commands import note_export
from yinuo.city.people.exchange import workbook
from yinuo.city.people.guard import needs
from yinuo.city.people.may import reaching

LARGEST = 20_000_000
"""Bytes of a workbook that is taken."""


@needs("item.draft")
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """Upload a workbook: what was drafted, and a report of each row that was not."""
    actor = request.actor  # type: ignore[attr-defined]
    opens = lists.below(words_for(request), reaching(actor, "units.write"))
    shown: dict[str, object] = {"taken": None, "report": None, "opens": opens, "under": request.POST.get("under", "")}
    file = request.FILES.get("file")
    if request.method == "POST":
        if not isinstance(file, UploadedFile) or (file.size or 0) > LARGEST:
            messages.error(request, _("请选择一个不超过20兆的 Excel 文件。"))
        else:
            shown |= _take(request, file)
    return render(request, "catalogue/import.html.j2", shown, status=422 if shown["report"] else 200)


@needs("item.read")
@require_safe
def give(request: HttpRequest, form: str) -> HttpResponseBase:
    """The list as a file; the workbook can be changed and imported again."""
    words, now = words_for(request), timezone.now()
    actor = request.actor  # type: ignore[attr-defined]
    allowed = lists.row_filter(actor, words, timezone.localdate(now), action="item.read")
    try:
        found = prepared(lists.spec(words), path=request.path, asked=request.GET.dict(), row_filter=allowed)
    except BadQuery as error:
        raise BadRequest(str(error)) from error
    note_export(actor=actor, what="catalogue", query=request.GET.dict(), rows=None, now=now)
    made = as_csv if form == "csv" else as_excel
    return made(f"catalogue-{timezone.localdate(now)}", lists.columns(), exported(found))


@needs("item.draft")
@require_safe
def template(_request: HttpRequest) -> HttpResponse:
    """An empty workbook to fill in."""
    content = workbook.write([(sheet.SHEET.zh, [one.zh for one in sheet.SHEET.columns], [])])
    headers = {"Content-Disposition": 'attachment; filename="catalogue-template.xlsx"'}
    return HttpResponse(content, content_type=EXCEL, headers=headers)


def _take(request: HttpRequest, file: UploadedFile) -> dict[str, object]:
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    try:
        if (file.name or "").endswith(".csv"):
            taken = exchange.take_listed(file.read(), under=request.POST.get("under", ""), actor=actor, now=now)
        else:
            taken = exchange.take(file.read(), actor=actor, now=now)
    except workbook.Unreadable as problem:
        messages.error(request, str(problem))
        return {}
    if not taken.refused:
        return {"taken": taken}
    book = workbook.write([(_("未导入的行"), workbook.REPORT, workbook.report(taken.refused))])
    return {"taken": taken, "report": f"data:{EXCEL};base64,{base64.b64encode(book).decode()}"}
