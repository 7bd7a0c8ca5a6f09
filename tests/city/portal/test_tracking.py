"""The public follows a case by its number: what is left of which promise, and nothing personal."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.city.board import small_city
from yinuo.city.cases.models import Case
from yinuo.city.cases.numbers import query_code, receipt
from yinuo.city.portal.tracking import _opens as opens
from yinuo.city.portal.views import tracking as views
from yinuo.city.supervision import commands
from yinuo.city.supervision.models import Finding

TAIL = "5678"
"""The end of the telephone number that stands on every case of the small city."""


@pytest.fixture(autouse=True)
def nobody_asked_before(request, monkeypatch):
    """How often one number may be asked for is tried in a test of its own."""
    if "one_number" not in request.node.name:
        monkeypatch.setattr(views, "MOST_OF_ONE", 1000)


def asked(receipt, tail=TAIL, **headers):
    answer = Client(**headers).get("/track", {"receipt": receipt, "tail": tail})
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
        status, text = asked(receipt_of(case_id), REMOTE_ADDR=f"203.0.113.{number}")
        assert (status, receipt_of(case_id) in text, "收件时间" in text) == (200, True, True), case_id
        for secret in (case_id, f"party-{case_id}", "王小敏", "13912345678", "110101199001011237", "赵倩"):
            assert secret not in text, (case_id, secret)


@pytest.mark.holds("peer 91", shows="/track")
def test_a_slip_of_the_pen_is_told_apart_from_a_number_nobody_has(city, db):
    number = receipt_of("D000")
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert asked(wrong)[0] == 404
    assert "逐位核对" in asked(wrong)[1]
    for nonsense in ("x" * 500, "' or 1=1 --", "<script>alert(1)</script>"):
        status, text = asked(nonsense)
        assert (status, "<script>alert" in text) == (404, False)
    assert asked("\x00")[0] == 400


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


def test_one_address_asks_twenty_times_a_minute_and_no_more(city, db, monkeypatch):
    number = receipt_of("D000")
    assert {asked(number)[0] for _ in range(19)} == {200}
    assert asked("1" * 16)[0] == 404
    status, text = asked(number, HTTP_ACCEPT_LANGUAGE="zh-hans")
    assert (status, "查询太频繁了" in text, "承诺时限" in text) == (429, True, False)
    assert "Too many questions" in asked(number, HTTP_ACCEPT_LANGUAGE="en")[1]
    program = Client().get("/track", {"receipt": number, "tail": TAIL}, headers={"Accept": "application/json"})
    assert (program.status_code, program.json()["status"], program.headers["Retry-After"]) == (429, 429, "60")
    assert asked(number, REMOTE_ADDR="203.0.113.9")[0] == 200
    assert Client().get("/track").status_code == 200
    monkeypatch.setattr(timezone, "now", lambda: small_city.NOW + timedelta(seconds=61))
    assert asked(number)[0] == 200


def test_behind_a_proxy_on_this_machine_each_visitor_counts_alone_and_nobody_else_is_believed(city, db):
    number = receipt_of("D000")
    for _ in range(20):
        asked(number, HTTP_X_FORWARDED_FOR="203.0.113.7")
    assert asked(number, HTTP_X_FORWARDED_FOR="203.0.113.7")[0] == 429
    assert asked(number, HTTP_X_FORWARDED_FOR="1.2.3.4, 203.0.113.7")[0] == 429
    assert asked(number, HTTP_X_FORWARDED_FOR="203.0.113.8")[0] == 200
    for turn in range(20):
        asked(number, REMOTE_ADDR="198.51.100.1", HTTP_X_FORWARDED_FOR=f"203.0.113.{100 + turn}")
    assert asked(number, REMOTE_ADDR="198.51.100.1", HTTP_X_FORWARDED_FOR="203.0.113.200")[0] == 429
    for turn in range(20):
        asked(number, REMOTE_ADDR=f"2001:db8:1:2::{turn:x}")
    assert asked(number, REMOTE_ADDR="2001:db8:1:2::ffff")[0] == 429
    assert asked(number, REMOTE_ADDR="2001:db8:1:3::1")[0] == 200


@pytest.mark.holds("peer 91", "regression 21", shows="/track")
def test_a_guesser_gets_one_and_the_same_answer(city, db):
    """A number nobody has, an inner matter, a wrong end of the telephone number, none at all."""
    inside = Case.objects.exclude(kind__in=["application", "inquiry"]).exclude(receipt="").first().receipt
    known, unknown = receipt_of("D000"), receipt(999_999, small_city.NOW.date())
    answers = set()
    for number, (what, tail) in enumerate(
        [(unknown, TAIL), (inside, TAIL), (known, "0000"), (known, ""), (known, "王")]
    ):
        status, text = asked(what, tail, REMOTE_ADDR=f"203.0.113.{number}")
        without = re.sub(
            r'(value|content)="[^"]*"|hx-headers=\S+ \S+|next" value.*',
            "",
            text.replace(what, "").replace(tail or "\x00", ""),
        )
        answers.add((status, re.search(r'role="alert">([^<]*)', without)[1], len(re.findall("<dt>", without))))
    assert answers == {(404, "没有查到：收件号和手机尾号（或者查询码）对不上。", 0)}


@pytest.mark.holds("peer 91", shows="/track")
def test_who_holds_the_receipt_needs_no_telephone(city, db):
    number = receipt_of("D006")
    assert asked(number, query_code(number))[0] == 200
    assert asked(number, query_code(receipt_of("D000")))[0] == 404


def test_one_number_is_not_tried_out_from_many_addresses(city, db):
    number = receipt_of("D000")
    answers = [asked(number, f"{tail:04d}", REMOTE_ADDR=f"203.0.113.{tail}")[0] for tail in range(7)]
    assert answers == [404] * 6 + [429]


def without_telephone():
    """A case that was decided, of which no telephone is known."""
    case = Case.objects.get(case_id="D000")
    Case.objects.filter(case_id="D000").update(person_ref=None)
    return case.receipt


@pytest.mark.parametrize("path", ["/track", "/rate"])
@pytest.mark.parametrize("tail", ["\0", ""])
def test_a_case_without_a_telephone_opens_by_no_end_of_one(city, db, path, tail):
    number = without_telephone()
    answer = Client().get(path, {"receipt": number, "tail": tail})
    assert answer.status_code in {400, 404}
    assert "<dt>" not in answer.content.decode() and 'name="grade"' not in answer.content.decode()
    assert not opens(number, "", tail)
    assert Client().get(path, {"receipt": number, "tail": query_code(number)}).status_code == 200
