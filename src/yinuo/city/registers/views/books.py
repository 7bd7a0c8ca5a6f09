"""The overview of the books, the list of one of them on the screen, on paper and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yinuo.city.pages.listing import BadQuery, Listing, exported, listed, prepared
from yinuo.city.pages.showing import choices
from yinuo.city.pages.spreadsheets import as_csv, as_excel
from yinuo.city.pages.words import Words, words_for
from yinuo.city.people.commands import note_export
from yinuo.city.people.guard import needs
from yinuo.city.people.may import may, row_filter
from yinuo.city.registers import lists
from yinuo.city.registers.books import Book, books
from yinuo.city.registers.bulk import acts_for_many
from yinuo.city.registers.opening import first_step
from yinuo.city.registers.overview import COUNTED, overview

PRINTED = 1_000
"""Rows of a printed list; the file has all."""


@needs("case.read")
@require_safe
def registers(request: HttpRequest) -> HttpResponse:
    """Every book this person may look into, by institution."""
    words, now = words_for(request), timezone.now()
    found = overview(words, actor=request.actor, now=now)  # type: ignore[attr-defined]
    used = [one for one in found if any(line.counts.whole for line in one[1])]
    facts = {"used": used, "empty": [one for one in found if one not in used], "counted": COUNTED}
    return render(request, "registers/registers.html.j2", facts)


@needs("case.read")
@require_safe
def register(request: HttpRequest, kind: str) -> HttpResponse:
    """One book: its entries, filtered, sorted, page by page."""
    words, actor = words_for(request), request.actor  # type: ignore[attr-defined]
    book = book_for(request, kind)
    found = _asked(request, book, words)
    reading = lists.Reading(book, words, actor=actor)
    reading.read(found.rows, book.columns)
    for row in found.rows:
        row["steps"] = lists.step_words(book, row["steps"], words)
    facts = {
        "book": book, "listing": found, "hidden": [one for one in book.columns if any(one.name in row["hidden"] for row in found.rows)],
        "choices": _choices(book, words), "may_export": may(actor, "case.export"), "acts": acts_for_many(book, words, actor=actor),
        "may_open": first_step(book.way, words, actor) is not None, "steps": _steps(book, words),
        "query": f"?{request.GET.urlencode()}" if request.GET else "",
    }  # fmt: skip
    return render(request, "registers/register.html.j2", facts)


@needs("case.read")
@require_safe
def printed(request: HttpRequest, kind: str) -> HttpResponse:
    """The same list on paper: at most PRINTED rows, every field that is short."""
    words, actor, now = words_for(request), request.actor, timezone.now()  # type: ignore[attr-defined]
    book = book_for(request, kind)
    found = _prepared(request, book, words, action="case.read")
    fields = [one for one in book.fields if one.is_short]
    rows = []
    for row in _read(found, book, words, fields=fields, request=request):
        rows.append(row)
        if len(rows) > PRINTED:
            break
    facts = {
        "book": book,
        "fields": fields,
        "rows": rows[:PRINTED],
        "is_more": len(rows) > PRINTED,
        "most": PRINTED,
        "now": now,
        "actor": actor,
    }
    return render(request, "registers/printed.html.j2", facts)


@needs("case.export")
@require_safe
def export(request: HttpRequest, kind: str, form: str) -> HttpResponseBase:
    """The same list as a file, with every field its reader may see."""
    words, now = words_for(request), timezone.now()
    book = book_for(request, kind)
    found = _prepared(request, book, words, action="case.export")
    actor = request.actor  # type: ignore[attr-defined]
    note_export(actor=actor, what=f"register {kind}", query=request.GET.dict(), rows=None, now=now)
    made = as_csv if form == "csv" else as_excel
    name = f"{kind.replace('/', '-')}-{timezone.localdate(now)}"
    return made(name, lists.columns(book, words), _read(found, book, words, fields=book.fields, request=request))


def book_for(request: HttpRequest, kind: str) -> Book:
    """The book of a kind as it is today. Raises Http404 when the text in force has none."""
    words = words_for(request)
    found = books(words.pack.digest, timezone.localdate()).get(kind) if words.is_there else None
    if found is None:
        raise Http404
    return found


def _condition(request: HttpRequest, book: Book, words: Words, action: str) -> tuple[str, Mapping[str, Any]]:
    actor = request.actor  # type: ignore[attr-defined]
    asker = actor if request.GET.get("mine") else None
    return lists.rows_of(book, row_filter(actor, action, "c.scope"), asker=asker, words=words)


def _asked(request: HttpRequest, book: Book, words: Words) -> Listing:
    condition = _condition(request, book, words, "case.read")
    try:
        return listed(lists.spec(book, words), path=request.path, asked=request.GET.dict(), row_filter=condition)
    except BadQuery as error:
        raise BadRequest(str(error)) from error


def _prepared(request: HttpRequest, book: Book, words: Words, *, action: str) -> Listing:
    condition = _condition(request, book, words, action)
    try:
        return prepared(lists.spec(book, words), path=request.path, asked=request.GET.dict(), row_filter=condition)
    except BadQuery as error:
        raise BadRequest(str(error)) from error


def _read(found: Listing, book: Book, words: Words, *, fields: Any, request: HttpRequest) -> Iterator[dict[str, Any]]:
    """The rows in portions, each read with the names it needs."""
    reading = lists.Reading(book, words, actor=request.actor)  # type: ignore[attr-defined]
    portion: list[dict[str, Any]] = []
    for row in exported(found):
        portion.append(row)
        if len(portion) == 500:
            reading.read(portion, fields)
            yield from portion
            portion = []
    reading.read(portion, fields)
    yield from portion


def _steps(book: Book, words: Words) -> list[tuple[str, str]]:
    """The filter of open steps."""
    return [(one.id, *lists.step_words(book, [one.id], words)) for one in book.way.listed]  # type: ignore[misc]


def _choices(book: Book, words: Words) -> list[dict[str, Any]]:
    """The filters of declared fields: each with what may be chosen."""
    found = []
    for one in book.columns:
        if one.is_filter and one.type.is_ != "unit":
            options = [("true", _("是")), ("false", _("否"))] if one.type.is_ == "bool" else choices(one.type, words)
            found.append({"name": f"is_{one.name}", "word": one.word, "options": options})
    return found
