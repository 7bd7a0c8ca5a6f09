"""A book in from Excel, on a page."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs
from yinuo.city.people.views.uploads import as_workbook, taken_in
from yinuo.city.registers import exchange
from yinuo.city.registers.books import Book
from yinuo.city.registers.opening import first_step
from yinuo.city.registers.spelling import Speller
from yinuo.city.registers.views.books import book_for
from yinuo.engine.clauses.flow import Step


@needs("case.open")
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, kind: str) -> HttpResponse:
    """Upload a workbook: what was entered and changed, and a report of each row that was not."""
    book, step = _opening(request, kind)
    shown: dict[str, object] = {"book": book, "taken": None, "report": None, "most": exchange.MOST}
    if request.method == "POST":
        now = timezone.now()
        speller = Speller(words_for(request), request.actor, timezone.localdate(now))  # type: ignore[attr-defined]
        shown |= taken_in(request, lambda file: exchange.take(file.read(), book, step, speller=speller, now=now))
    return render(request, "registers/import.html.j2", shown, status=422 if shown["report"] else 200)


@needs("case.open")
@require_safe
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty workbook to fill in."""
    book, step = _opening(request, kind)
    return as_workbook(exchange.template(book, step), f"{kind.replace('/', '-')}-template")


def _opening(request: HttpRequest, kind: str) -> tuple[Book, Step]:
    book = book_for(request, kind)
    step = first_step(book.way, words_for(request), request.actor)  # type: ignore[attr-defined]
    if step is None:
        raise Http404
    return book, step
