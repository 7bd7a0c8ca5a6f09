"""Units and people in and out of Excel, on a page."""

from __future__ import annotations

import base64

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.city.people import commands
from yinuo.city.people.exchange import incoming, outgoing, workbook
from yinuo.city.people.guard import needs

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST = 20_000_000
"""Bytes of a workbook that is taken."""


@needs("people.import")
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """Upload a workbook; what was taken, and a report of each row that was not."""
    shown: dict[str, object] = {"taken": None, "report": None}
    file = request.FILES.get("file")
    if request.method == "POST":
        if not isinstance(file, UploadedFile) or (file.size or 0) > LARGEST:
            messages.error(request, _("请选择一个不超过20兆的 Excel 文件。"))
        else:
            shown |= _take(request, file.read())
    return render(request, "people/import.html.j2", shown, status=422 if shown["report"] else 200)


@needs("people.export")
@require_safe
def give(request: HttpRequest) -> HttpResponse:
    """The workbook of what one may export."""
    now = timezone.now()
    name = f"units-people-{timezone.localdate(now).isoformat()}.xlsx"
    actor = request.actor  # type: ignore[attr-defined]
    content = outgoing.export(actor=actor, now=now)
    commands.note_export(actor=actor, what="people", query={}, rows=None, now=now)
    return _file(content, name)


@needs("people.import")
@require_safe
def template(_request: HttpRequest) -> HttpResponse:
    """An empty workbook to fill in."""
    return _file(outgoing.template(), "units-people-template.xlsx")


def _take(request: HttpRequest, content: bytes) -> dict[str, object]:
    only_good = request.POST.get("only_good") == "on"
    try:
        taken = incoming.take(
            content,
            actor=request.actor,  # type: ignore[attr-defined]
            now=timezone.now(),
            all_or_nothing=not only_good,
        )
    except workbook.Unreadable as problem:
        messages.error(request, str(problem))
        return {}
    if not taken.refused:
        return {"taken": taken}
    book = workbook.write([(_("未导入的行"), workbook.REPORT, workbook.report(taken.refused))])
    return {"taken": taken, "report": f"data:{EXCEL};base64,{base64.b64encode(book).decode()}"}


def _file(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=EXCEL, headers={"Content-Disposition": f'attachment; filename="{name}"'})
