"""What anybody who holds a receipt may know of its case (peers row 91)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from yinuo.city.cases.numbers import is_receipt
from yinuo.city.cases.queries import case_of_receipt
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words

LONGEST = 60
"""Characters of a number somebody types."""
PUBLIC_DOORS = frozenset({"window", "applicant", "anyone", "hotline"})
"""Who opens what the public may follow. What an office opens for itself (orders, rectifications) is not told."""


def is_slip(asked: str) -> bool:
    """Whether this can be no receipt number at all."""
    return len(asked) > LONGEST or not is_receipt(asked)


def tracked(asked: str, words: Words) -> dict[str, Any] | None:
    """What the public may know of the case with a receipt number; null for a slip, an unknown number, an inner matter."""
    if is_slip(asked):
        return None
    case_id = case_of_receipt(asked)
    known = rows(__file__, "tracked", {"case_id": case_id}) if case_id else []
    if not known or not is_public(known[0]["kind"], known[0]["opened_at"], words):
        return None
    case = known[0]
    clocks, reasons = (_read(case[name]) for name in ("clocks", "reasons"))
    for clock in clocks:
        clock["due_at"] = _moment(clock["due_at"])
        left = None if clock["allowed"] is None or clock["used"] is None else clock["allowed"] - clock["used"]
        clock["left"] = left if clock["state"] in {"running", "paused"} and left is not None and left >= 0 else None
    for reason in reasons:
        reason["at"] = _moment(reason["at"])
    return {**case, "clocks": clocks, "reasons": reasons}


def is_public(kind: str, opened_at: datetime, words: Words) -> bool:
    """Whether the public may follow a kind of case, as its flow was on the day it opened."""
    flow = words.flow(kind, opened_at)
    if flow is None:
        return False
    return any(step.by in PUBLIC_DOORS for step in flow.steps if flow.opens in step.does)


def _read(value: Any) -> list[dict[str, Any]]:
    return list(json.loads(value) if isinstance(value, str) else value)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
