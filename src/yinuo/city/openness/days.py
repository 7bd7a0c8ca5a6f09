"""The working days of the city, and by when something accepted today is due: asked of the one engine, never counted here."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from yinuo.city.cases.kept import kept_marks, kept_tables
from yinuo.city.cases.projection import ways_of
from yinuo.city.pages.words import Words
from yinuo.city.texts import in_force
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.evaluate import evaluate
from yinuo.engine.log import CASE_COLUMNS, EVENT_COLUMNS, Log
from yinuo.engine.rules import Rules, Ruling
from yinuo.engine.strata import kinds_of
from yinuo.kernel.calendars import Calendar
from yinuo.kernel.instants import day_number

FIRST_YEAR, LAST_YEAR = 2000, 2100
KIND, OPENED, ACCEPTED = "application", "received", "accepted"
LIMITS = ("statutory", "promised")
"""The bases of limits that everybody may count on."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar: whether it is worked, what it is called where it differs from its week."""

    on: date
    is_worked: bool
    is_extra: bool
    """A day of the weekend that is worked instead of another (调休上班)."""
    is_feast: bool
    """A weekday on which nobody works."""
    name: str


@dataclass(frozen=True, slots=True)
class Month:
    """A month: its days in weeks from Monday (None where a week belongs to another month), how many are worked."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]
    worked: int


@dataclass(frozen=True, slots=True)
class Year:
    """A year of the calendar."""

    year: int
    months: tuple[Month, ...]
    is_known: bool
    """Whether the days of the whole year have been published; else they are a forecast."""

    @property
    def worked(self) -> int:
        """How many days are worked."""
        return sum(month.worked for month in self.months)

    @property
    def named(self) -> tuple[Day, ...]:
        """The days that differ from their week, in order."""
        return tuple(
            day
            for month in self.months
            for week in month.weeks
            for day in week
            if day and (day.is_feast or day.is_extra)
        )


@lru_cache(maxsize=16)
def year_of(digest: str, year: int) -> Year:
    """The year as the calendar of an installed text has it."""
    calendar = in_force.by_digest(digest).rules.calendar
    months = []
    for month in range(1, 13):
        first = date(year, month, 1)
        start = day_number(first)
        count = day_number(date(year + month // 12, month % 12 + 1, 1)) - start
        days: list[Day | None] = [None] * first.weekday()
        for number in range(start, start + count):
            on, is_worked = calendar.date(number), bool(calendar.works[number - calendar.first])
            is_weekend = on.weekday() >= 5
            days.append(
                Day(
                    on,
                    is_worked,
                    is_worked and is_weekend,
                    not is_worked and not is_weekend,
                    calendar.names.get(number, ""),
                )
            )
        days += [None] * (-len(days) % 7)
        weeks = tuple(tuple(days[place : place + 7]) for place in range(0, len(days), 7))
        months.append(Month(first, weeks, sum(1 for day in days if day and day.is_worked)))
    last = day_number(date(year, 12, 31))
    return Year(year, tuple(months), calendar.known_from <= day_number(date(year, 1, 1)) and calendar.is_known(last))


@dataclass(frozen=True, slots=True)
class Due:
    """One limit of an item accepted on a day: what it is, how long, until when."""

    title: str
    basis: str
    allowed: float | None
    measure: str
    due_at: datetime
    is_provisional: bool
    source: str


def due(words: Words, item: str, on: date) -> list[Due]:
    """The limits that would run for an item accepted on a day as the doors open, the strictest first; none for an unknown item.

    Asked of the engine once for as long as neither the text nor the catalogue changes: one look at what changed.
    """
    made = []
    for row in _clocks(words.pack.digest, kept_marks(words.pack), item, on):
        edition = words.edition(row["institution"], row["clause"], row["version"])
        source = edition[1].clause.source or edition[1].source if edition else ""
        made.append(
            Due(
                words.clause(row["institution"], row["clause"]), row["basis"], row["allowed"], row["measure"], row["due_at"],
                row["provisional"], source,
            )
        )  # fmt: skip
    return made


@lru_cache(maxsize=4096)
def _clocks(digest: str, _marks: tuple[Hashable, ...], item: str, on: date) -> tuple[dict[str, Any], ...]:
    """The clocks of the limits of an application accepted on a day, by the clauses that set limits to it and no others."""
    ways = ways_of(digest)
    pack = ways.pack
    tables = {**pack.tables, **kept_tables(pack)}
    moment = datetime.combine(on, _opening(pack.rules.calendar, on), ZoneInfo(pack.rules.zone))
    rules = ways.guards.smallest(_limiting(pack.rules), KIND)
    said = evaluate(_log(item, moment, tables), rules, as_of=moment)
    is_running = pl.col("ended_at").is_null() & pl.col("due_at").is_not_null()
    found = said.clocks.filter(pl.col("basis").is_in(LIMITS) & is_running)
    return tuple(found.sort("due_at", "clause").to_dicts())


def _limiting(rules: Rules) -> list[Ruling]:
    """The promises that set a limit of the law or a pledge to an application."""
    return [
        one
        for one in rules.of_kind("promise")
        if ((kinds := kinds_of(one)) is None or KIND in kinds)
        and any(isinstance(each.clause, Promise) and each.clause.basis in LIMITS for each in one.editions)
    ]


def _opening(calendar: Calendar, on: date) -> time:
    """When the doors open on a day, by the calendar; midnight on a day of rest."""
    windows = calendar.windows[calendar.pattern[day_number(on) - calendar.first]]
    return time(*divmod(windows[0][0], 60)) if windows else time.min


def _log(item: str, moment: datetime, tables: Mapping[str, Any]) -> Log:
    names = [OPENED, ACCEPTED]
    events: dict[str, list[Any]] = {
        "case_id": ["asked"] * 2, "activity": names, "at": [moment] * 2, "recorded_at": [moment] * 2, "unit": [None] * 2,
        "actor": [None] * 2, "step": [None] * 2, "event_id": names, "sequence": [0, 1],
    }  # fmt: skip
    case = {"case_id": ["asked"], "kind": [KIND], "item": [item], "unit": [None], "region": [None]}
    return Log(pl.DataFrame(events, schema=EVENT_COLUMNS), pl.DataFrame(case, schema=CASE_COLUMNS), dict(tables))
