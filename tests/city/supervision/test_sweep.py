"""The sweep: what happened and what came due is judged once, by any number of workers."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.city.cases import town
from tests.city.supervision.staff import local, open_cards, states, sweep_all
from yinuo.city.supervision.models import Finding, Moment, Run
from yinuo.city.supervision.sweep import Swept, sweep

pytestmark = pytest.mark.usefixtures("founded")


def accepted(**given):
    case_id = town.receive(**given)
    town.accept(case_id, at=town.later(minutes=5))
    return case_id


def test_a_case_gets_its_clocks_and_its_next_moment():
    case_id = accepted()
    sweep_all(town.later(minutes=6))
    assert states(case_id)["promised"] == "running"
    assert states(case_id)["statutory"] == "running"
    assert Moment.objects.get(case_id=case_id).next_at > town.NOW


@pytest.mark.holds("peer 56", shows="/")
def test_a_moment_comes_and_the_card_is_there_the_moment_after_the_due_day():
    case_id = accepted()
    sweep_all(town.later(minutes=6))
    sweep_all(local(3, 11, 23, 59, 59))
    assert ("promised", "yellow") not in open_cards(case_id)
    sweep_all(local(3, 12))
    assert ("promised", "yellow") in open_cards(case_id)
    card = Finding.objects.get(case_id=case_id, clause="promised", level="yellow")
    assert (card.raised_at, card.unit, card.kind) == (local(3, 12), "market", "application")


def test_an_idle_sweep_is_one_query():
    accepted()
    sweep_all(town.later(minutes=6))
    with CaptureQueriesContext(connection) as seen:
        assert sweep(town.later(minutes=7)) == Swept()
    assert len(seen) == 1


def test_lateness_is_the_time_from_the_moment_to_the_sweep_and_is_kept():
    accepted()
    sweep_all(town.later(minutes=6))
    moment = Moment.objects.exclude(next_at=None).earliest("next_at").next_at
    done = sweep(moment + (town.later(seconds=3) - town.NOW))
    assert (done.moments, done.late_most) == (1, 3.0)
    assert Run.objects.latest("id").late_most == 3.0
