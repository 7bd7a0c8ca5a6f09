"""Items in and out of Excel, on a page."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.city.catalogue import exchange, lists, sheet
from yinuo.city.pages.listing import BadQuery, exported, prepared
from yinuo.city.pages.spreadsheets import as_csv, as_excel
from yinuo.city.pages.words import words_for
from yinuo.city.people.commands import note_export
from yinuo.city.people.exchange import workbook
from yinuo.city.people.guard import needs
from yinuo.city.people.may import reaching
from yinuo.city.people.views.uploads import as_workbook, taken_in


@needs("item.draft")
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """Upload a workbook: what was drafted, and a report of each row that was not."""
    actor = request.actor  # type: ignore[attr-defined]
    opens = lists.below(words_for(request), reaching(actor, "units.write"))
    shown: dict[str, object] = {"taken": None, "report": None, "opens": opens, "under": request.POST.get("under", "")}
    if request.method == "POST":
        shown |= taken_in(request, lambda file: _take(request, file))
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
    return as_workbook(content, "catalogue-template")


def _take(request: HttpRequest, file: UploadedFile[bytes]) -> exchange.Taken:
    """A published list is CSV, everything else a workbook."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    if (file.name or "").endswith(".csv"):
        return exchange.take_listed(file.read(), under=request.POST.get("under", ""), actor=actor, now=now)
    return exchange.take(file.read(), actor=actor, now=now)
