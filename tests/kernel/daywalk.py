"""The rules of counting said a second time, as a walk from day to day in plain datetime: slow, and easy to check by eye."""

from __future__ import annotations

import calendar
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.reference.comparison import CALENDAR

DAY = timedelta(days=1)
STEP = timedelta(minutes=5)
HALF = timedelta(hours=12)
Pause = tuple[date, date | None]
Stop = tuple[datetime, datetime | None]

_TEXT = tomllib.loads(CALENDAR.read_text(encoding="utf-8"))
WINDOWS = [tuple(part.split("-")) for part in _TEXT["week"]["mon"]]
OFF = set(map(str, _TEXT["off"]))
ON = set(map(str, _TEXT["on"]))


def works(day: date) -> bool:
    """Whether China works that day."""
    return str(day) in ON or (day.weekday() < 5 and str(day) not in OFF)


def is_open(moment: datetime) -> bool:
    """Whether the five minutes from here on lie in an office window."""
    clock = f"{moment:%H:%M}"
    return works(moment.date()) and any(begin <= clock < end for begin, end in WINDOWS)


def months_later(day: date, months: int) -> date:
    """The same day number, else the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Rule:
    """How days are counted: all of them or those that work, from which day on, and where the last one may fall."""

    workdays: bool
    first_day: str = "excluded"
    rest_day_start: str = "next_is_day_1"
    roll: str = "next"

    def start(self, day: date) -> date:
        """The day of the start, moved to the next working day by reading B."""
        while self.rest_day_start == "as_next_workday" and not works(day):
            day += DAY
        return day

    def used(self, start: date, until: date, pauses: list[Pause]) -> int:
        """The days that count after the start (with it, when it is included) up to `until`, those of a pause left out."""
        day = self.start(start) + (DAY if self.first_day == "excluded" else timedelta(0))
        count = 0
        while day <= until:
            paused = any(p < day and (q is None or day <= q) for p, q in pauses)
            count += (works(day) or not self.workdays) and not paused
            day += DAY
        return count

    def due(self, start: date, need: int, pauses: list[Pause]) -> date | None:
        """The first day with `need` used, moved out of a pause and off a rest day; null behind a pause without an end."""
        day = self.start(start)
        while self.used(start, day, pauses) < need:
            if any(q is None and p < day for p, q in pauses):
                return None
            day += DAY
        return self._settled(day, pauses)

    def _settled(self, day: date, pauses: list[Pause]) -> date | None:
        while True:
            here = self._rolled(day)
            stop = next(((p, q) for p, q in pauses if p <= here and (q is None or here < q)), None)
            if stop is None:
                return here
            if stop[1] is None:
                return None
            day = stop[1]

    def _rolled(self, day: date) -> date:
        roll = "next" if self.workdays else self.roll
        while roll != "none" and not works(day):
            day += DAY if roll == "next" else -DAY
        return day


def open_due(start: datetime, steps: int, pauses: list[Stop]) -> datetime | None:
    """The first moment by which so many open five-minute steps have passed outside every pause."""
    moment, count = start, 0
    while count < steps:
        stop = next((one for one in pauses if one[0] <= moment and (one[1] is None or moment < one[1])), None)
        if stop is not None and stop[1] is None:
            return None
        count += is_open(moment) and stop is None
        moment += STEP
    for begin, end in sorted(pauses):
        if begin <= moment and (end is None or moment < end):
            if end is None:
                return None
            moment = end
    return moment


def open_steps(start: datetime, end: datetime) -> int:
    """Open five-minute steps between two moments."""
    count = 0
    while start < end:
        count += is_open(start)
        start += STEP
    return count


def half_due(start: datetime, need: int) -> datetime:
    """The last moment of the half day by which so many halves of working days have come, the half of the start first."""
    half = start.replace(hour=12 * (start.hour // 12), minute=0, second=0, microsecond=0)
    count = int(works(half.date()))
    while count < need or (not works(half.date())):
        half += HALF
        count += works(half.date())
    return half + HALF - timedelta(microseconds=1)
