"""Measures are proposed and decided by people (D43, invariant 33); outages are entries that a second person verifies."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from tests.city.cases import town
from tests.city.supervision.staff import browser, local, sweep_all, told
from yinuo.city.cases.acts import Refused
from yinuo.city.ledger import read
from yinuo.city.people.actor import OPERATOR, NotAllowed
from yinuo.city.supervision import commands_registers as registers
from yinuo.city.supervision.models import Finding, Measure, Outage
from yinuo.city.supervision.rebuilding import show_measures, show_outages
from yinuo.city.texts.commands import put_in_force
from yinuo.rulebook.loader import load_pack

pytestmark = pytest.mark.usefixtures("founded")

LEADER = town.person("mayor", "leader", "city")
OTHER_LEADER = town.person("vice-mayor", "leader", "city")
ADMIN = town.person("root", "administrator", "city")


@pytest.fixture
def card(founded):
    case_id = town.receive()
    town.accept(case_id, at=town.later(minutes=5))
    sweep_all(local(3, 12, 9))
    return Finding.objects.get(case_id=case_id, clause="promised", level="yellow")


def proposed(card):
    return registers.propose_measure(
        card.card, what="效能告诫", grounds="承诺时限逾期", actor=town.OFFICE, now=local(3, 20)
    )


def code(call, *args, **given):
    with pytest.raises(Refused) as caught:
        call(*args, **given)
    return caught.value.code


@pytest.mark.holds("invariant 33", "decision D43", shows="/inbox")
def test_invariant_33_a_measure_cites_its_clause_and_only_an_authorised_other_person_decides_after_hearing(card):
    measure = proposed(card)
    row = Measure.objects.get()
    assert (row.institution, row.clause, row.status, row.against_unit) == (
        "time-limit",
        "promised",
        "proposed",
        "market",
    )
    assert len(told("zhou", "measure_proposed")) == 1
    decide = registers.decide_measure
    assert code(decide, measure, adopt=True, reason="属实", actor=LEADER, now=local(3, 21)) == "not_heard"
    for outsider in (town.HANDLER, town.POLICE):
        with pytest.raises(NotAllowed):
            decide(measure, adopt=True, reason="属实", actor=outsider, now=local(3, 21))
    with pytest.raises(NotAllowed):
        registers.state_case(measure, statement="与我无关", actor=town.POLICE, now=local(3, 22))
    registers.state_case(measure, statement="检验未出报告", actor=town.CHIEF, now=local(3, 22))
    decide(measure, adopt=True, reason="属实", actor=LEADER, now=local(3, 23))
    assert len(told("zhou", "measure_decided")) == 1
    page = browser("zhou").get("/inbox").content.decode()
    assert "提出处理建议“效能告诫”，请在" in page and "前陈述意见" in page and "处理建议" in page
    registers.appeal_measure(measure, ground="有失公允", actor=town.CHIEF, now=local(3, 24))
    appeal = registers.decide_measure_appeal
    assert code(appeal, measure, revoke=True, reason="再议", actor=LEADER, now=local(3, 25)) == "same_person"
    appeal(measure, revoke=True, reason="采纳申辩", actor=OTHER_LEADER, now=local(3, 25))
    assert Measure.objects.get().status == "revoked"
    assert len(told("zhou", "measure_appeal_decided")) == 1


@pytest.mark.holds("decision D43", shows="/inbox")
def test_decision_d43_a_proposal_takes_no_effect_by_itself(card):
    proposed(card)
    sweep_all(local(5, 1))
    assert Measure.objects.get().status == "proposed"
    assert code(proposed, card) == "proposed_before"
    page = browser("zhou").get("/inbox?kind=measure_proposed").content.decode()
    assert page.count("提出处理建议“效能告诫”") >= 1


def test_who_says_nothing_within_the_days_may_be_decided_about(card):
    measure = proposed(card)
    until = Measure.objects.get().statement_by
    registers.decide_measure(measure, adopt=False, reason="初次", actor=LEADER, now=until + timedelta(seconds=1))
    assert Measure.objects.get().status == "dismissed"
    assert code(registers.appeal_measure, measure, ground="x", actor=town.CHIEF, now=local(4, 1)) == "nothing_decided"


def test_the_unit_concerned_and_who_proposed_do_not_decide(card):
    measure = proposed(card)
    inside = town.person("inside", "leader", "city", works_in="market")
    later = local(4, 20)
    assert code(registers.decide_measure, measure, adopt=False, reason="x", actor=inside, now=later) == "own_unit"
    both = town.Actor(town.OFFICE.id, "又提又定", LEADER.grants, "city")
    assert code(registers.decide_measure, measure, adopt=True, reason="x", actor=both, now=later) == "same_person"


def test_an_outage_is_declared_and_verified_by_two_persons():
    with pytest.raises(NotAllowed):
        registers.declare_outage(
            unit="market",
            begins_at=local(3, 5, 9),
            ends_at=None,
            reason="断电",
            actor=town.HANDLER,
            now=local(3, 5, 10),
        )
    name = registers.declare_outage(
        unit="market", begins_at=local(3, 5, 9), ends_at=None, reason="断电", actor=town.OFFICE, now=local(3, 5, 10)
    )
    assert code(registers.verify_outage, name, actor=town.OFFICE, now=local(3, 6)) == "same_person"
    verify = registers.verify_outage
    assert code(verify, name, actor=town.OFFICE_TOO, now=local(3, 6)) == "no_end"
    assert code(verify, name, ends_at=local(3, 5, 8), actor=town.OFFICE_TOO, now=local(3, 6)) == "backwards"
    registers.verify_outage(name, ends_at=local(3, 5, 17), actor=town.OFFICE_TOO, now=local(3, 6))
    row = Outage.objects.get()
    assert (row.ends_at, row.verified_by) == (local(3, 5, 17), town.OFFICE_TOO.id)


def test_registers_are_made_again_from_the_ledger(card):
    measure = proposed(card)
    registers.state_case(measure, statement="检验未出报告", actor=town.CHIEF, now=local(3, 22))
    outage = registers.declare_outage(
        unit="market",
        begins_at=local(3, 5, 9),
        ends_at=local(3, 5, 12),
        reason="断电",
        actor=town.OFFICE,
        now=local(3, 5, 13),
    )
    before = Measure.objects.values().get(), Outage.objects.values().get()
    Measure.objects.all().delete()
    Outage.objects.all().delete()
    show_measures(read.stream(f"measure/{measure}"))
    show_outages(read.stream(f"outage/{outage}"))
    assert before == (Measure.objects.values().get(), Outage.objects.values().get())


def test_decision_d43_what_the_text_proposes_is_proposed_once_and_nothing_more(tmp_path):
    source = town.demo_city().root
    shutil.copytree(source, tmp_path / "demo-city")
    shutil.copytree(source.parent / "cn-national", tmp_path / "cn-national")
    policy = tmp_path / "demo-city/institutions/time-limit/policy.toml"
    rung = '{ level = "red", late = 0, tell = ["deputy-head", "supervising-office"] }'
    then = '{ level = "red", late = 0, then = { propose = "效能告诫", basis = "行政许可法第七十四条", statement = "3 workdays" } }'
    policy.write_text(policy.read_text("utf-8").replace(rung, then), "utf-8")
    put_in_force(load_pack(tmp_path / "demo-city"), actor=OPERATOR, now=town.NOW)
    case_id = town.receive()
    town.accept(case_id, at=town.later(minutes=5))
    sweep_all(local(3, 31, 9))
    sweep_all(local(4, 1, 9))
    row = Measure.objects.get()
    assert (row.what, row.grounds, row.clause, row.status, row.against_unit) == (
        "效能告诫", "行政许可法第七十四条", "statutory", "proposed", "market",
    )  # fmt: skip
    assert len(told("zhou", "measure_proposed")) == 1
    registers.state_case(row.measure_id, statement="检验未出报告", actor=town.CHIEF, now=local(4, 1))
