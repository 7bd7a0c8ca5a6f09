"""Which clocks an event opens and ends, read event by event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tests.reference.place import Place, Record, holds, matches
from yinuo.engine.clauses.common import FieldLimit
from yinuo.engine.clauses.promise import Promise
from yinuo.kernel.limits import Limit

Edition = tuple[date, date | None, Any]


@dataclass
class Clock:
    """One running promise: its opener in the thread, and the event that ended it."""

    clause: Promise
    opener: int
    started_at: datetime
    base: Limit | None
    key: tuple[Any, ...]
    end: int | None = None
    first: Limit | None = None
    """The limit at its opener, before anything moved it."""


def in_force(editions: Sequence[Edition], day: int) -> Any:
    """The clause in force on a local date, or nothing."""
    for start, until, clause in editions:
        if start.toordinal() <= day and (until is None or day < until.toordinal()):
            return clause
    return None


def clocks_of(editions: Sequence[Edition], thread: list[Record], place: Place, ends: Sequence[str] = ()) -> list[Clock]:
    """The clocks of a thread; the first of `ends` that ends a clock at all ends those of every key."""
    found: list[Clock] = []
    running: list[Clock] = []
    for position, event in enumerate(thread):
        is_end = event["activity"] in ends and not any(one["activity"] in ends for one in thread[:position])
        for clock in list(running):
            own = clock.key == _values(clock.clause.match.values(), event)
            if matches(clock.clause.until + clock.clause.void, event) and (own or is_end):
                clock.end = position
                running.remove(clock)
        for clock in running:
            if matches(clock.clause.moved, event):
                clock.base = _limit(clock.clause, event) or clock.first
        opened = _opened(editions, event, position, place)
        if opened is None:
            continue
        again = [clock for clock in running if clock.key == opened.key]
        if again and opened.clause.again == "ignore":
            continue
        if opened.clause.again == "restart":
            for clock in again:
                clock.end = position
                running.remove(clock)
        running.append(opened)
        found.append(opened)
    return found


def _opened(editions: Sequence[Edition], event: Record, position: int, place: Place) -> Clock | None:
    for _, _, clause in editions:
        if not matches(clause.on, event) or not holds(clause.for_, event):
            continue
        since = event["at"] if clause.dated is None else _instant(event[clause.dated], place)
        if in_force(editions, place.day(since)) is not clause:
            continue
        base = _limit(clause, event)
        if (clause.due_on is None and base is None) or (clause.due_on and event.get(clause.due_on) is None):
            return None
        return Clock(clause, position, since, base, _values(clause.match, event), first=base)
    return None


def _values(fields: Any, event: Record) -> tuple[Any, ...]:
    return tuple(event.get(name) for name in fields)


def _instant(value: Any, place: Place) -> datetime:
    return value if isinstance(value, datetime) else place.instant(value.toordinal())


def _limit(clause: Promise, event: Record) -> Limit | None:
    for row in clause.within:
        if holds(row.when, event):
            return length(row.limit, event)
    return None


def length(limit: Limit | FieldLimit, event: Record) -> Limit | None:
    """A limit as written, or read from the field that holds it."""
    if isinstance(limit, Limit):
        return limit
    read = Limit.parse(event[limit.field]) if event.get(limit.field) is not None else limit.or_
    return max(read, limit.or_, key=lambda one: one.count) if limit.take and read and limit.or_ else read
