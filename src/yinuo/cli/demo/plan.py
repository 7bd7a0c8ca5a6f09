"""What will happen in the demonstration: a list of acts that follows from a seed alone, so that it can be carried on later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from yinuo.cli.demo.office import Office

HOURS = (5, 9, 10, 7, 5, 7, 6)
"""How many come in each of the seven office hours: most of them in the morning."""
MONTHS = (8, 5, 11, 10, 9, 9, 8, 8, 11, 9, 9, 8)
"""How many come in each month: few around the Spring Festival, many in March and September."""
WEEKDAYS = (12, 10, 10, 9, 9, 6, 6)


@dataclass(frozen=True)
class Shares:
    """How often what happens. Each is a share of the cases it can happen to; the report finds them again within its intervals."""

    late: float = 0.001
    supplemented: float = 0.14
    suspended: float = 0.05
    extended: float = 0.02
    transferred: float = 0.03
    withdrawn: float = 0.02
    refused: float = 0.03
    returned: float = 0.2
    handed_on: float = 0.35
    inquiries: float = 0.12
    online: float = 0.25
    rated: float = 0.05
    rated_online: float = 0.25
    rated_badly: float = 0.06
    lanes: float = 0.02
    """Of those decided on another day than the one on which they were accepted."""


@dataclass(frozen=True)
class Item:
    """A row of the catalogue as far as the plan needs it; `promised` in working days, None when counted otherwise."""

    id: str
    unit: str
    promised: int
    weight: int
    is_immediate: bool
    has_review: bool


@dataclass(frozen=True)
class Planned:
    """One act: when, on which case, by whom (`who` is a part of the cast such as "window:market") and with what."""

    at: datetime
    number: int
    case_id: str
    activity: str
    who: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    kind: str | None = None
    item: str | None = None
    unit: str | None = None
    person: Mapping[str, str] = field(default_factory=dict)

    @property
    def event_id(self) -> str:
        """The same for the same seed: carrying the plan out twice changes nothing."""
        return f"{self.case_id}-{self.number}"


@dataclass(frozen=True)
class Demand:
    """Everything the plan follows from."""

    office: Office
    items: Sequence[Item]
    units: Sequence[str]
    """Those that applications and inquiries may be handed on to."""
    shares: Shares
    cases: int
    """How many come in a year of 250 working days."""
    seed: int


def arrivals(demand: Demand) -> Iterator[tuple[int, int]]:
    """Day and minute of each arrival, by season, weekday and hour."""
    rng = Random(demand.seed)
    days = demand.office.days
    weights = [MONTHS[day.month - 1] * WEEKDAYS[day.weekday()] for day in days]
    mean = demand.cases / 250 * len(days) / sum(weights)
    for number, weight in enumerate(weights):
        hours = rng.choices(range(7), weights=HOURS, k=_poisson(rng, mean * weight))
        yield from sorted((number, hour * 60 + rng.randrange(60)) for hour in hours)


def _poisson(rng: Random, mean: float) -> int:
    """How many come when `mean` come on average (Knuth; the mean is a few dozen)."""
    count, waited = 0, rng.expovariate(1)
    while waited < mean:
        count, waited = count + 1, waited + rng.expovariate(1)
    return count
