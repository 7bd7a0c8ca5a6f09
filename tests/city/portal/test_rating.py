"""好差评: five grades, once, by the applicant himself; a bad one is asked about, put right, called back, or excluded on appeal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.city.board import small_city
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.commands import act
from yinuo.city.cases.models import Case
from yinuo.city.cases.numbers import query_code
from yinuo.city.ledger import read
from yinuo.city.people.actor import NotAllowed


def decided(case_id="D000"):
    return Case.objects.get(case_id=case_id)


def rate(case, grade="不满意", client=None, **more):
    asked = {"receipt": case.receipt, "tail": query_code(case.receipt), "grade": grade, **more}
    return (client or Client()).post("/rate", asked)


@pytest.mark.holds("peer 86", shows="/rate")
def test_whoever_holds_the_receipt_rates_once(city, db):
    case = decided()
    page = Client().get("/rate", {"receipt": case.receipt, "tail": "5678"}).content.decode()
    assert page.count('name="grade"') == 5
    assert rate(case, "满意").status_code == 302
    again = rate(case, "非常不满意")
    assert (again.status_code, "一事只评一次" in again.content.decode()) == (422, True)
    rated = [one for one in read.stream(f"case/{case.case_id}") if one.activity == "rated"]
    assert [one.actor for one in rated] == [f"receipt:{case.receipt}"]
    assert not Case.objects.filter(kind="bad-rating").exists()
    assert "一事只评一次" in Client().get("/rate", {"receipt": case.receipt, "tail": "5678"}).content.decode()


def test_nobody_of_the_staff_rates(city, db):
    for key in ("li", "zhao", "zhou", "chen"):
        with pytest.raises((Refused, NotAllowed)):
            act(
                Act("D000", "rated", small_city.NOW, {"grade": "满意"}), actor=small_city.actor(key), now=small_city.NOW
            )
        assert "rated" not in {one.activity for one in read.stream("case/D000")}


def test_a_bad_rating_opens_what_puts_it_right(city, db):
    case = decided()
    assert rate(case, "不满意", said="排队两个小时").status_code == 302
    bad = Case.objects.get(kind="bad-rating")
    assert (bad.unit, bad.fields["about"], bad.fields["rating_said"]) == (case.unit, case.case_id, "排队两个小时")


@pytest.mark.holds("peer 87", shows="/rate")
def test_a_bad_rating_is_put_right_called_back_and_answered(city, db, at):
    rate(decided(), "非常不满意")
    bad = Case.objects.get(kind="bad-rating").case_id
    now = small_city.NOW + timedelta(hours=1)
    zhao, chen = small_city.actor("zhao"), small_city.actor("chen")
    act(Act(bad, "rater_contacted", now, {"contact_said": "属实"}), actor=zhao, now=now)
    act(Act(bad, "rating_rectified", now, {"measure": "增开窗口", "reply": "已增开两个窗口"}), actor=zhao, now=now)
    with pytest.raises(Refused):
        act(Act(bad, "rating_excluded", now, {"appeal_decision": "无效"}), actor=chen, now=now)
    act(Act(bad, "bad_rating_closed", now, {"said_on_call": "满意"}), actor=chen, now=now)
    assert Case.objects.get(case_id=bad).status == "ended"


def test_the_unit_appeals_and_somebody_else_decides(city, db):
    rate(decided(), "非常不满意")
    bad = Case.objects.get(kind="bad-rating").case_id
    now = small_city.NOW + timedelta(hours=1)
    act(Act(bad, "rating_appealed", now, {"appeal_ground": "点错了"}), actor=small_city.actor("zhou"), now=now)
    act(
        Act(bad, "rating_excluded", now, {"appeal_decision": "评价人确认点错"}), actor=small_city.actor("chen"), now=now
    )
    assert Case.objects.get(case_id=bad).status == "ended"


def test_what_is_not_decided_is_not_rated(city, db):
    case = decided("D006")
    assert "还没有办结" in Client().get("/rate", {"receipt": case.receipt, "tail": "5678"}).content.decode()
    assert rate(case, "满意").status_code == 422
