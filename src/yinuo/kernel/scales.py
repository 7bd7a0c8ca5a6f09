"""The axes on which limits are counted: calendar days, working days, half days, elapsed time, open time.

A position on a date scale is a day number, on the half-day scale twice that (+1 for the afternoon), on the others a
microsecond: of UTC for elapsed, of the wall clock for open time.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yinuo.kernel.calendars import Calendar
from yinuo.kernel.instants import DAY, Int64
from yinuo.kernel.limits import Unit

NOON = DAY // 2


@dataclass(frozen=True, eq=False)
class Scale(ABC):
    """An axis; `count` never falls along it, and `first_with` finds where a count is reached."""

    calendar: Calendar
    counts_dates = True
    depends_on_calendar = True

    @abstractmethod
    def position(self, at: Int64) -> Int64:
        """Positions of UTC instants."""

    @abstractmethod
    def count(self, position: Int64) -> Int64:
        """What has been counted up to and including each position."""

    @abstractmethod
    def first_with(self, count: Int64) -> Int64:
        """The first position at which each count is reached."""

    @abstractmethod
    def begin(self, position: Int64) -> Int64:
        """The UTC instant at which each position begins."""

    @abstractmethod
    def end(self, position: Int64) -> Int64:
        """The last UTC instant of each position."""

    def rests(self, position: Int64) -> NDArray[np.bool_]:
        """Whether a position lies where nothing is counted."""
        return np.zeros(position.shape, np.bool_)

    def workday(self, position: Int64, *, backwards: bool = False) -> Int64:
        """The position if its day works, else the next (the last) that does."""
        return position

    def day(self, position: Int64) -> Int64:
        """The local day number of each position."""
        return position


class CalendarDays(Scale):
    """Every day counts."""

    grain = DAY

    def position(self, at: Int64) -> Int64:
        return self.calendar.clock.local(at) // self.grain

    def count(self, position: Int64) -> Int64:
        return position

    def first_with(self, count: Int64) -> Int64:
        return np.minimum(count, self.calendar.first + self.calendar.works.size - 1)  # like working days, no day beyond

    def begin(self, position: Int64) -> Int64:
        return self.calendar.clock.utc(position * self.grain)

    def end(self, position: Int64) -> Int64:
        return self.calendar.clock.utc(position * self.grain + (self.grain - 1), last=True)

    def rests(self, position: Int64) -> NDArray[np.bool_]:
        return ~self.calendar.is_workday(position)

    def workday(self, position: Int64, *, backwards: bool = False) -> Int64:
        return self.calendar.roll(position, backwards=backwards)


class WorkDays(CalendarDays):
    """Only working days count."""

    def count(self, position: Int64) -> Int64:
        return self.calendar.count_workdays(position)

    def first_with(self, count: Int64) -> Int64:
        return self.calendar.nth_workday(count)


class HalfDays(CalendarDays):
    """Mornings and afternoons of working days; noon is 12:00 on the wall clock (rules.md CNT-08)."""

    grain = NOON

    def count(self, position: Int64) -> Int64:
        day, afternoon = position >> 1, position & 1
        through = self.calendar.count_workdays(day)
        found: Int64 = 2 * through - (self.calendar.is_workday(day) & (afternoon == 0))
        return found

    def first_with(self, count: Int64) -> Int64:
        return 2 * self.calendar.nth_workday((count + 1) >> 1) + (count + 1) % 2

    def rests(self, position: Int64) -> NDArray[np.bool_]:
        return ~self.calendar.is_workday(position >> 1)

    def workday(self, position: Int64, *, backwards: bool = False) -> Int64:
        day = self.calendar.roll(position >> 1, backwards=backwards)
        moved = 2 * day + (1 if backwards else 0)
        return np.where(day == position >> 1, position, moved)

    def day(self, position: Int64) -> Int64:
        return position >> 1


class Elapsed(Scale):
    """Elapsed time on the UTC axis, day and night."""

    counts_dates = False
    depends_on_calendar = False

    def position(self, at: Int64) -> Int64:
        return at

    def count(self, position: Int64) -> Int64:
        return position

    def first_with(self, count: Int64) -> Int64:
        return count

    def begin(self, position: Int64) -> Int64:
        return position

    def end(self, position: Int64) -> Int64:
        return position

    def day(self, position: Int64) -> Int64:
        return self.calendar.clock.local(position) // DAY


class OpenTime(Elapsed):
    """Only time inside the office windows counts, on the wall clock."""

    depends_on_calendar = True

    def position(self, at: Int64) -> Int64:
        return self.calendar.clock.local(at)

    def count(self, position: Int64) -> Int64:
        return self.calendar.open_through(position)

    def first_with(self, count: Int64) -> Int64:
        return self.calendar.local_after_open(count)

    def begin(self, position: Int64) -> Int64:
        return self.calendar.clock.utc(position)

    def end(self, position: Int64) -> Int64:
        return self.calendar.clock.utc(position)

    def day(self, position: Int64) -> Int64:
        return position // DAY


_SCALES: dict[Unit, type[Scale]] = {
    Unit.MINUTES: Elapsed,
    Unit.HOURS: Elapsed,
    Unit.OFFICE_MINUTES: OpenTime,
    Unit.OFFICE_HOURS: OpenTime,
    Unit.HALF_WORKDAYS: HalfDays,
    Unit.WORKDAYS: WorkDays,
}


def scale_of(unit: Unit, calendar: Calendar) -> Scale:
    """The axis on which a unit is counted; days, weeks, months and years are calendar days."""
    return _SCALES.get(unit, CalendarDays)(calendar)
