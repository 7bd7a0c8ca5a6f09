"""What people do about a card: explain, appeal, decide, publish; and who is told when nobody does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.city.cases import town
from tests.city.supervision.staff import browser, local, sweep_all, told
from yinuo.city.cases import commands as case_commands
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.models import Case
from yinuo.city.ledger import read
from yinuo.city.people.actor import NotAllowed
from yinuo.city.supervision import commands
from yinuo.city.supervision.models import Finding

pytestmark = pytest.mark.usefixtures("founded")

LATE = local(3, 12, 9)


@pytest.fixture
def card(founded):
    case_id = town.receive()
    town.accept(case_id, at=town.later(minutes=5))
    sweep_all(LATE)
    return Finding.objects.get(case_id=case_id, clause="promised", level="yellow")


def said(card):
    return [event.activity for event in read.stream(f"said/{card.case_id}") if card.card in event.payload]


def again(card):
    return Finding.objects.get(card=card.card)


def refused(call, *args, **given):
    with pytest.raises(Refused) as caught:
        call(*args, **given)
    return caught.value.code


@pytest.mark.holds("E071", shows="/findings")
def test_e071_a_card_asks_for_an_answer_within_five_working_days(card):
    assert card.answer_by == local(3, 20) - timedelta(microseconds=1)
    prompt = Finding.objects.get(case_id=card.case_id, clause="promised", level="prompt")
    assert prompt.answer_by is None
    assert len(told("zhao", "card_raised")) >= 1
    assert len(told("zhou", "card_raised")) >= 1, "the rung tells the unit's head"


@pytest.mark.holds("invariant 32", "peer 66", "E008", shows="/inbox")
def test_invariant_32_an_unanswered_card_climbs_member_deputy_principal_upper_level(card):
    key = card.card
    order = [("sun", local(3, 20)), ("zhou", local(3, 28)), ("vice-mayor", local(4, 4)), ("mayor", local(4, 14))]
    for person, day in order:
        assert [one for one in told(person, "card_escalated") if key in one] == []
        sweep_all(day.replace(hour=day.hour, second=1))
        assert len([one for one in told(person, "card_escalated") if key in one]) == 1, person
    sweep_all(local(6, 1))
    assert said(card).count("finding_escalated") == 4
    assert again(card).answer_by is None
    receipt = Case.objects.get(case_id=card.case_id).receipt
    for person in ("zhao", "sun", "zhou", "vice-mayor", "mayor"):
        lines = browser(person).get("/inbox?kind=card_escalated").content.decode().split('<li class="notice')[1:]
        brought = [line for line in lines if "黄牌逾期未答复，现报请您过问：承诺时限" in line and receipt in line]
        assert len(brought) == (person != "zhao"), person


def test_an_explained_card_climbs_no_further_and_stays_open(card):
    commands.explain_card(card.card, text="材料送检未回", actor=town.HANDLER, now=local(3, 13))
    sweep_all(local(4, 30))
    row = again(card)
    assert (row.status, row.explanation, row.explained_by) == ("open", "材料送检未回", town.HANDLER.id)
    assert "finding_escalated" not in said(card)


def test_only_the_unit_that_answers_explains(card):
    with pytest.raises(NotAllowed):
        commands.explain_card(card.card, text="不是我们", actor=town.POLICE, now=LATE)
    assert refused(commands.explain_card, card.card, text="  ", actor=town.HANDLER, now=LATE) == "no_text"
    assert refused(commands.explain_card, "nothing", text="x", actor=town.HANDLER, now=LATE) == "no_such_card"


@pytest.mark.holds("peer 65", shows="/findings?status=cancelled")
def test_a_cancelled_card_stays_and_is_counted_apart(card):
    commands.appeal_card(card.card, ground="系统停机", actor=town.CHIEF, now=local(3, 13))
    assert len(told("chen", "card_appealed")) == 1
    commands.decide_appeal(card.card, cancel=True, reason="属实", actor=town.OFFICE, now=local(3, 16))
    row = again(card)
    assert (row.status, row.appeal, row.decision, row.cancelled_at) == ("cancelled", "cancelled", "属实", local(3, 16))
    town.do(card.case_id, "reviewed", town.HANDLER, at=local(3, 17))
    town.do(card.case_id, "granted", town.APPROVER, at=local(3, 17, 1))
    sweep_all(local(3, 18))
    assert again(card).status == "cancelled"
    assert again(card).cleared_at == local(3, 17, 1)


@pytest.mark.holds("peer 65", shows="/cases/<id>")
def test_a_waiting_appeal_stops_the_climb_and_a_rejected_one_begins_it_anew(card):
    commands.appeal_card(card.card, ground="算错了", actor=town.HANDLER, now=local(3, 13))
    sweep_all(local(4, 13))
    assert "finding_escalated" not in said(card)
    commands.decide_appeal(card.card, cancel=False, reason="没有算错", actor=town.OFFICE, now=local(4, 13, 9))
    sweep_all(local(4, 20))
    assert "finding_escalated" not in said(card)
    sweep_all(local(4, 21))
    assert "finding_escalated" in said(card)
    assert again(card).status == "open"
    assert (
        refused(commands.appeal_card, card.card, ground="再申诉", actor=town.HANDLER, now=local(4, 22))
        == "appealed_before"
    )


@pytest.mark.holds("peer 65", shows="/cases/<id>")
def test_an_appeal_is_never_decided_by_the_unit_concerned(card):
    commands.appeal_card(card.card, ground="算错了", actor=town.HANDLER, now=local(3, 13))
    with pytest.raises(NotAllowed):
        commands.decide_appeal(card.card, cancel=True, reason="自己说了算", actor=town.CHIEF, now=local(3, 13))
    insider = town.person("insider", "supervising_office", "city", works_in="market-licences")
    assert (
        refused(commands.decide_appeal, card.card, cancel=True, reason="x", actor=insider, now=local(3, 13))
        == "own_unit"
    )
    assert (
        refused(commands.decide_appeal, "nothing", cancel=True, reason="x", actor=insider, now=local(3, 13))
        == "no_such_card"
    )


def test_the_reason_for_a_missed_limit_is_recorded_and_published(card):
    with pytest.raises(NotAllowed):
        commands.publish_reason(card.card, reason="送检", actor=town.HANDLER, now=local(3, 13))
    commands.publish_reason(card.card, reason="检验机构未出具报告", actor=town.CHIEF, now=local(3, 13))
    row = again(card)
    assert (row.public_reason, row.published_at) == ("检验机构未出具报告", local(3, 13))
    step = Finding.objects.get(case_id=card.case_id, clause="review-step", level="warning")
    assert refused(commands.publish_reason, step.card, reason="x", actor=town.CHIEF, now=local(3, 13)) == "not_late"


def ordered(card, *, answered=True):
    order = Case.objects.get(kind="order", fields__about=card.case_id)
    if answered:
        town.do(order.case_id, "signed_for", town.HANDLER, at=local(3, 12, 10))
        town.do(order.case_id, "order_answered", town.HANDLER, at=local(3, 13))
    return order.case_id


def test_invariant_24_an_order_is_written_off_on_evidence_by_a_second_person(card):
    order = ordered(card)
    both = town.Actor("两头", "两头", (*town.OFFICE.grants, *town.HANDLER.grants), "market")
    case_commands.act(
        Act(
            order,
            "deadline_extended",
            local(3, 13, 1),
            {"new_deadline": "2026-03-25", "approver": "陈刚", "extension_reason": "送检"},
        ),
        actor=town.OFFICE,
        now=local(3, 13, 1),
    )
    assert refused(commands.write_off, order, evidence=" ", actor=town.OFFICE, now=local(3, 16)) == "no_text"
    with pytest.raises(NotAllowed):
        commands.write_off(order, evidence="办结回执", actor=town.HANDLER, now=local(3, 16))
    done = commands.write_off(order, evidence="办结回执", actor=town.OFFICE, now=local(3, 16))
    assert done.case_id == order
    assert any(event.activity == "order_written_off" for event in read.stream(f"said/{order}"))
    assert both.id


def test_invariant_24_who_answered_the_order_does_not_write_it_off(card):
    order = ordered(card, answered=False)
    both = town.Actor("both", "两头", (*town.OFFICE.grants, *town.HANDLER.grants), "market")
    town.do(order, "signed_for", both, at=local(3, 12, 10))
    town.do(order, "order_answered", both, at=local(3, 13))
    assert refused(commands.write_off, order, evidence="办结回执", actor=both, now=local(3, 16)) == "same_person"


@pytest.mark.holds("decision D30", "peer 48", shows="/cases/<id>")
def test_decision_d30_a_term_is_extended_with_an_approved_reason_and_silence_is_a_card(card):
    order = ordered(card, answered=False)
    town.do(order, "signed_for", town.HANDLER, at=local(3, 12, 10))
    fields = {"new_deadline": "2026-03-25", "approver": "陈刚", "extension_reason": "送检"}
    case_commands.act(Act(order, "deadline_extended", local(3, 17), fields), actor=town.OFFICE, now=local(3, 17))
    sweep_all(local(3, 24))
    assert not Finding.objects.filter(case_id=order, clause="answer").exists()
    sweep_all(local(3, 26))
    assert Finding.objects.get(case_id=order, clause="answer").level == "yellow"
