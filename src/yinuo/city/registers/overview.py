"""All books a person may look into, by institution, with how many entries are open, overdue, and wait for him."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from yinuo.city.cases.projection import ways_of
from yinuo.city.ledger.statements import sql
from yinuo.city.pages.statements import rows, select
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import row_filter
from yinuo.city.registers.books import Book, books
from yinuo.city.registers.opening import first_step
from yinuo.city.registers.tasks import mine

COUNTED = 100
"""A number on the overview says “99+” beyond; the list of the book counts on."""
SPREAD = 5_000
"""Overdue and waiting cases counted over all books together."""
KEPT = 1_000
_COUNTED: dict[tuple[Actor, str, str], dict[str, Counts]] = {}


@dataclass(frozen=True)
class Counts:
    """How many entries of a book there are."""

    whole: int = 0
    open: int = 0
    overdue: int = 0
    mine: int = 0


@dataclass(frozen=True)
class Line:
    """A book in the overview."""

    book: Book
    counts: Counts
    may_open: bool


def overview(words: Words, *, actor: Actor, now: datetime) -> list[tuple[str, list[Line]]]:
    """The institutions in the order of the text, each with its books: those with entries, and those this person may write in."""
    if not words.is_there:
        return []
    found: dict[str, list[Line]] = {}
    every = books(words.pack.digest, timezone.localdate(now))
    counted = _counts(every, words, actor=actor, now=now)
    for book in every.values():
        may_open = first_step(book.way, words, actor) is not None
        counts = counted.get(book.kind, Counts())
        if may_open or counts.whole:
            found.setdefault(book.institution, []).append(Line(book, counts, may_open))
    return list(found.items())


def _counts(every: Mapping[str, Book], words: Words, *, actor: Actor, now: datetime) -> Mapping[str, Counts]:
    """Counted once a minute for a person in each process."""
    key = (actor, words.pack.digest, now.isoformat(timespec="minutes"))
    if key not in _COUNTED:
        while len(_COUNTED) >= KEPT:
            _COUNTED.pop(next(iter(_COUNTED)))
        _COUNTED[key] = _count(every, words, actor=actor)
    return _COUNTED[key]


def _count(every: Mapping[str, Book], words: Words, *, actor: Actor) -> dict[str, Counts]:
    condition, given = row_filter(actor, "case.read", "c.scope")
    asked = {**given, "all_kinds": list(every), "most": COUNTED, "most_overdue": SPREAD}
    overdue = {one["kind"]: one["number"] for one in rows(__file__, "overdue", asked, case_rows=condition)}
    waiting = _waiting(words, actor=actor)
    return {
        one["kind"]: Counts(one["whole"], one["open"], overdue.get(one["kind"], 0), waiting.get(one["kind"], 0))
        for one in rows(__file__, "overview", asked, case_rows=condition)
    }


def _waiting(words: Words, *, actor: Actor) -> dict[str, int]:
    condition, given = row_filter(actor, "case.act", "c.scope")
    ways = ways_of(words.pack.digest)
    text = sql(__file__, "waiting_by_kind").replace("{case_rows}", condition).replace("{mine}", sql(__file__, "mine"))
    asked = {**mine(actor, words.tree, ways), **given, "most_waiting": SPREAD}
    return {one["kind"]: one["number"] for one in select(text, asked)}
