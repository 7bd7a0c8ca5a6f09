"""The public follows a case by its number: what is left of which promise, and nothing personal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

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
    for number, case_id in enumerate(city):
        _status, text = asked(receipt_of(case_id), REMOTE_ADDR=f"203.0.113.{number}")
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


def test_one_address_asks_thirty_times_a_minute_and_no_more(city, db, monkeypatch):
    receipt = receipt_of("D000")
    assert {asked(receipt)[0] for _ in range(29)} == {200}
    assert asked("1" * 16)[0] == 404
    status, text = asked(receipt, HTTP_ACCEPT_LANGUAGE="zh-hans")
    assert (status, "查询太频繁了" in text, "承诺时限" in text) == (429, True, False)
    assert "Too many questions" in asked(receipt, HTTP_ACCEPT_LANGUAGE="en")[1]
    program = Client().get("/track", {"receipt": receipt}, headers={"Accept": "application/json"})
    assert (program.status_code, program.json()["status"], program.headers["Retry-After"]) == (429, 429, "60")
    assert asked(receipt, REMOTE_ADDR="203.0.113.9")[0] == 200
    assert Client().get("/track").status_code == 200
    monkeypatch.setattr(timezone, "now", lambda: small_city.NOW + timedelta(seconds=61))
    assert asked(receipt)[0] == 200


def test_behind_a_proxy_on_this_machine_each_visitor_counts_alone_and_nobody_else_is_believed(city, db):
    receipt = receipt_of("D000")
    for _ in range(30):
        asked(receipt, HTTP_X_FORWARDED_FOR="203.0.113.7")
    assert asked(receipt, HTTP_X_FORWARDED_FOR="203.0.113.7")[0] == 429
    assert asked(receipt, HTTP_X_FORWARDED_FOR="1.2.3.4, 203.0.113.7")[0] == 429
    assert asked(receipt, HTTP_X_FORWARDED_FOR="203.0.113.8")[0] == 200
    for number in range(30):
        asked(receipt, REMOTE_ADDR="198.51.100.1", HTTP_X_FORWARDED_FOR=f"203.0.113.{100 + number}")
    assert asked(receipt, REMOTE_ADDR="198.51.100.1", HTTP_X_FORWARDED_FOR="203.0.113.200")[0] == 429
    for number in range(30):
        asked(receipt, REMOTE_ADDR=f"2001:db8:1:2::{number:x}")
    assert asked(receipt, REMOTE_ADDR="2001:db8:1:2::ffff")[0] == 429
    assert asked(receipt, REMOTE_ADDR="2001:db8:1:3::1")[0] == 200
