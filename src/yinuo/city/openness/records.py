"""What the public may read of the books of the city: entries as they were checked and let out, never as they are being written.

An entry is shown with what its check saw (invariant 55): a later change waits for the next check. Whether it is renewed in
time is what supervision says of its clock (invariant 56): past its interval it is shown, and said to be stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from django.utils import timezone

from yinuo.city.cases.deciding.ways import Way, Ways
from yinuo.city.cases.projection import ways_of
from yinuo.city.ledger import read
from yinuo.city.ledger.events import StoredEvent
from yinuo.city.ledger.statements import ask
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words
from yinuo.engine.clauses.register import CLOSED, PUBLISHED, STRUCK, TOUCHES, VERIFIED, Register, RegisterField

CASE = "case/"
CATALOGUE, RELEASES = "disclosure/catalogue", "disclosure/release"
DECISIONS, ANSWERS = "public-decisions/decision", "one-answer/answer"
BOOKS: Mapping[str, str] = {
    "disclosure": CATALOGUE,
    "releases": RELEASES,
    "decisions": DECISIONS,
    "answers": ANSWERS,
}
"""The address of a book → the kind of its entries."""
FILES = "files"
"""The field every act has for attachments."""
SHOWN_STEPS = frozenset({*TOUCHES, VERIFIED, PUBLISHED, CLOSED})


@dataclass(frozen=True, slots=True)
class Freshness:
    """When an entry must be renewed, and whether that day has passed without it."""

    due_at: datetime | None
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to an entry: what, when, by which unit."""

    activity: str
    at: datetime
    unit: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """An entry of a book as the public may read it."""

    case_id: str
    kind: str
    receipt: str
    unit: str | None
    fields: Mapping[str, Any]
    let_out: tuple[datetime, ...]
    """When it was let out, each time; empty for one that is checked and not let out yet."""
    steps: tuple[Step, ...]
    files: tuple[str, ...] = ()
    of: str | None = None
    """The entry of another book it belongs to: a release to its subject."""
    freshness: Freshness | None = None

    @property
    def last(self) -> datetime | None:
        """When it was let out last."""
        return self.let_out[-1] if self.let_out else None

    @property
    def owner(self) -> str | None:
        """The unit that answers for it."""
        return self.fields.get("owner") or self.unit

    @property
    def is_stale(self) -> bool:
        """Whether its interval has passed without a renewal."""
        return self.freshness is not None and self.freshness.is_stale

    @property
    def title(self) -> str:
        """What it is called."""
        found = next((self.fields[name] for name in ("title", "subject", "question") if self.fields.get(name)), None)
        return str(found or self.receipt)


def clause_of(words: Words, kind: str) -> Register | None:
    """The register whose entries are of this kind, as its text says today; None for one that publishes nothing."""
    home, _slash, name = kind.partition("/")
    for ruling in words.rules.of_kind("register") if words.is_there else ():
        if (ruling.institution, ruling.id) == (home, name):
            clause = ruling.about(words.today).clause
            return clause if isinstance(clause, Register) and clause.publish is not None else None
    return None


def public_fields(clause: Register) -> dict[str, RegisterField]:
    """The fields everybody may read: those let out, and those the text calls public; in the order of the text."""
    let_out = clause.publish.fields if clause.publish is not None else ()
    return {
        name: one
        for name, one in clause.fields.items()
        if not one.sealed and (name in let_out or (one.private or clause.private) == "public")
    }


def books(words: Words, *kinds: str) -> dict[str, tuple[Record, ...]]:
    """The entries of these books, the last let out first: one query, and one more for those that changed since the last time.

    What is struck is not there; what was never let out is not there either, but for a subject of the catalogue, of which the
    city says that it owes it.
    """
    digest = words.pack.digest
    clauses = {kind: clause for kind in kinds if (clause := clause_of(words, kind)) is not None}
    entries = ask(__file__, "entries", {"kinds": list(clauses)}) if clauses else ()
    kept = {entry: _KEPT.get((digest, entry[1], entry[0])) for entry in entries}
    unread = [entry for entry, one in kept.items() if one is None or (one.version, one.receipt) != (entry[2], entry[3])]
    streams = read.streams([CASE + case_id for case_id, *_rest in unread]) if unread else {}
    found: dict[str, list[Record | None]] = {kind: [] for kind in kinds}
    for entry in unread:
        case_id, kind, _version, receipt = entry
        events = streams[CASE + case_id]
        record = shown(events, clauses[kind], ways_of(digest), kind=kind, receipt=receipt)
        kept[entry] = _keep((digest, kind, case_id), Kept(events[-1].version, receipt, record))
    for entry, one in kept.items():
        found[entry[1]].append(one.record if one is not None else None)
    return {kind: _sorted(records) for kind, records in found.items()}


