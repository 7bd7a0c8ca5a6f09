"""The institutions in force and the pledges made, as everybody may read them (E047, E224, E227)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from yinuo.city.ledger.statements import sql
from yinuo.city.pages.figurereading import Share
from yinuo.city.pages.reading import Reader
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words
from yinuo.engine.clauses.flow import Flow
from yinuo.engine.clauses.indicator import Indicator
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.strata import kinds_named
from yinuo.rulebook.editions import Statement
from yinuo.rulebook.loader import Institution

KEPT = "service-pledge", "pledges-kept"
"""The figure that counts the pledges kept, item by item."""
SHOWN = 50
"""So many pledges on a page."""
SPOKEN = ("flow", "promise", "constraint", "indicator")
"""Kinds of clause that can be read out in sentences; the others are listed by their names."""
ORDER = ("promise", "constraint", "flow", "register", "table", "indicator")


@dataclass(frozen=True, slots=True)
class Line:
    """An institution in the list: its name, who keeps it, since when its text of today is in force, by which source."""

    id: str
    name: str
    owner: str
    since: date
    source: str
    limits: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One clause: its kind and title, what it says in sentences, since when."""

    kind: str
    id: str
    title: str
    sentences: tuple[str, ...]
    note: str
    source: str
    since: date


def listed(words: Words, today: date) -> list[Line]:
    """Every institution with a version in force today, the city's own first."""
    found = []
    for pack in reversed(list(words.pack.everywhere())):
        for one in pack.institutions.values():
            begun = _in_force(one, today)
            if begun:
                found.append(_line(one, begun, words, is_own=pack is words.pack))
    return found


def _in_force(one: Institution, today: date) -> list[Statement]:
    return [
        said
        for said in one.statements
        if said.edition.start <= today and (said.edition.until is None or today < said.edition.until)
    ]


def _line(one: Institution, begun: list[Statement], words: Words, *, is_own: bool) -> Line:
    last = max(begun, key=lambda said: said.edition.start).edition
    limits = sum(isinstance(said.edition.clause, Promise) for said in begun)
    name = one.zh if words.language == "zh" else one.en or one.zh
    return Line(
        one.id, name, words.unit(one.owner) or one.owner, last.start, last.source, limits, is_own
    )  # fmt: skip


def one(words: Words, name: str, today: date) -> tuple[Line, list[Said]] | None:
    """An institution in force with its clauses, the limits first; None for one that is not there or not in force."""
    found = words.institution_of(name) if words.is_there else None
    begun = _in_force(found, today) if found is not None else []
    if found is None or not begun:
        return None
    reader = Reader(words)
    own = name in words.pack.institutions
    ordered = sorted(begun, key=lambda said: ORDER.index(said.kind) if said.kind in ORDER else 9)
    return _line(found, begun, words, is_own=own), [_said(said, words, reader) for said in ordered]


def limits(words: Words, kind: str, today: date) -> list[tuple[str, str]]:
    """What the text in force says of how long each thing takes in cases of one kind: title and sentence, in its order."""
    reader, found = Reader(words), []
    for ruling in words.rules.of_kind("promise") if words.is_there else ():
        edition = ruling.on(today)
        if edition is not None and kinds_named(edition.clause.for_) == {kind}:
            said = reader.sentences(edition.clause.model_copy(update={"for_": None}))
            found.append((words.clause(ruling.institution, ruling.id), said[0]))
    return found


def _said(said: Statement, words: Words, reader: Reader) -> Said:
    clause, edition = said.edition.clause, said.edition
    sentences = () if isinstance(clause, Flow) or said.kind not in SPOKEN else tuple(reader.sentences(clause))
    steps = _steps(clause, words) if isinstance(clause, Flow) else ()
    title = clause.zh if words.language == "zh" else clause.en or clause.zh
    source = clause.source or edition.source
    return Said(said.kind, said.id, title, steps or sentences, clause.note or "", source, edition.start)


