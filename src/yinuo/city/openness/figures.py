"""The figures everybody may read: those the text calls public, of the last whole period, with n, interval and definition (invariant 58).

A value is said only where the text allows it: below its smallest n only n is told (D21, invariant 45).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from yinuo.city.pages.figurereading import Share
from yinuo.city.pages.reading import Reader
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words
from yinuo.engine.clauses.indicator import Indicator
from yinuo.engine.clauses.table import Table
from yinuo.engine.rules import Ruling

ADDED = ("count", "share", "sum")
"""Measures whose values over several subjects add up to the city's."""
TREND = 12
LANES = ("priority-lanes", "lane-uses", "lane")
"""The figure that counts the lanes granted, and the table that gives them."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of one period: k of n, the value, its interval. `value` is None where n is too small to say."""

    begin: date
    end: date
    k: float
    n: float
    value: float | None
    low: float | None
    high: float | None
    is_share: bool
    least: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A public figure: what it is, where it is from, its whole periods (the last one last), the subjects of the last."""

    institution: str
    clause: str
    title: str
    sentences: tuple[str, ...]
    source: str
    periods: tuple[Value, ...]
    subjects: tuple[tuple[str, Value], ...]
    """Unit, item or class → its value in the last whole period; the largest n first."""

    @property
    def last(self) -> Value | None:
        """The last whole period."""
        return self.periods[-1] if self.periods else None

    @property
    def key(self) -> str:
        """What it is called in an address."""
        return f"{self.institution}/{self.clause}"


def public(words: Words) -> dict[str, Ruling]:
    """The indicators the text calls public today, by `institution/clause`."""
    return {
        ruling.name: ruling
        for ruling in (words.rules.of_kind("indicator") if words.is_there else ())
        if _as_of(ruling, words.today).public
    }


def _as_of(ruling: Ruling, day: date) -> Indicator:
    """The indicator as it was on a day: a period is told as the text measured it that was in force when it began."""
    clause = ruling.about(day).clause
    assert isinstance(clause, Indicator)
    return clause


def listed(words: Words, *, today: date, only: Sequence[str] = ()) -> tuple[Figure, ...]:
    """The public figures with what was measured of them in whole periods: one query. Without a whole period: not there."""
    wanted = {name: one for name, one in public(words).items() if not only or name in only}
    found: dict[str, list[dict[str, Any]]] = {}
    asked = {"digest": words.pack.digest if words.is_there else "", "names": list(wanted), "today": today}
    for row in rows(__file__, "figures", asked):
        found.setdefault(row["name"], []).append(row)
    return tuple(_figure(words, wanted[name], found[name]) for name in wanted if name in found)


def of_unit(words: Words, unit: str, *, today: date) -> tuple[tuple[Figure, Value], ...]:
    """What the last whole period says of one unit, figure by figure: one query."""
    said = []
    for figure in listed(words, today=today):
        mine = next((value for name, value in figure.subjects if name == unit), None)
        if mine is not None:
            said.append((figure, mine))
    return tuple(said)


def _figure(words: Words, ruling: Ruling, found: Sequence[Mapping[str, Any]]) -> Figure:
    home, clause = ruling.institution, ruling.id
    by_period: dict[date, list[Mapping[str, Any]]] = {}
    for row in found:
        by_period.setdefault(row["period_start"], []).append(row)
    last = max(by_period)
    edition = ruling.about(last)
    one = _as_of(ruling, last)
    subjects = [(name, _value(one, same)) for name, same in _grouped(by_period[last]).items()]
    shown = [(_as_of(ruling, begin), by_period[begin]) for begin in sorted(by_period)[-TREND:]]
    return Figure(
        home, clause, words.clause(home, clause), tuple(Reader(words).sentences(one)), one.source or edition.source or "",
        tuple(_value(then, same) for then, same in shown if then.measure in ADDED),
        tuple(sorted(subjects, key=lambda pair: -pair[1].n)),
    )  # fmt: skip


def _grouped(found: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """The values by whom or what they are about: classes over all units, else units, else items."""
    by: dict[str, list[Mapping[str, Any]]] = {}
    for row in found:
        name = _subject(row)
        if name is not None:
            by.setdefault(name, []).append(row)
    return by


def _subject(row: Mapping[str, Any]) -> str | None:
    found = row["unit"] if row["by"] is None else row["by"]
    return str(found or row["item"]) if found or row["item"] else None


def _value(one: Indicator, same: Iterable[Mapping[str, Any]]) -> Value:
    many = list(same)
    k, n = sum(row["numerator"] or 0.0 for row in many), sum(row["denominator"] or 0.0 for row in many)
    is_share = one.measure == "share"
    said = Share.of(k, n, least=one.min_n) if is_share else Share(sum(row["value"] or 0.0 for row in many))
    return Value(
        many[0]["period_start"], many[0]["period_end"], k, n, said.value, said.low, said.high, is_share, one.min_n
    )


@dataclass(frozen=True, slots=True)
class Lanes:
    """How many were let go first in the last whole month, of how many received, against the share published as the most (D21)."""

    begin: date
    granted: int
    received: int
    cap: float
    by_lane: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float | None:
        """The share; None when nothing was received."""
        return self.granted / self.received if self.received else None

    @property
    def is_above(self) -> bool:
        """Whether it is more than the published most."""
        return self.share is not None and self.share > self.cap


def lanes(words: Words, *, today: date) -> Lanes | None:
    """The green channel and the other lanes in the last whole month: one query. None when the text knows no such cap."""
    home, clause, table = LANES
    until = today.replace(day=1)
    since = until.replace(year=until.year - 1, month=12) if until.month == 1 else until.replace(month=until.month - 1)
    found = words.edition(home, table)
    text = found[0].about(since).clause if found else None
    cap = text.grant.cap if isinstance(text, Table) and text.grant is not None else None
    if cap is None or cap.share is None or f"{home}/{clause}" not in public(words):
        return None
    asked = {
        "digest": words.pack.digest, "institution": home, "clause": clause, "since": since, "until": until,
        "zone": words.rules.zone,
    }  # fmt: skip
    row = rows(__file__, "lanes", asked)[0]
    by_lane = tuple((str(lane), int(many)) for lane, many in json.loads(row["lanes"] or "[]"))
    return Lanes(since, int(row["granted"]), int(row["received"]), float(cap.share), by_lane)


@dataclass(frozen=True, slots=True)
class Convenience:
    """便民、高效 of the catalogue (E067): how many items need no journey, journeys and papers an item, how much pledges save.

    `shorter` is the share of the days of the law that pledges leave out, over the `compared` items that have both in working days.
    """

    items: int
    from_home: int
    visits: float
    papers: float
    compared: int
    shorter: float | None


def convenience(today: date) -> Convenience | None:
    """The catalogue in force on a day: one query. None for an empty one."""
    row = rows(__file__, "convenience", {"today": today})[0]
    return Convenience(**row) if row["items"] else None
