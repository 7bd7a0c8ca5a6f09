"""How much of what was received was given a lane this period, beside the cap of the text (D21): counted, never typed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np
from django.utils import timezone

from yinuo.city.cases.deciding.ways import Ways
from yinuo.city.hall.lanes.entitlement import LANE
from yinuo.city.ledger.statements import sql
from yinuo.city.pages.statements import select
from yinuo.engine.clauses.table import Cap, Table
from yinuo.engine.periods import period_begin
from yinuo.kernel.instants import day_number


@dataclass(frozen=True, slots=True)
class Share:
    """One unit in the period that runs: `granted` of `received` were given a lane; `cap` is the share the text allows."""

    unit: str
    granted: int
    received: int
    cap: float | None

    @property
    def share(self) -> float | None:
        """The share so far; null when nothing was received."""
        return self.granted / self.received if self.received else None

    @property
    def is_over(self) -> bool:
        """Whether more were granted than the cap allows."""
        return self.cap is not None and self.granted > self.received * self.cap + 1e-9


def shares(
    condition: str, given: Mapping[str, Any], *, ways: Ways, now: datetime, unit: str | None = None
) -> list[Share]:
    """Units with requests in the period, the largest share first; with `unit` that unit alone, requests or not.

    `condition` is the row filter over `c.scope`. The slow obvious reference is `engine.decisions.shares`.
    """
    cap = _cap(ways, now)
    if cap is None:
        return []
    text = sql(__file__, "one_share" if unit else "shares").replace("{case_rows}", condition)
    kinds = _kinds(cap)
    asked = {**given, "since": _since(cap, now), "kinds": kinds, "unit": unit}
    share = None if cap.share is None else float(cap.share)
    found = [Share(row["unit"], row["granted"], row["received"], share) for row in select(text, asked)]
    return sorted(found, key=lambda one: (-(one.share or 0.0), one.unit))


def _cap(ways: Ways, now: datetime) -> Cap | None:
    """The cap in force on the first day of the period that runs."""
    ruling = next((one for one in ways.pack.rules.of_kind("table") if one.name == LANE), None)
    day = timezone.localdate(now)
    for edition in reversed(ruling.editions if ruling else ()):
        if edition.start <= day and isinstance(edition.clause, Table):
            return edition.clause.grant.cap if edition.clause.grant else None
    return None


def _kinds(cap: Cap) -> list[str]:
    """The kinds of case whose receipts are counted; the text names them by `for = { kind = … }`."""
    tests = cap.for_.tests() if cap.for_ is not None else ()
    return [str(one) for name, test in tests if name == "kind" for one in test.equal or ()]


def _since(cap: Cap, now: datetime) -> datetime:
    """The first instant of the period that runs."""
    today = timezone.localdate(now)
    first = int(period_begin(np.array([day_number(today)]), cap.per)[0])
    return timezone.make_aware(datetime.combine(today - timedelta(days=day_number(today) - first), time.min))
