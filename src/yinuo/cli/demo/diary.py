"""The acts of one case of the demonstration, written down one after the other in office time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from yinuo.cli.demo.plan import Demand, Planned


@dataclass
class Diary:
    """The acts of one case as they are written down; `day` and `minute` are office time and only go forward."""

    demand: Demand
    rng: Random
    case_id: str
    day: int
    minute: int
    acts: list[Planned] = field(default_factory=list)

    def do(
        self, activity: str, who: str, *, after: int = 0, opening: dict[str, Any] | None = None, **fields: Any
    ) -> None:
        """Write the next act, so many working days later; on the same day a little later."""
        if after:
            self.day, self.minute = self.day + after, self.rng.randrange(10, 400)
        elif self.acts:
            self.minute += self.rng.randrange(2, 12)
        if self.minute >= 420:
            self.minute = 419
        at = self.demand.office.at(self.day, self.minute)
        if self.acts and at <= self.acts[-1].at:
            at = self.acts[-1].at + timedelta(seconds=5)
        self.acts.append(Planned(at, len(self.acts), self.case_id, activity, who, fields, **(opening or {})))

    def often(self, share: float) -> bool:
        """True in this share of cases."""
        return self.rng.random() < share

    def date(self, days: int = 0) -> date:
        """The working day so many days on."""
        return self.demand.office.days[min(self.day + days, len(self.demand.office.days) - 1)]
