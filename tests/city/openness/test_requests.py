"""Asking for information without an account: the form, the receipt, the clocks, the handling."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.city.board import small_city
from tests.city.openness import gazette
from tests.city.openness.gazette import read
from tests.city.openness.test_figures import amended
from tests.city.together import browser_of
from yinuo.city.cases.acts import Refused
from yinuo.city.cases.models import Case
from yinuo.city.cases.numbers import is_receipt
from yinuo.city.ledger.read import stream
from yinuo.city.openness import texts
from yinuo.city.pages.words import Words
from yinuo.city.supervision.models import Clock
from yinuo.engine.clauses.promise import LimitRow
from yinuo.kernel.limits import Limit

ASKED = {
    "form": "form-1", "unit": "market", "subject": "二〇二五年餐饮抽检结果", "wanted": "学校周边", "delivery": "电子文本",
    "name": "苏小梅", "identity": "990000199001011234", "phone": "0500-1234567",
}  # fmt: skip
WRONG = {
    "form": "form-2", "unit": "human-resources", "subject": "参保记录", "wrong": "少记三个月", "right": "附缴费凭证",
    "name": "苏小梅", "identity": "990000199001011234", "phone": "05001234567",
}  # fmt: skip


def send(path="/open/requests/information", address="203.0.113.9", follow=True, **given):
    return Client(HTTP_ACCEPT_LANGUAGE="zh-hans", REMOTE_ADDR=address).post(path, given, follow=follow)


@pytest.mark.holds("E220", shows="/open/requests")
def test_a_request_is_a_case_with_a_receipt_number_and_says_nothing_of_who_asks(town):
    answer = send(**ASKED)
    page = answer.content.decode()
    assert answer.status_code == 200
    receipt = re.search(r'class="tabular">(\d+)<', page)[1]
    assert is_receipt(receipt)
    case = Case.objects.get(receipt=receipt)
    assert (case.kind, case.unit, case.fields["channel"], case.fields["delivery"]) == (
        "information-request", "market", "互联网", "电子文本",
    )  # fmt: skip
    told = " ".join(event.payload for event in stream(f"case/{case.case_id}"))
    for secret in ("苏小梅", "990000199001011234", "0500-1234567"):
        assert secret not in told + page
    assert f"/track?receipt={receipt}" in page
    small_city.supervised()
    status, _page, followed = read("/track", receipt=receipt, tail="4567")
    assert status == 200
    assert "市市场监督管理局" in followed
    assert read("/track", receipt=receipt, tail="0000")[0] == 404
    again = send(**ASKED)
    assert receipt in again.content.decode()
    assert Case.objects.filter(kind="information-request").count() == 1
    assert Client().get("/open/requests/sent/forged").status_code == 404


def test_gone_back_to_and_filled_in_anew_a_form_is_another_request(town):
    receipts = [
        re.search(r'class="tabular">(\d+)<', send(**ASKED | {"subject": subject}).content.decode())[1]
        for subject in ("抽检结果", "处罚决定", "抽检结果")
    ]
    assert receipts[0] == receipts[2] != receipts[1]
    asked = {case.fields["subject"] for case in Case.objects.filter(kind="information-request")}
    assert asked == {"抽检结果", "处罚决定"}
    (opened,) = stream(f"case/{Case.objects.get(receipt=receipts[0]).case_id}")
    assert "form-1" not in opened.event_id, "nobody who sees an id learns what was typed"


@pytest.mark.holds("E220", shows="/open/requests")
def test_how_long_an_answer_takes_is_what_the_text_says_today(town):
    said = read("/open/requests")[2]
    for title, length in (
        ("更正申请七个工作日内有结果", "7 个工作日"),
        ("网上、邮寄、传真来的申请一个工作日内与申请人确认", "1 个工作日"),
    ):
        assert length in said.partition(title)[2][:80], title
    words = Words()
    lines = texts.limits(words, "correction", small_city.NOW.date())
    assert [length for _title, length in lines] == [
        "自“申请更正”起，7 个工作日内“更正并告知、不予更正、转送有权机关”。"
    ]
    changed = amended(
        "information-request",
        "corrected-in-time",
        small_city.NOW.date(),
        within=(LimitRow(limit=Limit.parse("5 workdays")),),
    )
    assert "5 个工作日" in texts.limits(changed, "correction", small_city.NOW.date())[0][1]
    assert lines[0][1] in re.sub("<[^>]+>", "", send("/open/requests/correction", **WRONG).content.decode())


@pytest.mark.holds("E220", shows="/open/requests/information")
def test_a_form_names_the_wrong_field_and_keeps_what_was_typed(town):
    for field, typed, word in (
        ("subject", "", "必须填写"), ("unit", "nowhere", "没有这个机关"), ("unit", "market-approval", "没有这个机关"),
        ("delivery", "口头", "选一种"), ("phone", "123", "七位数字"), ("phone", "call me 1234567", "七位数字"), ("name", "", "必须填写"),
        ("subject", "字" * 201, "不能超过 200"), ("wanted", "字" * 2001, "不能超过 2000"), ("identity", " ", "必须填写"),
    ):  # fmt: skip
        answer = send(address=f"203.0.113.{hash((field, typed)) % 200}", **ASKED | {field: typed})
        page = answer.content.decode()
        assert answer.status_code == 422, (field, typed)
        assert word in page.partition(f'id="{field}_error"')[2][:80], (field, typed)
        assert "学校周边" in page or field == "wanted"
        assert 'name="form" value="form-1"' in page
    assert not Case.objects.filter(kind="information-request").exists()
    inert = send(**ASKED | {"subject": "", "wanted": "</textarea><script>x</script>"})
    assert "<script>x" not in inert.content.decode()
    assert 'value="market" selected' in read("/open/requests/information", unit="market")[1]


def test_one_address_sends_only_so_many_forms_a_minute(town):
    codes = [send(address="198.51.100.7", **ASKED | {"subject": ""}).status_code for _turn in range(12)]
    assert codes == [422] * 10 + [429] * 2


@pytest.mark.holds("E220", shows="/open/requests/information")
def test_the_clocks_of_the_law_run_from_the_confirmation_and_handling_goes_the_usual_way(town):
    send(**ASKED)
    case = Case.objects.get(kind="information-request")
    small_city.supervised()
    assert Clock.objects.get(case_id=case.case_id, clause="confirmed").state == "running"
    assert not Clock.objects.filter(case_id=case.case_id, clause="reply").exists()
    gazette.act(case.case_id, "receipt_confirmed", "zhao", gazette.at(3, 20, 11))
    small_city.supervised(gazette.at(3, 20, 12))
    clock = Clock.objects.get(case_id=case.case_id, clause="reply")
    assert (clock.state, clock.allowed, str(clock.due_at.date())) == ("running", 20.0, "2026-04-20")
    gazette.act(case.case_id, "third_party_asked", "zhao", gazette.at(3, 20, 13), third_party="乙公司")
    small_city.supervised(gazette.at(3, 23))
    assert Clock.objects.get(case_id=case.case_id, clause="reply").state == "paused"
    with pytest.raises(Refused, match="依据"):
        gazette.act(case.case_id, "replied", "zhao", gazette.at(3, 23), result="不予公开")
    gazette.act(
        case.case_id, "replied", "zhao", gazette.at(3, 23), result="部分公开", ground="商业秘密（条例第十五条）"
    )
    said = read("/open/requests")[2]
    assert "2026 部分公开 1" in said
    assert "2026 let out in part 1" in read("/open/requests", language="en")[2]


def test_a_handler_finds_the_request_and_confirms_it_on_the_page_of_its_case(town):
    send(**ASKED)
    case = Case.objects.get(kind="information-request")
    staff = browser_of("zhao")
    page = staff.get(f"/cases/{case.case_id}").content.decode()
    for word in ("依申请公开", "二〇二五年餐饮抽检结果", "公众（网上）", "与申请人确认"):
        assert word in page, word
    assert "苏小梅" not in page, "who asks is masked"
    answer = staff.post(f"/cases/{case.case_id}/do/receipt_confirmed", {"expected": "1"})
    assert answer.status_code == 302
    assert [event.activity for event in stream(f"case/{case.case_id}")] == ["received", "receipt_confirmed"]


@pytest.mark.holds("E220", shows="/open/requests/correction")
def test_a_correction_is_settled_within_seven_working_days(town):
    assert send("/open/requests/correction", **WRONG).status_code == 200
    case = Case.objects.get(kind="correction")
    small_city.supervised()
    clock = Clock.objects.get(case_id=case.case_id, clause="corrected-in-time")
    assert (clock.state, clock.allowed, str(clock.due_at.date())) == ("running", 7.0, "2026-03-31")
    with pytest.raises(Refused):
        gazette.act(case.case_id, "correction_refused", "wu", gazette.at(3, 23))
    assert send("/open/requests/correction", **WRONG | {"wrong": "", "form": "other"}).status_code == 422
    assert read("/open/requests/other")[0] == 404
