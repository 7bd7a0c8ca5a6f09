"""The reference evaluator's own small calendar, conditions and reading of a log. Slow, obvious, independent of the engine."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from copy import copy
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from yinuo.engine.clauses.conditions import Condition, Event, FieldValue, Test

Record = dict[str, Any]
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MICRO = timedelta(microseconds=1)
MIDNIGHT = time()
BUILT_IN = ("activity", "at", "unit", "actor", "step", "event_id", "sequence", "recorded_at")
"""Fields that are the event's own: what an earlier event had does not carry over."""


class Place:
    """One place: its zone, the windows of every working day (by ordinal), its conventions, levels and ladders."""

    def __init__(self, calendar: Path, zone: str, years: tuple[int, int] = (2009, 2030)) -> None:
        text = tomllib.loads(calendar.read_text(encoding="utf-8"))
        self.zone = ZoneInfo(zone)
        self.conventions: Mapping[str, str] = {}
        self.ranks: Mapping[str, int] = {}
        self.ladders: Mapping[str, tuple[Any, ...]] = {}
        self.windows: dict[int, list[tuple[time, time]]] = {}
        off = {date.fromisoformat(str(day)) for day in text.get("off", {})}
        on = {date.fromisoformat(str(day)) for day in text.get("on", {})}
        day = date(years[0], 1, 1)
        while day < date(years[1], 1, 1):
            name = "mon" if day in on else WEEK[day.weekday()]
            if name in text["week"] and (day in on or day not in off):
                self.windows[day.toordinal()] = [_window(written) for written in text["week"][name]]
            day += timedelta(days=1)

    def of(self, **settled: Any) -> Place:
        """The same calendar with these conventions, ranks and ladders."""
        other = copy(self)
        other.__dict__.update(settled)
        return other

    def is_working(self, day: int) -> bool:
        """Does the place work on this date (an ordinal)?"""
        return day in self.windows

    def next_working(self, day: int, step: int = 1) -> int:
        """This date if it is worked, else the nearest one after it (or before it, with step -1)."""
        while day not in self.windows:
            day += step
        return day

    def day(self, at: datetime) -> int:
        """The local date of an instant, as an ordinal."""
        return at.astimezone(self.zone).toordinal()

    @lru_cache(maxsize=100_000)  # noqa: B019 — a place lives as long as the process
    def instant(self, day: int, clock: time = MIDNIGHT) -> datetime:
        """The instant at which this date's wall clock shows `clock`."""
        return datetime.combine(date.fromordinal(day), clock, self.zone).astimezone(UTC)

    def end_of(self, day: int) -> datetime:
        """The last instant of a date."""
        return self.instant(day + 1) - MICRO

    @lru_cache(maxsize=100_000)  # noqa: B019 — a place lives as long as the process
    def open_windows(self, day: int) -> list[tuple[datetime, datetime]]:
        """The office windows of a date as instants."""
        return [(self.instant(day, begin), self.instant(day, end)) for begin, end in self.windows.get(day, [])]

    def next_opening(self, at: datetime) -> datetime:
        """This instant if the office is open, else when it next opens."""
        day = self.day(at)
        while True:
            for begin, end in self.open_windows(day):
                if at < end:
                    return max(at, begin)
            day += 1


def _window(written: str) -> tuple[time, time]:
    begin, end = written.split("-")
    return time.fromisoformat(begin), time.fromisoformat(end)


def read(
    events: Iterable[Mapping[str, Any]],
    cases: Mapping[str, Mapping[str, Any]],
    *,
    as_of: datetime,
    known_at: datetime | None = None,
) -> list[Record]:
    """The events that exist, in order, each with every field as conditions see it (own, last set before, case)."""
    own: dict[tuple[str, str], Mapping[str, Any]] = {}
    for event in events:
        if event["at"] <= as_of and (known_at is None or event["recorded_at"] <= known_at):
            own.setdefault((event["case_id"], event["event_id"]), event)
    records, said = [], {case_id: dict(case) for case_id, case in cases.items()}
    for event in sorted(own.values(), key=lambda e: (e["at"], e["sequence"], e["event_id"], e["case_id"])):
        fields = said.setdefault(event["case_id"], {})
        fields.update({name: value for name, value in event.items() if value is not None and name not in BUILT_IN})
        own_fields = {**cases.get(event["case_id"], {}), **event}
        records.append(
            {
                **fields,
                **{name: event.get(name) for name in BUILT_IN},
                "own": own_fields,
                "known_from": event.get("known_from", event["at"]),
            }
        )
    return records


def threads(records: Iterable[Record], fields: tuple[str, ...]) -> list[list[Record]]:
    """The records split into threads, each still in order."""
    found: dict[tuple[Any, ...], list[Record]] = {}
    for record in records:
        key = tuple(record["case_id"] if name == "case" else record.get(name) for name in fields)
        found.setdefault(key, []).append(record)
    return list(found.values())


def matches(events: tuple[Event, ...], record: Record) -> bool:
    """Is this one of the events meant?"""
    return any(
        (record["activity"] in event.activities or "any" in event.activities)
        and (event.where is None or holds(event.where, record))
        for event in events
    )


def holds(condition: Condition | None, record: Mapping[str, Any]) -> bool:
    """Does the condition hold? Any of its rows, each all of its tests."""
    return condition is None or any(
        all(_passes(test, record.get(name), record) for name, test in row) for row in condition.any_of
    )


def _passes(test: Test, value: Any, record: Mapping[str, Any]) -> bool:
    if test.known is not None and test.known != (value is not None):
        return False
    if value is None:
        return test.known is not None
    bounds = {name: _operand(getattr(test, name), record) for name in ("same_as", "min", "max", "above", "below")}
    asked = [name for name in bounds if getattr(test, name) is not None]
    if any(bounds[name] is None for name in asked):
        return False
    compare = {
        "same_as": lambda b: value == b,
        "min": lambda b: value >= b,
        "max": lambda b: value <= b,
        "above": lambda b: value > b,
        "below": lambda b: value < b,
    }
    return (
        (test.equal is None or value in test.equal)
        and (test.unequal is None or value not in test.unequal)
        and (test.has is None or any(one in value for one in test.has))
        and all(compare[name](bounds[name]) for name in asked)
    )


def _operand(operand: Any, record: Mapping[str, Any]) -> Any:
    if not isinstance(operand, FieldValue):
        return operand
    value = record.get(operand.field)
    return value if value is None or operand.times is None else value * operand.times
