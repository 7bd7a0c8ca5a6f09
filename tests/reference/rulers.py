"""How the reference counts time: by dates (walking day by day) or by instants (walking stretch by stretch)."""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from tests.reference.place import MICRO, MIDNIGHT, Place
from yinuo.kernel.limits import DATE_UNITS, MICROSECONDS, Limit, Unit

FAR = timedelta(days=3000)
NOON = time(12)


class Days:
    """Date units. A point is a date's ordinal; a pause (p, q] takes away the dates after p up to and with q."""

    def __init__(self, place: Place, clause: Any, unit: Unit) -> None:
        self.place, self.unit = place, unit
        self.rule = {name: getattr(clause, name, None) or default for name, default in place.conventions.items()}

    def countable(self, day: int) -> bool:
        return self.unit is not Unit.WORKDAYS or self.place.is_working(day)

    def point(self, at: datetime) -> int:
        return self.place.day(at)

    def begin(self, at: datetime) -> tuple[int, time]:
        """The start date and the clock time carried along."""
        if self.rule["due_time"] == "same_time":
            at = self.place.next_opening(at)
        local = at.astimezone(self.place.zone)
        day = local.toordinal()
        if self.rule["rest_day_start"] == "as_next_workday":
            day = self.place.next_working(day)
        return day, local.time()

    def size(self, start: int, lengths: Sequence[Limit]) -> int:
        """How many countable dates the lengths are, from this start."""
        months = sum(one.count * (12 if one.unit is Unit.YEARS else 1) for one in lengths if _monthly(one))
        days = sum(one.count * (7 if one.unit is Unit.WEEKS else 1) for one in lengths if not _monthly(one))
        return _plus_months(start, months) - start + days

    def reach(self, need: Fraction, start: int, pauses: Sequence[tuple[int, Any]]) -> int | None:
        """The first date on which at least `need` dates are used; null if an endless pause comes before."""
        day = start - 1 if self.rule["first_day"] == "included" else start
        left, endless = math.ceil(need), min((p for p, q in pauses if q is None), default=None)
        while left > 0:
            if endless is not None and endless <= day:
                return None
            day += 1
            left -= self.countable(day) and not _rests(day, pauses)
        return max(day, start)

    def settle(self, day: int, pauses: Sequence[tuple[int, Any]]) -> int | None:
        """Where a last day moves: out of a pause it lies in, off a rest day if it rolls, until it stays."""
        roll = "next" if self.unit is Unit.WORKDAYS else self.rule["roll"]
        while True:
            for p, q in pauses:
                if q is None and p <= day:
                    return None
                if q is not None and p <= day < q:
                    day, roll = q, "none" if roll == "none" else "next"
                    break
            else:
                moved = self.moved(day, roll)
                if moved == day:
                    return day
                day = moved

    def moved(self, day: int, roll: str) -> int:
        """Off a rest day, the way the last day rolls."""
        return day if roll == "none" else self.place.next_working(day, 1 if roll == "next" else -1)

    def used(self, start: int, upto: int, pauses: Sequence[tuple[int, Any]]) -> int:
        """Countable dates after the start (with it, if day one counts) up to `upto`, without the paused ones."""
        first = start if self.rule["first_day"] == "included" else start + 1
        return sum(self.countable(day) and not _rests(day, pauses) for day in range(first, upto + 1))

    def after(self, point: int, length: Limit) -> int:
        """The date a length after a date, without pauses."""
        if _monthly(length):
            return _plus_months(point, length.count * (12 if length.unit is Unit.YEARS else 1))
        left = length.count * (7 if length.unit is Unit.WEEKS else 1)
        while left:
            point += 1
            left -= length.unit is not Unit.WORKDAYS or self.place.is_working(point)
        return point

    def due_at(self, day: int, clock: time) -> datetime:
        """The last instant in time on the due date."""
        if self.rule["due_time"] == "same_time":
            return self.place.instant(day, clock)
        if self.rule["due_time"] == "closing" and self.place.is_working(day):
            return self.place.open_windows(day)[-1][1]
        return self.place.end_of(day)

    def rung_at(self, day: int) -> datetime:
        return self.place.instant(day)

    def paused_until(self, cap: int) -> datetime:
        """The first instant no longer paused by a pause capped on this date."""
        return self.place.instant(cap + 1)