def _steps(flow: Flow, words: Words) -> tuple[str, ...]:
    between = " / " if words.language == "en" else "、"
    return tuple(between.join(words.act(name) for name in step.does) for step in flow.steps)


@dataclass(frozen=True, slots=True)
class Pledge:
    """What a unit pledged of an item, and how often it kept it in the last whole quarter."""

    item: str
    zh: str
    en: str
    unit: str
    promised: str
    statutory: str
    effect: str
    published_on: date
    published_in: str
    since: date
    kept: int
    n: int
    begin: date | None
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Pledged:
    """A page of pledges, how many there are in all, and of how many limits at least a share is said."""

    shown: tuple[Pledge, ...]
    total: int
    least: int


def pledges(words: Words, *, today: date, units: list[str] | None, page: int = 0) -> Pledged:
    """The pledges in force that count as made (item, limit, effect, day and medium), a page of them.

    Beside each what the last whole quarter counted of its promised limits: what is overdue and still open counts against
    it. Below the least n of the text that was in force then no share is said. One query.
    """
    begin, end = _quarter(today)
    least = _least(words, begin)
    asked = {
        "today": today, "units": units, "begin": begin, "end": end, "digest": words.pack.digest if words.is_there else "",
        "most": SHOWN, "skip": page * SHOWN, "institution": KEPT[0], "clause": KEPT[1],
    }  # fmt: skip
    found = rows(__file__, "pledges", asked, made=sql(__file__, "made"))
    return Pledged(tuple(_pledge(row, begin, least) for row in found), found[0]["total"] if found else 0, least)


ENFORCING = ("02", "03", "06")
"""Types of item whose departments must pledge; every other may (D52): punishment, coercion, inspection (GB/T 39554)."""


def unpledged(today: date) -> list[str]:
    """The units that enforce and have made no pledge."""
    asked = {"today": today, "types": list(ENFORCING)}
    return [row["unit"] for row in rows(__file__, "unpledged", asked, made=sql(__file__, "made"))]


def pledging(today: date) -> list[str]:
    """The units whose pledges count as made."""
    return [row["unit"] for row in rows(__file__, "pledging", {"today": today}, made=sql(__file__, "made"))]


def _least(words: Words, day: date) -> int:
    """Of how many limits at least a share of kept pledges is said, as the text had it on a day."""
    found = words.edition(*KEPT)
    clause = found[0].about(day).clause if found else None
    return clause.min_n if isinstance(clause, Indicator) else 1


def _pledge(row: Mapping[str, Any], begin: date, least: int) -> Pledge:
    kept, n = int(row["kept"] or 0), int(row["n"] or 0)
    said = Share.of(kept, n, least=least)
    own = {
        name: row[name]
        for name in (
            "item",
            "zh",
            "en",
            "unit",
            "promised",
            "statutory",
            "effect",
            "published_on",
            "published_in",
            "since",
        )
    }
    return Pledge(**own, kept=kept, n=n, begin=begin if n else None, share=said.value, low=said.low, high=said.high)


def _quarter(today: date) -> tuple[date, date]:
    """The first day of the last whole quarter and of this one."""
    end = date(today.year, today.month - (today.month - 1) % 3, 1)
    begin = date(end.year - 1, 10, 1) if end.month == 1 else date(end.year, end.month - 3, 1)
    return begin, end


@dataclass(frozen=True, slots=True)
class Missed:
    """A limit that was missed, and the reason the unit gave in public (优化营商环境条例 36)."""

    institution: str
    clause: str
    unit: str
    item: str
    kind: str
    reason: str
    published_at: datetime
    raised_at: datetime


def missed(*, units: list[str] | None = None, most: int = 50) -> list[Missed]:
    """The limits missed whose reasons were published, the last first: one query. Nothing of who applied."""
    found = rows(__file__, "missed", {"units": units, "most": most})
    return [Missed(**row) for row in found]
