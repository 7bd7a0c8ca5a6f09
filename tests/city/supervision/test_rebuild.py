"""The tables of supervision are made again from the ledger, and are the same."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.city.cases import town
from tests.city.supervision.staff import local, sweep_all
from tests.city.supervision.test_workers import accepted
from yinuo.city.ledger import projections
from yinuo.city.ledger.commands import rebuild
from yinuo.city.ledger.read import replay
from yinuo.city.supervision import commands
from yinuo.city.supervision.models import Clock, Finding, Holding, Moment

pytestmark = pytest.mark.usefixtures("founded")


def tables():
    """Everything but surrogate keys, and what tells when a case was last looked at."""
    clocks = Clock.objects.order_by("case_id", "institution", "clause", "opener").values()
    holdings = Holding.objects.order_by("case_id", "held_from").values()
    moments = Moment.objects.order_by("case_id").values()
    return (
        list(Finding.objects.order_by("card").values()),
        [_lasting(row, is_over=row["ended_at"] is not None) for row in clocks],
        [_lasting(row, is_over=row["held_to"] is not None) for row in holdings],
        [_lasting(row, is_over=False) for row in moments],
    )


def indexes():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename ~ '^(cases_|supervision_finding)' ORDER BY indexname"
        )
        return cursor.fetchall()


def _lasting(row, *, is_over):
    dropped = {"id", "evaluated_at"} if is_over else {"id", "evaluated_at", "used", "paused"}
    return {name: value for name, value in row.items() if name not in dropped}


@pytest.mark.holds("peer 56", "invariant 21", shows="yinuo rebuild")
def test_cards_clocks_holdings_and_moments_are_the_same_after_a_rebuild():
    first, second = accepted(2)
    now = local(3, 12, 9)
    sweep_all(now)
    card = Finding.objects.get(case_id=first, clause="promised", level="yellow").card
    commands.explain_card(card, text="送检", actor=town.HANDLER, now=now)
    commands.appeal_card(card, ground="停机", actor=town.HANDLER, now=now)
    commands.decide_appeal(card, cancel=True, reason="属实", actor=town.OFFICE, now=now)
    sweep_all(local(3, 25))
    before, indexed = tables(), indexes()
    events = sum(len(some) for some in replay({"said/"}, at_a_time=500))
    rebuild([one.name for one in projections.registered() if one.name.startswith(("cases", "supervision"))])
    assert indexes() == indexed
    assert tables()[0] == before[0], (
        "cards are whole, with what they repeat of their cases, before anything is looked at"
    )
    sweep_all(local(3, 25))
    assert tables() == before
    assert sum(len(some) for some in replay({"said/"}, at_a_time=500)) == events, "nothing is said again"
    assert second