MOST_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What was read of an entry: up to which event of its stream, under which receipt number."""

    version: int
    receipt: str
    record: Record | None


_KEPT: dict[tuple[str, str, str], Kept] = {}


def forget() -> None:
    """Read every entry anew at the next question."""
    _KEPT.clear()


def _keep(key: tuple[str, str, str], one: Kept) -> Kept:
    """Keep what was read, unless somebody has read further meanwhile; the one that was read further."""
    held = _KEPT.get(key)
    if held is not None and held.version > one.version:
        return held
    if len(_KEPT) > MOST_KEPT:
        _KEPT.clear()
    _KEPT[key] = one
    return one


def _sorted(found: Iterable[Record | None]) -> tuple[Record, ...]:
    there = [one for one in found if one is not None]
    return tuple(sorted(there, key=lambda one: (one.last or one.steps[-1].at, one.case_id), reverse=True))


def shown(events: Sequence[StoredEvent], clause: Register, ways: Ways, *, kind: str, receipt: str) -> Record | None:
    """What everybody may read of an entry, from its history: what was let out last of what a check had cleared.

    A check that does not clear it (`publish.where` of the text) takes it back until a later one clears it and it is let out
    again. Files are those of the content that was checked, never those of who checked it.
    """
    draft: dict[str, Any] = {}
    checked: dict[str, Any] | None = None
    published: dict[str, Any] | None = None
    let_out: list[datetime] = []
    for event in events:
        given = orjson.loads(event.payload).get("fields") or {}
        if event.activity not in TOUCHES:
            given.pop(FILES, None)
        draft |= given
        if event.activity == STRUCK:
            return None
        if event.activity == VERIFIED or (clause.verify is None and event.activity in TOUCHES):
            checked = (
                dict(draft)
                if _is_cleared(draft, clause, ways.way(kind, timezone.localdate(event.at)), event.at)
                else None
            )
            published = None if checked is None else published
        elif event.activity == PUBLISHED and checked is not None:
            published = checked = checked | given
            let_out.append(event.at)
        elif event.activity == CLOSED and checked is not None:
            checked = checked | given
            published = None if published is None else published | given
    owes = clause.publish is not None and clause.publish.every is not None
    content = published or (checked if owes else None)
    if content is None:
        return None
    fields = {name: content[name] for name in public_fields(clause) if content.get(name) not in (None, "", [])}
    steps = tuple(Step(one.activity, one.at, one.unit) for one in events if one.activity in SHOWN_STEPS)
    unit = next((orjson.loads(one.payload).get("unit") for one in events), None)
    files = tuple(content.get(FILES) or ()) if published else ()
    of = next((content.get(name) for name, one in clause.fields.items() if one.book), None)
    case_id = events[0].stream.removeprefix(CASE)
    return Record(case_id, kind, receipt, unit, fields, tuple(let_out), _condensed(steps), files, of)


def _is_cleared(values: Mapping[str, Any], clause: Register, way: Way | None, at: datetime) -> bool:
    """Whether what a check saw and concluded allows it to be let out, as the text says."""
    where = clause.publish.where if clause.publish is not None else None
    if where is None:
        return True
    return way is not None and way.tester.holds(where, values, types=way.types, day=timezone.localdate(at))


def _condensed(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps without the renewals between the first and the last time it was let out."""
    outs = [place for place, step in enumerate(steps) if step.activity == PUBLISHED]
    between = set(outs[1:-1])
    return tuple(step for place, step in enumerate(steps) if place not in between)


def fresh(found: Sequence[Record]) -> tuple[Record, ...]:
    """These entries, each with what supervision says of its renewal: one query."""
    said = {
        row["case_id"]: Freshness(row["due_at"], row["is_stale"])
        for row in rows(__file__, "freshness", {"case_ids": [one.case_id for one in found]})
    }
    return tuple(replace(one, freshness=said.get(one.case_id)) for one in found)
