"""Office time for the demonstration: the n-th working day from the first, and moments within its windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from yinuo.kernel.calendars import Calendar
from yinuo.kernel.instants import as_date, day_number

MORNING = (9 * 60, 12 * 60)
AFTERNOON = (13 * 60 + 30, 17 * 60 + 30)


@dataclass(frozen=True)
class Office:
    """The working days of a calendar between two dates, numbered from 0."""

    calendar: Calendar
    first: date
    last: date

    @cached_property
    def days(self) -> tuple[date, ...]:
        """Every working day from `first` to `last`, make-up days included."""
        numbers = np.arange(day_number(self.first), day_number(self.last) + 1, dtype=np.int64)
        return tuple(as_date(int(number)) for number in numbers[self.calendar.is_workday(numbers)])

    @cached_property
    def _index(self) -> dict[date, int]:
        return {day: number for number, day in enumerate(self.days)}

    def at(self, day: int, minute: int) -> datetime:
        """The moment so many minutes into the open time of the n-th working day (420 minutes a day), at the city's clock."""
        inside = min(minute, 419)
        clock = MORNING[0] + inside if inside < 180 else AFTERNOON[0] + inside - 180
        local = datetime.combine(
            self.days[min(day, len(self.days) - 1)], datetime.min.time(), ZoneInfo(self.calendar.zone)
        )
        return local + timedelta(minutes=clock)

    def number(self, day: date) -> int:
        """The number of the last working day on or before a date; −1 when there is none."""
        while day >= self.first:
            if day in self._index:
                return self._index[day]
            day -= timedelta(days=1)
        return -1
