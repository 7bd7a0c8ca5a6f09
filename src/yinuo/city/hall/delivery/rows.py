"""What waits to be delivered: read from the cases, within reach of who asks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yinuo.city.pages.statements import rows

MOST = 50
"""Rows of each list."""


def decided(
    condition: str, given: Mapping[str, Any], *, since: datetime, page: int = 0
) -> tuple[list[dict[str, Any]], bool]:
    """Applications decided since decisions are delivered by the text, of which no delivery was begun, the oldest first.

    A page of them, and whether there are more. `condition` is the row filter over `c.scope`.
    """
    asked = {**given, "since": since, "most": MOST + 1, "skip": page * MOST}
    found = rows(__file__, "decided", asked, case_rows=condition)
    return found[:MOST], len(found) > MOST


def under_way(condition: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Deliveries that are not done, the soonest due first. `condition` is the row filter over `c.scope`."""
    return rows(__file__, "under_way", {**given, "most": MOST}, case_rows=condition)
