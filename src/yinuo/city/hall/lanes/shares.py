"""How much of what was received was given a lane this period, beside the cap of the text (D21): counted, never typed in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yinuo.city.cases.deciding.ways import Ways
from yinuo.city.cases.granting import shares as granting
from yinuo.city.cases.granting.grants import clause_on
from yinuo.city.cases.granting.shares import Share
from yinuo.city.hall.lanes.entitlement import LANE


def shares(
    condition: str, given: Mapping[str, Any], *, ways: Ways, now: datetime, unit: str | None = None
) -> list[Share]:
    """Units with lanes granted in the period, the largest share first; with `unit` that unit alone, lanes or not.

    `condition` is the row filter over `c.scope`.
    """
    ruling = next((one for one in ways.pack.rules.of_kind("table") if one.name == LANE), None)
    clause = None if ruling is None else clause_on(ruling, now.astimezone(ways.zone).date())
    if clause is None or clause.grant is None or clause.grant.cap is None:
        return []
    found = granting.shares(clause, clause.grant.cap, ways=ways, at=now, unit=unit, rows=condition, given=given)
    return sorted((one for one in found if unit or one.granted), key=lambda one: (-(one.share or 0.0), one.unit or ""))
