"""The slot calendar of the windows: when somebody can be received by appointment, and what is taken."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from yinuo.city.hall.queue.halls import Counter
from yinuo.city.ledger.statements import ask
from yinuo.kernel.calendars import Calendar
from yinuo.kernel.instants import day_number

AHEAD = 14
"""Days ahead for which slots are given out."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One window at one time."""

    counter: Counter
    at: datetime
    is_free: bool


def slots(counters: Sequence[Counter], day: date, *, calendar: Calendar, taken: Collection[tuple[str, datetime]], now: datetime) -> list[Slot]:  # fmt: skip
    """The slots of these windows within the opening hours of a day, by time; what has begun is not free."""
    found = [
        Slot(counter, at, at > now and (counter.id, at) not in taken)
        for counter in counters
        for at in _times(day, counter.minutes, calendar)
    ]
    order = {counter.id: place for place, counter in enumerate(counters)}
    return sorted(found, key=lambda one: (one.at, order[one.counter.id]))


def days(calendar: Calendar, now: datetime) -> list[date]:
    """The working days for which there are slots, today first."""
    today = timezone.localdate(now)
    ahead = [today + timedelta(days=number) for number in range(AHEAD)]
    return [day for day in ahead if _windows(day, calendar)]


def taken(service: str, *, now: datetime) -> frozenset[tuple[str, datetime]]:
    """The windows and times of a service that somebody has booked, from today on."""
    since = timezone.make_aware(datetime.combine(timezone.localdate(now), time.min))
    return frozenset(
        (str(counter), at) for counter, at in ask(__file__, "booked", {"service": service, "since": since})
    )


def _windows(day: date, calendar: Calendar) -> Sequence[tuple[int, int]]:
    place = day_number(day) - calendar.first
    return calendar.windows[int(calendar.pattern[place])] if calendar.works[place] else ()


def _times(day: date, minutes: int, calendar: Calendar) -> list[datetime]:
    midnight = timezone.make_aware(datetime.combine(day, time.min))
    return [
        midnight + timedelta(minutes=at)
        for begin, end in _windows(day, calendar)
        for at in range(begin, end - minutes + 1, minutes)
    ]
