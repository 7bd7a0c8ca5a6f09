"""Hand-overs that wait are listed; who may sign does so in one click, who returns one says why (D02, E045)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.city.board import small_city
from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act
from yinuo.city.cases.models import Case, Handover
from yinuo.city.people.actor import Actor, Grant
from yinuo.city.supervision.sweep import sweep

LI = Actor("li", "李强", (Grant("window_clerk", "service-centre"),), "service-centre")
OFFERED = small_city.NOW - timedelta(hours=1)


def text(answer):
    return answer.content.decode()


@pytest.fixture
def offered(city, db):
    """Li hands an inquiry to the market bureau at nine."""
    fields = {"need": "开店要办哪些手续", "channel": "窗口"}
    opened = Act(None, "inquired", OFFERED - timedelta(minutes=5), fields, kind="inquiry", unit="service-centre")
    case_id = commands.act(opened, actor=LI, now=opened.at).case_id
    slip = {"to_unit": "market", "handover": "一号单"}
    commands.act(Act(case_id, "handover_offered", OFFERED, slip), actor=LI, now=OFFERED)
    sweep(small_city.NOW)
    return case_id


@pytest.mark.holds("decision D02", shows="/offers")
def test_decision_d02_an_offer_is_listed_with_who_when_how_long_and_until_when(sign_in, offered):
    page = text(sign_in("zhao").get("/offers"))
    for said in ("李强", "市市场监督管理局", "2026-03-20 09:00", "60 分钟", "2026-03-20 14:30"):
        assert said in page, said
    assert f"/offers/{offered}/handover_acknowledged" in page
    assert Case.objects.get(case_id=offered).receipt in page


def test_the_list_holds_to_the_row_filter_and_the_buttons_to_who_may_sign(sign_in, offered):
    assert "没有等待签收的移交" in text(sign_in("wu").get("/offers"))
    sender = text(sign_in("li").get("/offers"))
    assert "等待对方签收" in sender
    assert f"/offers/{offered}/" not in sender
    assert sign_in("guan").get("/offers").status_code == 403
    assert sign_in("wu").post(f"/offers/{offered}/handover_acknowledged", {"handover": "一号单"}).status_code == 404
    sign_in("li").post(f"/offers/{offered}/handover_acknowledged", {"handover": "一号单"})
    assert Handover.objects.get(case_id=offered).state == "offered"


@pytest.mark.holds("decision D02", "invariant 5", shows="/cases/<id>")
def test_signing_is_one_click(sign_in, offered):
    def told():
        page = " ".join(re.sub(r"<[^>]+>", " ", text(sign_in("zhao").get(f"/cases/{offered}"))).split())
        return re.search(r"现在谁手里 (\S+)", page)[1], re.search(r"→ 市市场监督管理局 · (\S+)", page)[1]

    assert told() == ("市政务服务中心", "等待签收"), "who offers holds it until it is signed for"
    answer = sign_in("zhao").post(f"/offers/{offered}/handover_acknowledged", {"handover": "一号单"}, follow=True)
    assert "已办：签收移交" in text(answer)
    assert "没有等待签收的移交" in text(answer)
    assert (Case.objects.get(case_id=offered).holder_unit, Handover.objects.get(case_id=offered).state) == (
        "market",
        "acknowledged",
    )
    assert told() == ("市市场监督管理局", "已签收")


def test_a_return_asks_for_its_reason_on_the_list_and_on_the_page_of_the_case(sign_in, offered):
    for address in ("/offers", f"/cases/{offered}"):
        assert 'name="return_reason"' in text(sign_in("zhao").get(address)), address
    refused = sign_in("zhao").post(f"/offers/{offered}/handover_returned", {"handover": "一号单"}, follow=True)
    assert "退回须说明理由" in text(refused)
    given = {"handover": "一号单", "return_reason": "不属于我局职责"}
    sign_in("zhao").post(f"/offers/{offered}/handover_returned", given)
    assert Handover.objects.get(case_id=offered).state == "returned"
    assert "没有等待签收的移交" in text(sign_in("li").get("/offers"))
    assert Case.objects.get(case_id=offered).receipt in text(sign_in("li").get("/offers?returned=1"))


def test_what_silence_returned_waits_no_longer_and_is_listed_as_returned(sign_in, offered, monkeypatch):
    sweep(small_city.NOW + timedelta(days=4))
    assert "没有等待签收的移交" in text(sign_in("zhao").get("/offers"))
    page = text(sign_in("li").get("/offers?returned=1"))
    assert "逾期未签收，视为退回" in page
    assert "没有符合这些条件的" in text(sign_in("li").get("/offers?returned=1&q=没有这件"))


def test_a_wrong_filter_is_refused_and_the_page_speaks_english(sign_in, offered):
    assert sign_in("zhao").get("/offers?after=nothing").status_code == 400
    assert "Waiting to be signed for" in text(sign_in("zhao", "en").get("/offers"))
