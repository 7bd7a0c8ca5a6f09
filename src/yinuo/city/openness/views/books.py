"""The books: subjects of disclosure, releases, decisions, answers; each entry with its history and its files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from yinuo.city.cases import attachments
from yinuo.city.cases.models import Attachment
from yinuo.city.openness import records
from yinuo.city.openness.asking import page_of, unit_of, word_of
from yinuo.city.openness.records import BOOKS, Record
from yinuo.city.openness.views.page import render
from yinuo.city.openness.wording import book_words, field_rows, length, matches, step_words
from yinuo.city.pages.bookreading import typed
from yinuo.city.pages.showing import choices
from yinuo.city.pages.words import Words, words_for
from yinuo.city.people.guard import public

SHOWN = 30
"""So many entries on a page."""
CLASSED = ("class", "topic")
"""The field by which a book is sorted into classes, where it has one."""


@public
@require_safe
def book(request: HttpRequest, book: str) -> HttpResponse:
    """One book: found by words, class, unit, and whether an entry is stale; the last let out first."""
    words, kind = words_for(request), _kind(book)
    clause = records.clause_of(words, kind)
    if clause is None:
        raise Http404
    everything = records.fresh(records.books(words, kind)[kind])
    unit, below = unit_of(request, words)
    asked = {
        "q": word_of(request),
        "class": word_of(request, "class"),
        "stale": request.GET.get("stale", "")[:1],
        "unit": unit,
    }
    found = [one for one in everything if _is_asked(one, asked, below, words)]
    page = page_of(request)
    classed = next((name for name in CLASSED if name in clause.fields), "")
    facts = {
        "book": book, "clause": clause, "asked": asked, "found": found[page * SHOWN : (page + 1) * SHOWN], "total": len(found),
        "everything": len(everything), "stale": sum(one.is_stale for one in everything), "page": page, "classed": classed,
        "has_next": len(found) > (page + 1) * SHOWN, "classes": choices(typed(clause.fields[classed]), words) if classed else [],
        "owners": _owners(everything, words), "book_words": book_words, "length": length,
    }  # fmt: skip
    return render(request, "openness/book.html.j2", facts)


@public
@require_safe
def record(request: HttpRequest, book: str, receipt: str) -> HttpResponse:
    """One entry: its fields, when it was checked and let out, its files; under a subject what was let out of it."""
    words, kind = words_for(request), _kind(book)
    clause = records.clause_of(words, kind)
    both = (kind, records.RELEASES) if kind == records.CATALOGUE else (kind,)
    found = records.books(words, *both) if clause is not None else {}
    one = _of(found.get(kind, ()), receipt)
    if one is None or clause is None:
        raise Http404
    one = records.fresh((one,))[0]
    facts = {
        "book": book, "clause": clause, "one": one, "rows": field_rows(one, clause, words), "files": _files(one),
        "of": [other for other in found.get(records.RELEASES, ()) if other.of == one.case_id and other is not one],
        "book_words": book_words, "step_words": step_words,
    }  # fmt: skip
    return render(request, "openness/record.html.j2", facts)


@public
@require_safe
def file(request: HttpRequest, book: str, receipt: str, digest: str) -> HttpResponseBase:
    """A file of an entry that was let out, to be saved and never to be run or shown by the browser (regression 24)."""
    words, kind = words_for(request), _kind(book)
    one = _of(records.books(words, kind)[kind], receipt) if records.clause_of(words, kind) else None
    if one is None or digest not in one.files:
        raise Http404
    row = Attachment.objects.filter(digest=digest).first()
    path = attachments.path_of(digest) if row else None
    if row is None or path is None or not path.is_file():
        raise Http404
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=row.name, content_type=row.media_type)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _kind(book: str) -> str:
    if book not in BOOKS:
        raise Http404
    return BOOKS[book]


def _of(found: Iterable[Record], receipt: str) -> Record | None:
    return next((one for one in found if one.receipt == receipt), None)


def _is_asked(one: Record, asked: dict[str, str], below: list[str] | None, words: Words) -> bool:
    return (
        (below is None or one.owner in below)
        and (not asked["class"] or asked["class"] in (one.fields.get(name) for name in CLASSED))
        and (not asked["stale"] or one.is_stale)
        and matches(one, asked["q"], words)
    )


def _owners(found: Iterable[Record], words: Words) -> list[tuple[str, str]]:
    owners = {one.owner for one in found if one.owner}
    return sorted(((owner, words.unit(owner)) for owner in owners), key=lambda pair: pair[1])


def _files(one: Record) -> list[dict[str, Any]]:
    if not one.files:
        return []
    return list(Attachment.objects.filter(digest__in=one.files).order_by("name").values("digest", "name", "size"))
