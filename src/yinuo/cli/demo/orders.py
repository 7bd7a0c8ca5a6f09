"""Supervision orders that the sweep opened: which are open, and what happens to them next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import connection

from yinuo.city.ledger.statements import sql
from yinuo.cli.demo.cast import OFFICE
from yinuo.cli.demo.plan import Planned


@dataclass(frozen=True)
class Open:
    """An order under way: the unit it went to, how many events it has, and the steps that are due."""

    case_id: str
    unit: str
    version: int
    due: frozenset[str]
    opened_at: datetime


def open_orders() -> list[Open]:
    """Every order that is not over, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "open_orders"))
        return [Open(case, unit, version, frozenset(due), at) for case, unit, version, due, at in cursor.fetchall()]


def next_acts(order: Open, rng: Random, *, now: datetime) -> Iterator[Planned]:
    """Signed for the same day, answered within days, judged by the supervising office: one step a morning."""
    steps = (("sign", "signed_for", "unit"), ("answer", "order_answered", "unit"), ("judge", "answer_accepted", OFFICE))
    for step, activity, who in steps:
        if step in order.due:
            if step == "answer" and now - order.opened_at < timedelta(days=rng.randrange(1, 4)):
                return
            yield Planned(now, order.version, order.case_id, activity, who)
            return
