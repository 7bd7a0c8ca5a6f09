"""A book in from Excel, on a page."""

from __future__ import annotations

import base64

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.city.pages.spreadsheets import EXCEL
from yinuo.city.pages.words import words_for
from yinuo.city.people.exchange import workbook
from yinuo.city.people.guard import needs
from yinuo.city.registers import exchange
from yinuo.city.registers.books import Book
from yinuo.city.registers.opening import first_step
from yinuo.city.registers.spelling import Speller
from yinuo.city.registers.views.books import book_for
from yinuo.engine.clauses.flow import Step

LARGEST = 20_000_000
"""Bytes of a workbook that is taken."""


@needs("case.open")
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, kind: str) -> HttpResponse:
    """Upload a workbook: what was entered and changed, and a report of each row that was not."""
    book, step = _opening(request, kind)
    shown: dict[str, object] = {"book": book, "taken": None, "report": None, "most": exchange.MOST}
    file = request.FILES.get("file")
    if request.method == "POST":
        if not isinstance(file, UploadedFile) or (file.size or 0) > LARGEST:
            messages.error(request, _("请选择一个不超过20兆的 Excel 文件。"))
        else:
            shown |= _take(request, file, book, step)
    return render(request, "registers/import.html.j2", shown, status=422 if shown["report"] else 200)


@needs("case.open")
@require_safe
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty workbook to fill in."""
    book, step = _opening(request, kind)
    headers = {"Content-Disposition": f'attachment; filename="{kind.replace("/", "-")}-template.xlsx"'}
    return HttpResponse(exchange.template(book, step), content_type=EXCEL, headers=headers)


def _opening(request: HttpRequest, kind: str) -> tuple[Book, Step]:
    book = book_for(request, kind)
    step = first_step(book.way, words_for(request), request.actor)  # type: ignore[attr-defined]
    if step is None:
        raise Http404
    return book, step


def _take(request: HttpRequest, file: UploadedFile[bytes], book: Book, step: Step) -> dict[str, object]:
    now = timezone.now()
    speller = Speller(words_for(request), request.actor, timezone.localdate(now))  # type: ignore[attr-defined]
    try:
        taken = exchange.take(file.read(), book, step, speller=speller, now=now)
    except workbook.Unreadable as problem:
        messages.error(request, str(problem))
        return {}
    if not taken.refused:
        return {"taken": taken}
    made = workbook.write([(_("未导入的行"), workbook.REPORT, workbook.report(taken.refused))])
    return {"taken": taken, "report": f"data:{EXCEL};base64,{base64.b64encode(made).decode()}"}
