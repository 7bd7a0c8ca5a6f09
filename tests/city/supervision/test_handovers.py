"""Who is told of a hand-over: the unit that may sign for it, and the sender when it comes back (D02)."""

from __future__ import annotations

import pytest

from tests.city.cases import town
from tests.city.supervision.staff import browser, inbox, sweep_all, told
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.staff import RoleGrant

pytestmark = pytest.mark.usefixtures("founded")
TO = {"to_unit": "market", "handover": "一号单"}


@pytest.fixture
def desk_of_market(founded):
    """Zhao handles, Sun heads the section; both may sign. Zhou, who heads the bureau by post only, has no grant."""
    for person, role in (("zhao", "handler"), ("sun", "section_head")):
        grant = RoleGrant(f"{role}-{person}", "person", person, role, "market", town.START)
        people.grant(grant, actor=OPERATOR, now=town.NOW)


def offered():
    case_id = town.inquire()
    town.do(case_id, "handover_offered", town.CLERK, at=town.later(minutes=5), fields=TO)
    return case_id


def returned(case_id, at):
    fields = {"handover": "一号单", "return_reason": "不属于我局职责"}
    return town.do(case_id, "handover_returned", town.HANDLER, at=at, fields=fields)


@pytest.mark.holds("decision D02", shows="/inbox")
def test_decision_d02_the_receiving_unit_is_told_once_of_what_it_is_offered(desk_of_market):
    offered()
    sweep_all(town.later(minutes=6))
    sweep_all(town.later(minutes=7))
    assert [len(told(person, "handed_over")) for person in ("zhao", "sun", "zhou", "li", "mayor")] == [1, 1, 0, 0, 0]
    (args,) = inbox("zhao", "handed_over")
    assert args["from_zh"] == "service-centre"
    assert args["receipt"]
    lines = browser("zhao").get("/inbox").content.decode().split('<li class="notice')[1:]
    assert ["service-centre移交来一个办件，请签收。" in line and args["receipt"] in line for line in lines].count(
        True
    ) == 1


def test_where_nobody_is_granted_who_answers_for_the_unit_is_told():
    offered()
    sweep_all(town.later(minutes=6))
    assert len(told("zhao", "handed_over")) == 1
    assert told("sun", "handed_over") == []


def test_a_returned_handover_is_told_to_who_is_there_for_the_sender_with_the_reason(desk_of_market):
    case_id = offered()
    sweep_all(town.later(minutes=6))
    returned(case_id, town.later(minutes=20))
    sweep_all(town.later(minutes=21))
    sweep_all(town.later(minutes=22))
    (args,) = inbox("li", "handover_returned")
    assert (args["by_zh"], args["reason"]) == ("market", "不属于我局职责")
    assert len(told("zhao", "handed_over")) == 1


def test_silence_returns_a_handover_and_the_sender_is_told_in_the_words_of_the_text(desk_of_market):
    offered()
    sweep_all(town.later(minutes=6))
    assert inbox("li", "handover_returned") == []
    sweep_all(town.later(days=1))
    sweep_all(town.later(days=2))
    (args,) = inbox("li", "handover_returned")
    assert args["reason"] == "逾期未签收，视为退回"


def test_an_offer_made_again_is_told_again_and_one_that_is_over_is_not(desk_of_market):
    case_id = offered()
    sweep_all(town.later(minutes=6))
    returned(case_id, town.later(minutes=20))
    town.do(case_id, "handover_offered", town.CLERK, at=town.later(minutes=30), fields=TO)
    sweep_all(town.later(minutes=31))
    assert len(told("zhao", "handed_over")) == 2
    over = offered()
    town.do(over, "answered", town.CLERK, at=town.later(minutes=40))
    sweep_all(town.later(minutes=41))
    assert len(told("zhao", "handed_over")) == 2
