"""Lengths of time as a text writes them: "5 workdays", "24 hours", "1 month"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a limit counts. Dates: workdays to years; halves of working days; elapsed time; open (office) time."""

    MINUTES = "minutes"
    HOURS = "hours"
    OFFICE_MINUTES = "office minutes"
    OFFICE_HOURS = "office hours"
    HALF_WORKDAYS = "half-workdays"
    WORKDAYS = "workdays"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


_SINGULAR = {unit.value[:-1]: unit for unit in Unit}
_BY_NAME = {unit.value: unit for unit in Unit} | _SINGULAR
_LENGTH = re.compile(r"(\d+) +([a-z][a-z -]*[a-z])")

MICROSECONDS = {
    Unit.MINUTES: 60_000_000,
    Unit.HOURS: 3_600_000_000,
    Unit.OFFICE_MINUTES: 60_000_000,
    Unit.OFFICE_HOURS: 3_600_000_000,
}
_LEAST_DAYS = {
    Unit.MINUTES: 1 / 1440,
    Unit.HOURS: 1 / 24,
    Unit.OFFICE_MINUTES: 1 / 1440,
    Unit.OFFICE_HOURS: 1 / 24,
    Unit.HALF_WORKDAYS: 1 / 2,
    Unit.WORKDAYS: 1,
    Unit.DAYS: 1,
    Unit.WEEKS: 7,
    Unit.MONTHS: 365 / 12,
    Unit.YEARS: 365,
}
_LONGEST_DAYS = 36_525
"""A hundred years: what is longer is a slip of the pen, and calendars end."""

DATE_UNITS = frozenset({Unit.WORKDAYS, Unit.DAYS, Unit.WEEKS, Unit.MONTHS, Unit.YEARS})


@dataclass(frozen=True, order=False)
class Limit:
    """A whole number of one unit. `Limit.parse("20 workdays")`."""

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Read "20 workdays"; raises ValueError naming what was written and what may be: the units, a hundred years."""
        match = _LENGTH.fullmatch(text.strip())
        unit = _BY_NAME.get(match.group(2)) if match else None
        if match is None or unit is None:
            units = ", ".join(unit.value for unit in Unit)
            raise ValueError(f'"{text}" is not a length of time; write a whole number and one of: {units}')
        count = int(match.group(1))
        if count * _LEAST_DAYS[unit] > _LONGEST_DAYS:
            raise ValueError(f'"{text}" is longer than a hundred years; write a shorter length')
        return cls(count, unit)

    def __str__(self) -> str:
        name = self.unit.value[:-1] if self.count == 1 else self.unit.value
        return f"{self.count} {name}"
