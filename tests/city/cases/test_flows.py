"""Every flow of Demo City, done by people of the right roles and refused to the others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.city.cases import town
from yinuo.city.cases.acts import Refused
from yinuo.city.cases.models import Case, Handover, Task
from yinuo.city.people.actor import NotAllowed


def refused(code, case_id, activity, actor, **rest):
    with pytest.raises(Refused) as found:
        town.do(case_id, activity, actor, **rest)
    assert found.value.code == code, str(found.value)
    return found.value


def order(**fields):
    given = {
        "about": "a-case", "broken_clause": "promised", "broken_due": "2026-02-27", "to_unit": "market",
        "deadline": "2026-03-06", **fields,
    }  # fmt: skip
    return town.do(None, "ordered", town.OFFICE, kind="order", unit="supervising-office", fields=given).case_id


def test_e091_an_order_is_signed_answered_returned_answered_again_and_written_off():
    case_id = order()
    refused("not_your_step", case_id, "signed_for", town.OFFICE)
    town.do(case_id, "signed_for", town.HANDLER, at=town.later(hours=1))
    refused("step_not_due", case_id, "signed_for", town.HANDLER, at=town.later(hours=1))
    refused("step_not_due", case_id, "answer_accepted", town.OFFICE, at=town.later(hours=2))
    town.do(case_id, "order_answered", town.HANDLER, at=town.later(hours=3))
    town.do(case_id, "answer_rejected", town.OFFICE, at=town.later(hours=4))
    refused("step_not_due", case_id, "answer_accepted", town.OFFICE, at=town.later(hours=5))
    town.do(case_id, "order_answered", town.HANDLER, at=town.later(hours=6))
    town.do(case_id, "answer_accepted", town.OFFICE, at=town.later(hours=7))
    assert Case.objects.get(case_id=case_id).status == "ended"


@pytest.mark.holds("decision D30", "peer 48", shows="/cases/<id>")
def test_d30_a_deadline_is_extended_with_approver_and_reason_or_not_at_all():
    case_id = order()
    found = refused("field_missing", case_id, "deadline_extended", town.OFFICE, fields={"new_deadline": "2026-03-10"})
    assert found.field == "approver"
    fields = {"new_deadline": "2026-03-10", "approver": "陈刚", "extension_reason": "等检测结果"}
    town.do(case_id, "deadline_extended", town.OFFICE, fields=fields)
    assert Case.objects.get(case_id=case_id).fields["new_deadline"] == "2026-03-10"


@pytest.mark.holds("invariant 22", shows="/cases/<id>")
def test_invariant_22_no_second_order_for_the_same_due_date():
    order()
    with pytest.raises(Refused) as found:
        order()
    assert (found.value.code, found.value.clause) == ("blocked", "supervision-order/one-per-due-date")
    order(broken_due="2026-03-02")


@pytest.mark.holds("invariant 28", "peer 64", shows="/cases/<id>")
def test_invariant_28_the_one_who_put_it_right_does_not_look_again():
    fields = {"problem": "超时", "deadline": "2026-03-20"}
    case_id = town.do(
        None, "rectification_ordered", town.OFFICE, kind="rectification", unit="market", fields=fields
    ).case_id
    plan = {"finding_class": "体制机制制度", "breadth": "普遍性", "measure": "改制度"}
    refused("bad_field", case_id, "planned", town.HANDLER, fields={**plan, "finding_class": "别的"})
    town.do(case_id, "planned", town.HANDLER, fields=plan)
    town.do(case_id, "rectified", town.HANDLER, fields={"evidence": "照片"})
    refused("step_not_due", case_id, "recheck_passed", town.OFFICE)
    town.do(case_id, "rule_change_proposed", town.APPROVER)
    refused("same_person", case_id, "recheck_passed", town.HANDLER)
    town.do(case_id, "reopened", town.OFFICE)
    assert Task.objects.get(case_id=case_id, step="do").state == "due"
    town.do(case_id, "rectified", town.APPROVER, fields={"evidence": "照片二"})
    refused("same_person", case_id, "recheck_passed", town.APPROVER)
    town.do(case_id, "recheck_passed", town.OFFICE)


@pytest.mark.holds("invariant 27", "peer 64", shows="/cases/<id>")
def test_invariant_27_a_fault_of_the_institution_needs_a_rule_change_or_a_reason():
    fields = {"problem": "超时", "deadline": "2026-03-20"}
    case_id = town.do(
        None, "rectification_ordered", town.OFFICE, kind="rectification", unit="market", fields=fields
    ).case_id
    plan = {"finding_class": "体制机制制度", "breadth": "普遍性", "measure": "改制度"}
    town.do(case_id, "planned", town.HANDLER, fields=plan)
    town.do(case_id, "rectified", town.HANDLER, fields={"evidence": "照片"})
    town.do(case_id, "rule_change_waived", town.APPROVER)
    found = refused("blocked", case_id, "recheck_passed", town.OFFICE)
    assert found.clause == "rectification/rule-or-reason"


def test_invariant_02_a_pledge_is_drafted_verified_by_another_and_published():
    fields = {"item": "food-permit", "limit": "5 workdays", "effect": "拿到许可证"}
    case_id = town.do(None, "pledge_drafted", town.HANDLER, kind="pledge", unit="market", fields=fields).case_id
    refused("not_your_step", case_id, "pledge_verified", town.HANDLER)
    town.do(case_id, "pledge_verified", town.OFFICE)
    refused("field_missing", case_id, "pledge_published", town.CLERK, fields={"medium": "日报"})
    town.do(case_id, "pledge_published", town.CLERK, fields={"medium": "日报", "published_on": "2026-03-03"})


@pytest.mark.holds("invariant 5", "decision D02", shows="/cases/<id>")
def test_invariant_05_the_first_asked_holds_until_somebody_signs():
    case_id = town.inquire()
    offer = {"to_unit": "human-resources", "handover": "一"}
    refused("not_your_step", case_id, "handover_offered", town.OTHER_CLERK, fields=offer)
    town.do(case_id, "handover_offered", town.CLERK, fields=offer, at=town.later(minutes=1))
    case = Case.objects.get(case_id=case_id)
    assert (case.holder_unit, case.holder_actor) == ("service-centre", "李强")
    assert Handover.objects.get(case_id=case_id).state == "offered"
    with pytest.raises(NotAllowed):
        town.do(case_id, "handover_acknowledged", town.POLICE, fields={"handover": "一"}, at=town.later(minutes=2))
    refused(
        "not_your_step",
        case_id,
        "handover_acknowledged",
        town.CLERK,
        fields={"handover": "一"},
        at=town.later(minutes=2),
    )
    town.do(case_id, "handover_acknowledged", town.HR, fields={"handover": "一"}, at=town.later(minutes=2))
    case = Case.objects.get(case_id=case_id)
    assert (case.holder_unit, case.holder_actor) == ("human-resources", "吴敏")
    refused("not_your_step", case_id, "answered", town.CLERK, at=town.later(minutes=3))
    town.do(case_id, "answered", town.HR, at=town.later(minutes=3))


@pytest.mark.holds("decision D02", shows="/cases/<id>")
def test_d02_an_offer_nobody_signs_returns_to_the_sender_and_can_no_longer_be_signed():
    case_id = town.inquire()
    offer = {"to_unit": "human-resources", "handover": "一"}
    town.do(case_id, "handover_offered", town.CLERK, fields=offer, at=town.later(minutes=1))
    late = town.later(days=1)
    refused("offer_answered", case_id, "handover_acknowledged", town.HR, fields={"handover": "一"}, at=late)
    case = Case.objects.get(case_id=case_id)
    assert (case.holder_unit, case.holder_actor) == ("service-centre", "李强")
    town.do(case_id, "handover_offered", town.CLERK, fields={**offer, "handover": "二"}, at=late)
    town.do(case_id, "handover_acknowledged", town.HR, fields={"handover": "二"}, at=late + timedelta(minutes=5))


def test_a_return_gives_its_reason():
    case_id = town.inquire()
    offer = {"to_unit": "human-resources", "handover": "一"}
    town.do(case_id, "handover_offered", town.CLERK, fields=offer)
    found = refused("blocked", case_id, "handover_returned", town.HR, fields={"handover": "一"})
    assert found.clause == "first-contact/return-with-reason"
    town.do(case_id, "handover_returned", town.HR, fields={"handover": "一", "return_reason": "不归我们管"})
    assert Handover.objects.get(case_id=case_id).state == "returned"


def test_silence_accepts_and_the_case_goes_on():
    case_id = town.receive()
    late = town.later(days=10)
    town.do(case_id, "reviewed", town.HANDLER, at=late)
    town.do(case_id, "granted", town.APPROVER, at=late + timedelta(hours=1))
    assert Case.objects.get(case_id=case_id).status == "ended"


def test_what_silence_accepted_may_still_be_accepted_and_cannot_be_refused():
    case_id = town.receive()
    reasons = {"ground": "材料", "basis": "第三条", "alternative": "补齐再来", "reason": "缺材料"}
    refused("done_by_silence", case_id, "refused_acceptance", town.CLERK, at=town.later(days=10), fields=reasons)
    town.accept(case_id, at=town.later(days=10))


def test_invariant_07_a_second_request_for_papers_needs_a_signature():
    case_id = town.receive()
    asked = {"papers": "身份证复印件", "cause": "材料缺失"}
    town.do(case_id, "supplement_requested", town.CLERK, fields=asked, at=town.later(minutes=1))
    town.do(case_id, "supplemented", town.CLERK, at=town.later(minutes=2))
    found = refused("blocked", case_id, "supplement_requested", town.CLERK, fields=asked, at=town.later(minutes=3))
    assert found.clause == "one-time-notice/second-supplement"
    signed = {"signer": "孙伟", "signed_reason": "申请人换了场地"}
    town.do(case_id, "second_supplement_signed", town.APPROVER, fields=signed, at=town.later(minutes=4))
    town.do(case_id, "supplement_requested", town.CLERK, fields=asked, at=town.later(minutes=5))


def test_invariant_13_the_three_excuses_are_no_ground():
    case_id = town.receive()
    reasons = {"ground": "上级没有规定", "basis": "第三条", "alternative": "补齐再来"}
    found = refused("blocked", case_id, "refused_acceptance", town.CLERK, fields=reasons)
    assert found.clause == "three-refusals/excuse-as-ground"
    assert "不得作为不办的理由" in str(found)


def test_invariant_16_who_accepted_does_not_review():
    case_id = town.receive()
    town.do(case_id, "accepted", town.person("赵倩", "window_clerk", "market"))
    refused("same_person", case_id, "reviewed", town.HANDLER)


def test_an_applicant_files_and_withdraws_his_own_case_and_nobody_elses():
    fields = {"applicant": "citizen:1"}
    own = town.do(None, "received", town.CITIZEN, kind="application", unit="market", item="food-permit", fields=fields)
    assert own
    other = town.receive()
    with pytest.raises(NotAllowed):
        town.do(other, "withdrawn", town.CITIZEN)


def test_a_case_of_another_office_is_nobodys_business():
    case_id = town.receive(unit="medical-insurance", item="birth-subsidy")
    with pytest.raises(NotAllowed):
        town.do(case_id, "reviewed", town.HANDLER)
