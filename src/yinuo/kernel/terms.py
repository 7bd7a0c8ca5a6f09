"""Terms: from a start and a limit to what is due and what has been used, pauses deducted once (grammar 2.3).

The only place where a due date is computed. One call works on many terms that share unit and conventions.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from yinuo.kernel.calendars import Calendar
from yinuo.kernel.instants import DAY, NEVER, Int64
from yinuo.kernel.limits import MICROSECONDS, Unit
from yinuo.kernel.scales import Scale, scale_of
from yinuo.kernel.segments import bounds, is_ordered, running_max, search

Bool = NDArray[np.bool_]


@dataclass(frozen=True)
class Convention:
    """How a limit is counted, every default filled in."""

    unit: Unit
    due_time: str = "end_of_day"
    rest_day_start: str = "next_is_day_1"
    first_day: str = "excluded"
    roll: str = "next"


@dataclass(frozen=True, eq=False)
class Pauses:
    """Half-open stretches (begin, end] of positions that do not count; end NEVER = open and without a cap.

    Sorted by owner (the term's index) and begin, not overlapping: make them with `united`.
    """

    owner: Int64
    begin: Int64
    end: Int64

    @classmethod
    def none(cls) -> Pauses:
        """No pauses at all."""
        empty = np.empty(0, np.int64)
        return cls(empty, empty, empty)

    @classmethod
    def united(cls, owner: Int64, begin: Int64, *, end: Int64) -> Pauses:
        """Sort stretches and unite those of one owner that touch or overlap; drop empty ones."""
        keep = begin < end
        owner, begin, end = owner[keep], begin[keep], end[keep]
        if not is_ordered(owner, begin):
            order = np.lexsort((begin, owner))
            owner, begin, end = owner[order], begin[order], end[order]
        if owner.size < 2:
            return cls(owner, begin, end)
        reach = running_max(owner, end)
        new = np.ones(owner.size, np.bool_)
        new[1:] = (owner[1:] != owner[:-1]) | (begin[1:] > reach[:-1])
        last = np.append(np.flatnonzero(new)[1:] - 1, owner.size - 1)
        return cls(owner[new], begin[new], reach[last])

    def until(self, limit: Int64) -> Pauses:
        """The same stretches cut at a position of each owner."""
        cut = limit[self.owner]
        keep = self.begin < cut
        return Pauses(self.owner[keep], self.begin[keep], np.minimum(self.end, cut)[keep])


@dataclass(frozen=True, eq=False)
class Terms:
    """Started terms of one convention. `allowed` is counted on the scale (days for weeks, months and years)."""

    scale: Scale
    convention: Convention
    start: Int64
    """Positions from which counting runs (the day before the start when day one counts)."""
    floor: Int64
    """Positions before which nothing is due."""
    wall: Int64
    """Time of day of the start, for `same_time`."""

    @classmethod
    def started(cls, at: Int64, convention: Convention, *, calendar: Calendar) -> Terms:
        """Terms counted from UTC instants `at`."""
        scale = scale_of(convention.unit, calendar)
        wall = np.zeros_like(at)
        if scale.counts_dates and convention.due_time == "same_time":
            local = calendar.next_opening(calendar.clock.local(at))
            at, wall = calendar.clock.utc(local), local % DAY
        start = scale.position(at)
        if convention.rest_day_start == "as_next_workday" and scale.counts_dates:
            start = scale.workday(start)
        included = _is_half(convention) or (scale.counts_dates and convention.first_day == "included")
        return cls(scale, convention, start - included, start, wall)

    def select(self, rows: Int64 | Bool) -> Terms:
        """Some of these terms."""
        return Terms(self.scale, self.convention, self.start[rows], self.floor[rows], self.wall[rows])

    def counted(self, number: Int64) -> Int64:
        """A number of the unit as a count on the scale: 2 weeks = 14, 1 month = the days of that month from the start."""
        unit = self.convention.unit
        if unit is Unit.WEEKS:
            return number * 7
        if unit in (Unit.MONTHS, Unit.YEARS):
            return add_months(self.floor, number * (12 if unit is Unit.YEARS else 1)) - self.floor
        return number * MICROSECONDS.get(unit, 1)

    def reach(self, need: Int64, pauses: Pauses) -> tuple[Int64, Int64]:
        """The first position with `need` used (NEVER behind an open pause), and the index of the next pause there."""
        size = self.start.size
        base = self.scale.count(self.start)
        if pauses.owner.size == 0:
            return np.maximum(self.scale.first_with(base + need), self.floor), np.zeros(size, np.int64)
        low, high = bounds(pauses.owner, size)
        open_ = pauses.end == NEVER
        before = self.scale.count(pauses.begin)
        length = np.where(open_, 0, self.scale.count(np.where(open_, pauses.begin, pauses.end)) - before)
        total = np.cumsum(length)
        earlier = total - length
        earlier = earlier - np.repeat(np.append(earlier, 0)[low], high - low)
        passed = before - base[pauses.owner] - earlier < need[pauses.owner]
        index = low + np.bincount(pauses.owner[passed], minlength=size)
        through = np.append(0, total)
        paused = through[index] - through[low]
        blocked = np.zeros(size, np.bool_)
        blocked[pauses.owner[passed & open_]] = True
        position = np.maximum(self.scale.first_with(base + need + paused), self.floor)
        return np.where(blocked, NEVER, position), index

    def due(self, need: Int64, pauses: Pauses) -> Int64:
        """The due position: reached, moved out of a pause it falls into, rolled off a rest day; NEVER when unknown.

        What a pause has moved never rolls back into it: from there a rest day rolls on, whatever the convention.
        """
        position, _ = self.reach(need, pauses)
        if pauses.owner.size == 0:
            return self._settled(position, back=np.full(position.size, self.convention.roll == "previous"))
        low, high = bounds(pauses.owner, self.start.size)
        live = np.flatnonzero(position != NEVER)
        was_paused = np.zeros(position.size, np.bool_)
        while live.size:
            here = position[live]
            index = search(pauses.begin, low[live], high=high[live], wanted=here, after=True) - 1
            end = np.append(pauses.end, NEVER)[np.maximum(index, 0)]
            inside = (index >= low[live]) & (here < end)
            was_paused[live] |= inside
            rolled = self._settled(here, back=~was_paused[live] & (self.convention.roll == "previous"))
            position[live] = np.where(inside, end, rolled)
            live = live[(position[live] != here) & (position[live] != NEVER)]
        return position

    def _settled(self, position: Int64, *, back: Bool) -> Int64:
        unit, roll = self.convention.unit, self.convention.roll
        if unit in (Unit.WORKDAYS, Unit.HALF_WORKDAYS):
            return self.scale.workday(position)
        if roll == "none" or not self.scale.counts_dates:
            return position
        ahead = self.scale.workday(position)
        return np.where(back, self.scale.workday(position, backwards=True), ahead) if back.any() else ahead

    def instant(self, position: Int64) -> Int64:
        """The last UTC instant in time of a due position (grammar 2.3); NEVER stays."""
        known = np.where(position == NEVER, 0, position)
        calendar = self.scale.calendar
        if self.convention.due_time == "closing" and self.scale.counts_dates and not _is_half(self.convention):
            at = calendar.clock.utc(calendar.closing(known), last=True)
        elif self.convention.due_time == "same_time" and self.scale.counts_dates and not _is_half(self.convention):
            at = calendar.clock.utc(known * DAY + self.wall)
        else:
            at = self.scale.end(known)
        return np.where(position == NEVER, NEVER, at)

    def used(self, until: Int64, pauses: Pauses) -> tuple[Int64, Int64]:
        """What has been used and what was paused up to the positions `until`, counted on the scale."""
        until = np.maximum(until, self.start)
        cut = pauses.until(until)
        length = self.scale.count(cut.end) - self.scale.count(cut.begin)
        paused = np.bincount(cut.owner, weights=length, minlength=self.start.size).astype(np.int64)
        return self.scale.count(until) - self.scale.count(self.start) - paused, paused

    def share(self, need: Int64, part: Fraction) -> Int64:
        """The whole count at which a share of `need` is used."""
        return -((-need * part.numerator) // part.denominator)


def _is_half(convention: Convention) -> bool:
    return convention.unit is Unit.HALF_WORKDAYS


def add_months(day: Int64, months: Int64) -> Int64:
    """The same day number of the month `months` later, or that month's last day."""
    month = day.astype("datetime64[D]").astype("datetime64[M]")
    within = day - month.astype("datetime64[D]").astype(np.int64)
    target = month.astype(np.int64) + months
    begin = target.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    length = (target + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - begin
    found: Int64 = begin + np.minimum(within, length - 1)
    return found


def later(calendar: Calendar, *, position_day: Int64, number: Int64, unit: Unit) -> Int64:
    """The day a number of units after each day (before, when negative): working days, or days, weeks, months, years."""
    if unit in (Unit.WORKDAYS, Unit.HALF_WORKDAYS):
        count = calendar.count_workdays(position_day)
        back = (number < 0) & ~calendar.is_workday(position_day)
        return np.where(number == 0, position_day, calendar.nth_workday(count + number + back))
    if unit in (Unit.MONTHS, Unit.YEARS):
        return add_months(position_day, number * (12 if unit is Unit.YEARS else 1))
    return position_day + number * (7 if unit is Unit.WEEKS else 1)
