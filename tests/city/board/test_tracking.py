"""The public follows a case by its number: what is left of which promise, and nothing personal."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.city.board import small_city
from yinuo.city.cases.models import Case
from yinuo.city.supervision import commands
from yinuo.city.supervision.models import Finding


def asked(receipt, **headers):
    answer = Client(**headers).get("/track", {"receipt": receipt})
    return answer.status_code, answer.content.decode()


def receipt_of(case_id):
    return Case.objects.get(case_id=case_id).receipt


@pytest.mark.holds("peer 91", "peer 55", shows="/track")
def test_row_91_whoever_has_the_number_sees_where_the_case_stands(city, db):
    for case_id, state in (("D009", "逾期"), ("D006", "暂停计时"), ("D000", "已办结")):
        status, text = asked(receipt_of(case_id))
        assert status == 200
        assert state in text
    for word in ("还剩", "已用", "个工作日", "承诺时限", "法定时限"):
        assert word in asked(receipt_of("D006"))[1]
    assert "Left" in asked(receipt_of("D006"), HTTP_ACCEPT_LANGUAGE="en")[1]


@pytest.mark.holds("peer 91", "regression 21", shows="/track")
def test_nothing_personal_and_nobody_of_the_staff_is_told(city, db):
    for case_id in city:
        _status, text = asked(receipt_of(case_id))
        for secret in (case_id, f"party-{case_id}", "王小敏", "13912345678", "110101199001011237", "赵倩"):
            assert secret not in text, (case_id, secret)


@pytest.mark.holds("peer 91", shows="/track")
def test_a_slip_of_the_pen_is_told_apart_from_a_number_nobody_has(city, db):
    receipt = receipt_of("D000")
    wrong = receipt[:-1] + str((int(receipt[-1]) + 1) % 10)
    assert asked(wrong)[0] == 404
    assert "逐位核对" in asked(wrong)[1]
    for nonsense in ("x" * 500, "' or 1=1 --", "<script>alert(1)</script>", "\x00"):
        status, text = asked(nonsense)
        assert (status, "<script>alert" in text) == (404, False)


@pytest.mark.holds("peer 91", shows="/track")
def test_what_an_office_opens_for_itself_is_not_told(city, db):
    inside = Case.objects.exclude(kind__in=["application", "inquiry"]).exclude(receipt="")
    assert inside.exists()
    for case in inside:
        assert asked(case.receipt)[0] == 404


def test_the_reason_of_a_missed_limit_is_public_once_it_is_published(city, db):
    card = Finding.objects.filter(status="open", clause__in=["promised", "statutory"], unit="market").first()
    receipt = receipt_of(card.case_id)
    assert "检验机构排期" not in asked(receipt)[1]
    commands.publish_reason(card.card, reason="检验机构排期已满", actor=small_city.actor("zhou"), now=small_city.NOW)
    assert "检验机构排期已满" in asked(receipt)[1]
