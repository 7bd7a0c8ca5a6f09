"""Which kinds of case the public may follow, be told of and rate."""

from __future__ import annotations

from datetime import datetime

from yinuo.city.pages.words import Words

PUBLIC_DOORS = frozenset({"window", "applicant", "filer", "anyone", "hotline"})
"""Who opens what the public may follow. What an office opens for itself (orders, rectifications) is not told."""


def is_public(kind: str, opened_at: datetime, words: Words) -> bool:
    """Whether the public may follow a kind of case, as its flow was on the day it opened."""
    flow = words.flow(kind, opened_at)
    if flow is None:
        return False
    return any(step.by in PUBLIC_DOORS for step in flow.steps if flow.opens in step.does)
