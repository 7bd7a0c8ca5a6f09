"""The papers an applicant is handed say what the window wrote down, with the due date, and only where they are true."""

from __future__ import annotations

import pytest

from tests.city.board import small_city
from tests.city.hall.test_intake import ALL, before, events, li, made, sent
from tests.city.papers.pdftext import text_of
from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act
from yinuo.city.cases.models import Case

__all__ = ["before", "li"]


def printed(client, case_id, paper):
    answer = client.get(f"/cases/{case_id}/papers/{paper}.pdf")
    assert answer.status_code == 200, (paper, answer.status_code)
    return text_of(answer.content)


def offered(client, case_id):
    page = client.get(f"/cases/{case_id}").content.decode()
    papers = ("receipt", "acceptance", "supplement", "refusal", "delivery")
    return tuple(paper for paper in papers if f"/papers/{paper}.pdf" in page)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_accepted_the_receipt_and_the_notice_name_the_day_it_is_due(sign_in, before, language):
    client = sign_in("li", language)
    sent(client, "accept", item="food-permit", given=ALL)
    case = made(before).get()
    assert offered(client, case.case_id) == ("receipt", "acceptance", "delivery")
    notice = printed(client, case.case_id, "acceptance")
    for said in ("受理通知书", "王*", "食品经营许可", "示例市市场监督管理局" if "示例市市场" in notice else "市场监督管理局", case.receipt, "李强",
                 "承诺时限7个工作日", "2026年3月31日", "食品安全法", "现予受理"):  # fmt: skip
        assert said in notice, said
    receipt = printed(client, case.case_id, "receipt")
    assert "2026年3月31日" in receipt and "食品安全管理制度（原件）" in receipt
    assert "受理通知书（2026年3月20日）" in printed(client, case.case_id, "delivery")
    for paper in ("supplement", "refusal"):
        assert client.get(f"/cases/{case.case_id}/papers/{paper}.pdf").status_code == 404


@pytest.mark.holds("E048", shows="/cases/<id>")
def test_the_notice_of_what_is_missing_lists_all_of_it(li, before):
    sent(li, "tell", item="food-permit", given=ALL[:2], cause="填写错误", more="租赁合同")
    case = made(before).get()
    assert offered(li, case.case_id) == ("receipt", "supplement", "delivery")
    told = printed(li, case.case_id, "supplement")
    for said in (
        "经营场所平面布局图（原件）",
        "食品安全管理制度（原件）",
        "租赁合同",
        "填写错误",
        f"{case.receipt}-补1",
    ):
        assert said in told, said
    assert "营业执照" not in told


def test_the_refusal_carries_its_basis_and_the_way_out(li, before):
    sent(
        li,
        "refuse",
        item="food-permit",
        basis="食品安全法第三十五条",
        alternative="取得营业执照后再来",
        reason="尚未取得营业执照",
    )
    case = made(before).get()
    assert offered(li, case.case_id) == ("receipt", "refusal", "delivery")
    said = printed(li, case.case_id, "refusal")
    assert all(text in said for text in ("食品安全法第三十五条", "取得营业执照后再来", "尚未取得营业执照", "行政复议"))


def test_what_silence_accepted_is_told_as_accepted_by_silence(sign_in, before):
    received = Act(
        None, "received", small_city.NOW.replace(day=2), {"applicant": "甲"}, kind="application", item="road-dig", unit="housing",
        source="test", event_id="quiet", person={"name": "王敏"},
    )  # fmt: skip
    (done,) = commands.record([received], actor=small_city.SYSTEM, now=small_city.NOW)
    client = sign_in("chen")
    assert offered(client, done.case_id) == ("receipt", "acceptance", "delivery")
    notice = printed(client, done.case_id, "acceptance")
    assert "视为受理" in notice and "现予受理" not in notice and "2026年3月2日" in notice


def test_nobody_out_of_reach_prints_a_letter(sign_in, li, before):
    sent(li, "accept", item="food-permit", given=ALL)
    case = made(before).get()
    assert sign_in("wu").get(f"/cases/{case.case_id}/papers/acceptance.pdf").status_code == 404
    assert [name for name, _told in events(case.case_id)] == ["received", "accepted"]


def test_an_order_has_no_letters(sign_in):
    assert not {"acceptance", "delivery"} & set(
        offered(sign_in("chen"), Case.objects.filter(kind="order").first().case_id)
    )
