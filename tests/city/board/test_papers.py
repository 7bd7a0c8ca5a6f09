"""The papers of a case: what they say is what the case, the text and the ledger say, and nobody prints another's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.city.board import small_city
from tests.city.papers.pdftext import text_of
from yinuo.city.board import printing
from yinuo.city.board.dossier import dossier
from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act
from yinuo.city.cases.models import Case
from yinuo.city.ledger import read, roots
from yinuo.city.pages.words import Words
from yinuo.city.supervision import commands as cards
from yinuo.city.supervision.models import Clock, Finding


def printed(client, address):
    """The text of a paper."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith('inline; filename="')
    return text_of(answer.content)


def in_words(day):
    return f"{day.year}年{day.month}月{day.day}日"


def rooted():
    """A root over all there is, as if what this test's transaction wrote were settled."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION ledger_settled() RETURNS bigint LANGUAGE sql STABLE"
            " AS 'SELECT max(position) + 1 FROM ledger_event'"
        )
    return roots.take(small_city.NOW)


def order_of(about, clause):
    return Case.objects.get(kind="order", fields__about=about, fields__broken_clause=clause)


def rectification():
    """Something to be put right, ordered by the supervising office."""
    fields = {"about": "D009", "problem": "补正材料未一次告知", "deadline": "2026-04-03"}
    act = Act(
        None, "rectification_ordered", small_city.NOW, fields, kind="rectification", unit="market",
        source="test", event_id="rectify-1",
    )  # fmt: skip
    (done,) = commands.record([act], actor=small_city.SYSTEM, now=small_city.NOW)
    return done.case_id


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_receipt_says_the_limits_how_they_were_counted_and_where_to_follow_the_case(sign_in, language):
    case = Case.objects.get(case_id="D006")
    text = printed(sign_in("chen", language), "/cases/D006/papers/receipt.pdf")
    first = read.stream("case/D006")[0]
    for said in (
        "占用、挖掘城市道路审批",
        case.receipt,
        first.digest.hex(),
        "2026年2月7日09:00",
        "演示用",
        "王**",
        "首日不计",
    ):
        assert said in text, said
    for clause, limit in (("promised", "承诺时限9个工作日"), ("statutory", "法定时限20个工作日")):
        assert Clock.objects.get(case_id="D006", clause=clause).allowed == float(limit[4:-4])
        assert limit in text
    assert "2026年4月9日" in text
    assert "暂停26个工作日不计" in text
    assert f"http://testserver/track?receipt={case.receipt}" in text
    assert "根值尚未生成" in text
    assert "王小敏" not in text
    assert "13912345678" not in text


def test_a_receipt_carries_the_proof_once_a_root_holds_the_case(sign_in):
    root = rooted()
    text = printed(sign_in("chen"), "/cases/D006/papers/receipt.pdf")
    told = roots.proof("case/D006", root).as_json()
    for said in (told["digest"], told["trail"], *told["path"], root.root.hex(), f"第{root.number}号根值"):
        assert said in text
    assert "尚未生成" not in text


@pytest.mark.parametrize("clause", ["promised", "statutory"])
def test_an_order_names_the_broken_promise_its_due_date_and_the_day_to_answer_by(sign_in, clause):
    order = order_of("D005", clause)
    text = printed(sign_in("chen"), f"/cases/{order.case_id}/papers/order.pdf")
    broken = Clock.objects.get(case_id="D005", clause=clause)
    title = {"promised": "承诺时限", "statutory": "法定时限"}[clause]
    due = order.fields["broken_due"]
    year, month, day = (int(part) for part in due.split("-"))
    for said in (
        f"违反的时限{title}", f"应办结时间{year}年{month}月{day}日", "请不迟于2026年3月27日", order.receipt, "市市场监督管理局",
        Case.objects.get(case_id="D005").receipt, f"时限{broken.allowed:g}个工作日", f"应于{due}前办结",
        "市政府督查室（效能办）",
    ):  # fmt: skip
        assert said in text, said


def test_an_order_moved_by_approval_names_the_new_day(sign_in):
    order = order_of("D005", "promised")
    fields = {"new_deadline": "2026-04-02", "approver": "chen", "extension_reason": "需要专家论证"}
    act = Act(order.case_id, "deadline_extended", small_city.NOW, fields, source="test", event_id="moved")
    commands.record([act], actor=small_city.SYSTEM, now=small_city.NOW)
    assert "请不迟于2026年4月2日" in printed(sign_in("chen"), f"/cases/{order.case_id}/papers/order.pdf")


def test_a_rectification_names_the_problem_the_day_and_the_text(sign_in):
    case_id = rectification()
    text = printed(sign_in("chen"), f"/cases/{case_id}/papers/rectification.pdf")
    receipt = Case.objects.get(case_id="D009").receipt
    for said in (
        "补正材料未一次告知",
        "2026年4月3日",
        "市市场监督管理局",
        "限期整改（示例市督查整改办法（虚构））",
        receipt,
    ):
        assert said in text, said


def test_a_notice_says_the_level_the_sentence_the_text_and_the_records_behind_it(sign_in):
    card = Finding.objects.filter(status="open", unit="market", clause="promised", level="yellow").first()
    text = printed(sign_in("sun"), f"/findings/{card.card}/notice.pdf")
    answer_by = card.answer_by + timedelta(hours=8)
    for said in (
        "黄牌",
        "市市场监督管理局",
        "承诺时限",
        "行政许可法第四十二条",
        "现已逾期",
        in_words(answer_by),
        card.card,
    ):
        assert said in text, said
    assert f"{card.version}起施行的文本" in text


def test_a_cancelled_card_is_not_printed(sign_in):
    card = Finding.objects.filter(status="open", unit="market", appeal="").first()
    by = {"now": small_city.NOW}
    cards.appeal_card(card.card, ground="检验在途", actor=small_city.actor("zhou"), **by)
    cards.decide_appeal(card.card, cancel=True, reason="属实", actor=small_city.actor("chen"), **by)
    assert sign_in("chen").get(f"/findings/{card.card}/notice.pdf").status_code == 404


def test_a_foreign_department_gets_none_of_them(sign_in):
    order, foreign = order_of("D005", "promised"), sign_in("wu")
    card = Finding.objects.filter(status="open", unit="market", case_id="D005").first()
    for address in (
        "/cases/D005/papers/receipt.pdf", f"/cases/{order.case_id}/papers/order.pdf", f"/findings/{card.card}/notice.pdf",
        f"/cases/{rectification()}/papers/rectification.pdf",
    ):  # fmt: skip
        assert sign_in("chen").get(address).status_code == 200, address
        assert foreign.get(address).status_code == 404, address


def test_a_case_has_its_own_papers_and_no_others(sign_in):
    client, order = sign_in("chen"), order_of("D005", "promised")
    offered = {"D005": "receipt", order.case_id: "order", rectification(): "rectification"}
    for case_id, own in offered.items():
        page = client.get(f"/cases/{case_id}").content.decode()
        for paper in ("receipt", "order", "rectification", "card", "nonsense"):
            address = f"/cases/{case_id}/papers/{paper}.pdf"
            assert client.get(address).status_code == (200 if paper == own else 404), address
            assert (address in page) is (paper == own)
    assert client.get("/findings/nonsense/notice.pdf").status_code == 404
    assert "/notice.pdf" in client.get("/cases/D005").content.decode()


def test_a_paper_is_printed_within_eight_queries_beside_those_of_the_root_log(sign_in):
    client, order = sign_in("chen"), order_of("D005", "promised")
    card = Finding.objects.filter(status="open", unit="market").first()
    for address in (
        "/cases/D005/papers/receipt.pdf", f"/cases/{order.case_id}/papers/order.pdf", f"/findings/{card.card}/notice.pdf",
    ):  # fmt: skip
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        told = [query["sql"] for query in asked if "from ledger_root" not in query["sql"]]
        assert len(told) <= 8, "\n".join([address, *(one[:120] for one in told)])


def test_a_receipt_whose_root_no_longer_fits_is_not_printed_and_the_alarm_is_shown(sign_in, monkeypatch):
    def broken(*_of):
        raise roots.BrokenRoot("Root 1 does not fit")

    monkeypatch.setattr(roots, "proof", broken)
    answer = sign_in("chen").get("/cases/D006/papers/receipt.pdf", follow=True)
    assert answer.redirect_chain == [("/cases/D006/proof", 302)]
    assert "Root 1 does not fit" in answer.content.decode()


def test_an_order_says_only_its_own_words_to_who_may_not_see_the_case_it_is_about(city, db):
    order = order_of("D005", "promised")
    found = dossier(order.case_id, Words("zh"), actor=small_city.actor("chen"), now=small_city.NOW)
    told = printing.order(found, None)
    assert (told["item"], told["sentence"]) == ("", "")
    assert (told["clause"], told["broken_due"].isoformat()) == ("承诺时限", order.fields["broken_due"])
    assert "行政许可法第四十二条" in told["source"]


def said_of_badge(activity, **fields):
    """One thing that happens to the badge of 李强 in the book of badges."""
    fact = Act(
        "badge-li", activity, small_city.NOW, fields, kind="badges/badge", unit="service-centre", source="test",
        event_id=f"badge-{activity}",
    )  # fmt: skip
    (done,) = commands.record([fact], actor=small_city.SYSTEM, now=small_city.NOW)
    return done.case_id


@pytest.mark.holds("E050", shows="/cases/<id>/papers/badge.pdf")
def test_e050_a_checked_badge_is_printed_with_its_window_sign_and_no_other_is(sign_in):
    fields = {
        "officer": "li",
        "job": "综合窗口",
        "duties": "收件、受理、发证\n一次告知",
        "complaint_phone": "0500-12345",
        "desk_no": "3",
    }
    said_of_badge("entered", **fields)
    client, addresses = sign_in("chen"), [f"/cases/badge-li/papers/{paper}.pdf" for paper in ("badge", "window-sign")]
    assert [client.get(one).status_code for one in addresses] == [404, 404], "nobody has checked it"
    said_of_badge("verified")
    page = client.get("/cases/badge-li").content.decode()
    for address in addresses:
        assert address in page
        text = printed(client, address)
        name = {key: name for key, name, *_rest in small_city.STAFF}["li"]
        for word in (
            name,
            "综合窗口",
            "收件、受理、发证",
            "一次告知",
            "0500-12345",
            "照片",
            Case.objects.get(case_id="badge-li").receipt,
        ):
            assert word in text, (address, word)
    said_of_badge("changed", job="没有审核的岗位")
    assert "没有审核的岗位" not in printed(client, addresses[0])
    said_of_badge("closed", taken_back="调离")
    assert [client.get(one).status_code for one in addresses] == [404, 404], "it was taken back"
