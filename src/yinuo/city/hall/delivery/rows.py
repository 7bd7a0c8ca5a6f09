"""What waits to be delivered: read from the cases, within reach of who asks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from yinuo.city.pages.statements import rows

MOST = 50
"""Rows of each list."""
BACK = timedelta(days=10)
"""How far back a decision is looked for of which no delivery was begun: the days the law gives."""


def decided(condition: str, given: Mapping[str, Any], *, now: datetime) -> list[dict[str, Any]]:
    """Applications decided of late of which no delivery was begun. `condition` is the row filter over `c.scope`."""
    asked = {**given, "since": now - BACK, "now": now, "most": MOST}
    return rows(__file__, "decided", asked, case_rows=condition)


def under_way(condition: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Deliveries that are not done, the soonest due first. `condition` is the row filter over `c.scope`."""
    return rows(__file__, "under_way", {**given, "most": MOST}, case_rows=condition)
