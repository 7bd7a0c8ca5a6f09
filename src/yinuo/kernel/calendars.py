"""Calendars as text, in layers, compiled into look-up tables: which days work, which hours are open (rules 1.2, 1.7)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, field_validator

from yinuo.kernel.instants import DAY, FEW, FIRST_DATE, LAST_DATE, Int64, Zone, as_date, day_number

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
Windows = tuple[tuple[int, int], ...]
"""Open stretches of one day in minutes after local midnight, in order, not touching backwards."""


def parse_windows(texts: Sequence[str]) -> Windows:
    """Read ["08:30-12:00", "14:00-17:30"]; raises ValueError for a window that is malformed, empty or out of order."""
    windows: list[tuple[int, int]] = []
    for text in texts:
        match = _WINDOW.fullmatch(text)
        if match is None:
            raise ValueError(f'"{text}" is not a window; write "08:30-17:00" (24:00 is the end of the day)')
        hours = [int(part) for part in match.groups()]
        begin, end = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
        if end > 24 * 60 or begin >= end or (windows and begin < windows[-1][1]):
            raise ValueError(f'"{text}": windows of a day must be in order, not overlap, and end after they begin')
        windows.append((begin, end))
    return tuple(windows)


class Known(BaseModel):
    """The years a calendar has been published for; a due date at or beyond `until` is provisional."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    from_: date | None = Field(None, alias="from")
    until: date | None = None


class Day(BaseModel):
    """A working day with windows of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str = ""
    windows: tuple[str, ...]

    @field_validator("windows")
    @classmethod
    def _are_windows(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        parse_windows(value)
        return value


class CalendarText(BaseModel):
    """One file of calendars/ (grammar 1.7). What it says about a day wins over what it extends."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    extends: str | None = None
    zh: str = ""
    en: str = ""
    known: Known | None = None
    week: dict[str, tuple[str, ...]] | None = None
    source: str = ""
    note: str = ""
    off: dict[date, str] = {}
    on: dict[date, str | Day] = {}

    @field_validator("week")
    @classmethod
    def _is_week(cls, value: dict[str, tuple[str, ...]] | None) -> dict[str, tuple[str, ...]] | None:
        for name, windows in (value or {}).items():
            if name not in _WEEK:
                raise ValueError(f'"{name}" is no weekday; write {", ".join(_WEEK)}')
            parse_windows(windows)
        return value