class Halves(Days):
    """Half working days: a point is twice the date's ordinal, plus one after noon. The half of the start counts."""

    def __init__(self, place: Place, clause: Any, unit: Unit) -> None:
        super().__init__(place, clause, unit)
        self.rule |= {"first_day": "included", "roll": "next"}

    def countable(self, day: int) -> bool:
        return self.place.is_working(day // 2)

    def point(self, at: datetime) -> int:
        local = at.astimezone(self.place.zone)
        return 2 * local.toordinal() + (local.time() >= NOON)

    def begin(self, at: datetime) -> tuple[int, time]:
        half = self.point(at)
        return self.moved(half, "next") if self.rule["rest_day_start"] == "as_next_workday" else half, NOON

    def size(self, start: int, lengths: Sequence[Limit]) -> int:
        return sum(one.count for one in lengths)

    def moved(self, day: int, roll: str) -> int:
        return day if self.countable(day) else 2 * self.place.next_working(day // 2)

    def after(self, point: int, length: Limit) -> int:
        left = length.count
        while left:
            point += 1
            left -= self.countable(point)
        return point

    def due_at(self, day: int, clock: time) -> datetime:
        return self.rung_at(day + 1) - MICRO

    def rung_at(self, day: int) -> datetime:
        return self.place.instant(day // 2, NOON if day % 2 else MIDNIGHT)

    def paused_until(self, cap: int) -> datetime:
        return self.rung_at(cap + 1)


class Moments:
    """Elapsed and office time. A point is an instant; a pause [p, q) takes away what lies in it."""

    def __init__(self, place: Place, unit: Unit) -> None:
        self.place, self.unit = place, unit
        self.office = unit in (Unit.OFFICE_HOURS, Unit.OFFICE_MINUTES)

    def point(self, at: datetime) -> datetime:
        return at

    def begin(self, at: datetime) -> tuple[datetime, time]:
        return at, time()

    def size(self, start: datetime, lengths: Sequence[Limit]) -> int:
        return sum(one.count for one in lengths)

    def stretches(
        self, start: datetime, upto: datetime, pauses: Sequence[tuple[datetime, Any]]
    ) -> Iterator[tuple[datetime, datetime]]:
        """The counted stretches between two instants, in order."""
        days = range(self.place.day(start), self.place.day(upto) + 1)
        windows = (one for day in days for one in self.place.open_windows(day)) if self.office else [(start, upto)]
        for opening, closing in windows:
            begin, end = max(opening, start), min(closing, upto)
            for p, q in sorted(pauses, key=lambda pause: pause[0]):
                resumed = upto if q is None else q
                if p < end and begin < resumed:
                    if begin < p:
                        yield begin, p
                    begin = max(begin, resumed)
            if begin < end:
                yield begin, end

    def reach(self, need: Fraction, start: datetime, pauses: Sequence[tuple[datetime, Any]]) -> datetime | None:
        """The first instant at which `need` units are used; null if an endless pause comes before."""
        left = timedelta(microseconds=math.ceil(need * MICROSECONDS[self.unit]))
        if not left:
            return start
        upto = min([start + FAR, *(p for p, q in pauses if q is None)])
        for begin, end in self.stretches(start, upto, pauses):
            if end - begin >= left:
                return begin + left
            left -= end - begin
        return None

    def settle(self, point: datetime, pauses: Sequence[tuple[datetime, Any]]) -> datetime | None:
        """Out of every pause the instant lies in; an instant does not roll."""
        while True:
            for p, q in pauses:
                if q is None and p <= point:
                    return None
                if q is not None and p <= point < q:
                    point = q
                    break
            else:
                return point

    def used(self, start: datetime, upto: datetime, pauses: Sequence[tuple[datetime, Any]]) -> float:
        """Units counted between two instants."""
        total = sum((end - begin for begin, end in self.stretches(start, upto, pauses)), timedelta())
        return (total / MICRO) / MICROSECONDS[self.unit]

    def after(self, point: datetime, length: Limit) -> datetime:
        """The instant a length after an instant, without pauses."""
        reached = Moments(self.place, length.unit).reach(Fraction(length.count), point, [])
        assert reached is not None
        return reached

    def due_at(self, point: datetime, clock: time) -> datetime:
        return point

    def rung_at(self, point: datetime) -> datetime:
        return point

    def paused_until(self, cap: datetime) -> datetime:
        return cap


def ruler(place: Place, clause: Any, unit: Unit) -> Days | Moments:
    """The ruler for a unit."""
    if unit is Unit.HALF_WORKDAYS:
        return Halves(place, clause, unit)
    return Days(place, clause, unit) if unit in DATE_UNITS else Moments(place, unit)


def earlier(place: Place, day: int, length: Limit) -> int:
    """The date a length before a date."""
    if _monthly(length):
        return _plus_months(day, -length.count * (12 if length.unit is Unit.YEARS else 1))
    for _ in range(length.count * (7 if length.unit is Unit.WEEKS else 1)):
        day = place.next_working(day - 1, -1) if length.unit is Unit.WORKDAYS else day - 1
    return day


def _rests(day: int, pauses: Sequence[tuple[int, Any]]) -> bool:
    return any(p < day and (q is None or day <= q) for p, q in pauses)


def _monthly(length: Limit) -> bool:
    return length.unit in (Unit.MONTHS, Unit.YEARS)


def _plus_months(day: int, months: int) -> int:
    start = date.fromordinal(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).toordinal()
