"""All that is played: the year's cases, what the city discloses, and the hall of today."""

from __future__ import annotations

from datetime import datetime

from yinuo.cli.demo import disclosed, scripts
from yinuo.cli.demo.plan import Demand, Planned
from yinuo.cli.demo.scenes import lanes, today
from yinuo.rulebook.loader import Pack

SHOWN = "market"
"""The unit whose staff have logins."""


def acts(demand: Demand, pack: Pack, *, now: datetime) -> list[Planned]:
    """Every act in the order of time; those of today follow from `now` and from what is in the hall already."""
    cases = scripts.plan(demand)
    found = [*cases, *disclosed.plan(demand), *today.plan(pack, seed=demand.seed, now=now)]
    found += lanes.waiting(cases, shown=SHOWN, now=now)
    return sorted(found, key=lambda act: (act.at, act.case_id, act.number))