@dataclass(frozen=True, eq=False)
class Calendar:
    """Every day from 1899 to 2200: whether it works and when it is open.

    Day arguments and results are day numbers (days since 1970-01-01), local times microseconds on the wall clock.
    """

    name: str
    clock: Zone
    works: NDArray[np.bool_]
    windows: tuple[Windows, ...]
    """The distinct patterns of windows."""
    pattern: NDArray[np.int64]
    """For each day which of `windows` it has."""
    names: dict[int, str]
    """Day number → why that day differs from the week."""
    known_from: int
    known_until: int

    first = day_number(FIRST_DATE)

    @classmethod
    def build(cls, *, zone: str, layers: Sequence[CalendarText], name: str = "") -> Calendar:
        """Compile layers, the base first. Raises ValueError when no layer says what a week looks like."""
        week: Sequence[Windows] | None = None
        known = Known()
        for layer in layers:
            if layer.week is not None:
                week = [parse_windows(layer.week.get(day, ())) for day in _WEEK]
            known = layer.known or known
        if week is None:
            raise ValueError(f"calendar {name}: no layer has a [week]; write week = {{ mon = [...], ... }}")
        days = (LAST_DATE - FIRST_DATE).days + 1
        patterns: dict[Windows, int] = {}
        codes = np.array([patterns.setdefault(windows, len(patterns)) for windows in week], np.int64)
        pattern = codes[(np.arange(days) + FIRST_DATE.weekday()) % 7]
        names: dict[int, str] = {}
        rest = patterns.setdefault((), len(patterns))
        for layer in layers:
            for day in layer.off:
                pattern[day_number(day) - cls.first] = rest
                names[day_number(day)] = layer.off[day]
            for day, say in layer.on.items():
                windows = parse_windows(say.windows) if isinstance(say, Day) else week[0]
                pattern[day_number(day) - cls.first] = patterns.setdefault(windows, len(patterns))
                names[day_number(day)] = say.zh if isinstance(say, Day) else say
        table = tuple(patterns)
        works = np.array([bool(windows) for windows in table])[pattern]
        start = known.from_ or FIRST_DATE
        end = known.until or LAST_DATE
        return cls(name, Zone.of(zone), works, table, pattern, names, day_number(start), day_number(end))

    @property
    def zone(self) -> str:
        """The IANA name of the zone."""
        return self.clock.name

    @cached_property
    def workdays_through(self) -> Int64:
        """For each day the number of working days up to and including it."""
        return np.cumsum(self.works, dtype=np.int64)

    @cached_property
    def workdays(self) -> Int64:
        """Day numbers of all working days, in order."""
        return np.flatnonzero(self.works).astype(np.int64) + self.first

    @cached_property
    def openings(self) -> tuple[Int64, Int64, Int64]:
        """All windows in order: local begins, local ends, and open microseconds before each begin."""
        begins: list[Int64] = []
        ends: list[Int64] = []
        for code, windows in enumerate(self.windows):
            days = (np.flatnonzero(self.pattern == code) + self.first) * DAY
            for begin, end in windows:
                begins.append(days + begin * 60_000_000)
                ends.append(days + end * 60_000_000)
        begin_all = np.concatenate(begins) if begins else np.empty(0, np.int64)
        end_all = np.concatenate(ends) if ends else np.empty(0, np.int64)
        order = np.argsort(begin_all, kind="stable")
        begin_all, end_all = begin_all[order], end_all[order]
        lengths = end_all - begin_all
        return begin_all, end_all, np.cumsum(lengths) - lengths

    def is_workday(self, day: Int64) -> NDArray[np.bool_]:
        """Whether each day works."""
        return self.works[day - self.first]

    def count_workdays(self, day: Int64) -> Int64:
        """Working days up to and including each day, from the beginning of the calendar."""
        return self.workdays_through[day - self.first]

    def nth_workday(self, count: Int64) -> Int64:
        """The first day by which `count` working days have passed (inverse of `count_workdays`)."""
        return self.workdays[np.clip(count - 1, 0, self.workdays.size - 1)]

    def roll(self, day: Int64, *, backwards: bool = False) -> Int64:
        """The same day if it works, else the next (or the last) that does."""
        count = self.workdays_through[day - self.first]
        rest = ~self.works[day - self.first]
        return self.nth_workday(count if backwards else count + rest)

    @cached_property
    def _first_window(self) -> Int64:
        """For each day the index of its first window in `openings`, one more than the last at the end."""
        number = np.array([len(windows) for windows in self.windows], np.int64)[self.pattern]
        return np.append(0, np.cumsum(number))

    def _window_at(self, local: Int64) -> Int64:
        """The index of the last window begun at or before each local time: looked up by day, at most a few steps on."""
        begins = self.openings[0]
        if local.size < FEW:
            return np.searchsorted(begins, local, side="right") - 1
        day = local // DAY - self.first
        low, high = self._first_window[day], self._first_window[day + 1]
        window = low - 1
        for step in range(max(len(windows) for windows in self.windows)):
            here = np.minimum(low + step, begins.size - 1)
            window += (low + step < high) & (begins[here] <= local)
        return window

    def open_through(self, local: Int64) -> Int64:
        """Open microseconds from the beginning of the calendar until each local time."""
        begins, ends, before = self.openings
        window = self._window_at(local)
        return before[window] + np.minimum(local, ends[window]) - begins[window]

    def local_after_open(self, count: Int64) -> Int64:
        """The first local time by which `count` open microseconds have passed (inverse of `open_through`)."""
        begins, _, before = self.openings
        if count.size < FEW:
            window = np.searchsorted(before, count, side="left") - 1
            return begins[window] + count - before[window]
        grain, table = self._window_by_open
        window = table[np.clip(count // grain, 0, table.size - 1)]
        after = np.minimum(window + 1, before.size - 1)
        window = window + ((after > window) & (before[after] < count))
        return begins[window] + count - before[window]

    @cached_property
    def _window_by_open(self) -> tuple[int, Int64]:
        """A grain no longer than the shortest window, and for each grain of open time the window it begins in."""
        begins, ends, before = self.openings
        grain = int((ends - begins).min())
        marks = np.arange(0, int(before[-1] + ends[-1] - begins[-1]) + grain, grain)
        return grain, np.searchsorted(before, marks, side="left") - 1

    def next_opening(self, local: Int64) -> Int64:
        """The same local time if a window is open then, else the begin of the next window."""
        begins, ends, _ = self.openings
        window = self._window_at(local)
        shut = local >= ends[window]
        return np.where(shut, begins[np.minimum(window + 1, begins.size - 1)], local)

    @cached_property
    def _closing(self) -> Int64:
        return np.array([windows[-1][1] if windows else 24 * 60 for windows in self.windows], np.int64) * 60_000_000

    def closing(self, day: Int64) -> Int64:
        """The last local instant of each day that is still in time at the counter: the end of its last window."""
        span = self._closing[self.pattern[day - self.first]]
        found: Int64 = day * DAY + span - (span == DAY)
        return found

    def is_known(self, day: int) -> bool:
        """Whether the calendar of that day has been published."""
        return self.known_from <= day < self.known_until

    def describe(self, day: int) -> str:
        """Why a day differs from its week: the name of the holiday or make-up day, else nothing."""
        return self.names.get(day, "")

    def date(self, day: int) -> date:
        """The date of a day number."""
        return as_date(day)
