"""A broken limit gets its order by itself, once, and the case knows of it."""

from __future__ import annotations

import pytest

from tests.city.cases import town
from tests.city.supervision.staff import local, open_cards, states, sweep_all, told
from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act
from yinuo.city.cases.models import Case
from yinuo.city.supervision.models import Finding, Opened

pytestmark = pytest.mark.usefixtures("founded")


def accepted(**given):
    case_id = town.receive(**given)
    town.accept(case_id, at=town.later(minutes=5))
    return case_id


def orders(about):
    return list(Case.objects.filter(kind="order", fields__about=about))


@pytest.mark.holds("invariant 22", shows="/cases/<id>")
def test_invariant_22_one_supervision_item_per_due_date():
    case_id = accepted()
    sweep_all(local(3, 11, 23, 59, 59))
    assert orders(case_id) == []
    for minute in range(4):
        sweep_all(local(3, 12, 0, minute))
    (order,) = orders(case_id)
    assert order.fields["broken_clause"] == "promised"
    assert order.fields["broken_due"] == "2026-03-11"
    assert order.fields["to_unit"] == "market"
    assert order.fields["deadline"] == "2026-03-19"
    sweep_all(local(3, 31))
    assert {one.fields["broken_clause"] for one in orders(case_id)} == {"promised", "statutory"}
    assert Opened.objects.count() == 2


def test_the_order_is_written_on_the_case_it_is_about_so_that_the_promise_to_order_is_kept():
    case_id = accepted()
    sweep_all(local(3, 12))
    sweep_all(local(3, 12, 0, 0, 1))
    assert states(case_id)["order-for-a-broken-promise"] == "kept"
    assert ("order-for-a-broken-promise", "yellow") not in open_cards(case_id)


def test_the_unit_an_order_names_is_told_once():
    accepted()
    sweep_all(local(3, 12))
    sweep_all(local(3, 12, 1))
    assert len(told("zhou", "case_opened")) == 1


@pytest.mark.holds("peer 50", "peer 61", shows="/cases/<id>")
def test_an_order_that_nobody_answers_climbs_its_own_ladder():
    case_id = accepted()
    sweep_all(local(3, 12))
    (order,) = orders(case_id)
    sweep_all(local(3, 12, 0, 0, 1))
    assert states(order.case_id)["answer"] == "running"
    sweep_all(local(3, 20))
    assert ("answer", "yellow") in open_cards(order.case_id)
    sweep_all(local(3, 25))
    assert ("answer", "red") in open_cards(order.case_id)
    sweep_all(local(3, 27))
    assert ("answer", "accountability") in open_cards(order.case_id)
    assert ("answer", "red") not in open_cards(order.case_id)


@pytest.mark.holds("decision D15", shows="/cases/<id>")
def test_decision_d15_four_clocks_run_beside_each_other_and_each_is_shown():
    case_id = accepted()
    sweep_all(local(3, 12))
    sweep_all(local(3, 12, 0, 0, 1))
    (order,) = orders(case_id)
    assert {"statutory", "promised", "review-step"} <= set(states(case_id))
    assert {"sign-for", "answer"} <= set(states(order.case_id))


def test_a_limit_broken_in_a_case_that_is_over_opens_nothing():
    case_id = accepted()
    town.do(case_id, "reviewed", town.HANDLER, at=local(3, 12, 9))
    town.do(case_id, "granted", town.APPROVER, at=local(3, 12, 10))
    sweep_all(local(3, 13))
    assert states(case_id)["promised"] == "late"
    assert orders(case_id) == []
    assert Finding.objects.filter(case_id=case_id, clause="promised", level="yellow", status="cleared").exists()


def order(case_id, at, *, now=None):
    fields = {
        "about": "A-1",
        "broken_clause": "promised",
        "broken_due": "2026-03-09",
        "to_unit": "market",
        "deadline": "2026-03-20",
    }
    act = Act(case_id, "ordered", at, fields, kind="order", unit="supervising-office", source="hall", event_id=case_id)
    commands.record([act], actor=town.SYSTEM, now=now or at)


def test_what_is_known_late_of_one_case_is_said_of_the_other_case_of_its_thread():
    order("late", local(3, 10, 14))
    sweep_all(local(3, 10, 15))
    assert open_cards("late") == set()
    order("early", local(3, 10, 9), now=local(3, 10, 16))
    sweep_all(local(3, 10, 16))
    assert ("one-per-due-date", "yellow") in open_cards("late"), "the second order is the one recorded first"
    assert ("one-per-due-date", "yellow") not in open_cards("early")
