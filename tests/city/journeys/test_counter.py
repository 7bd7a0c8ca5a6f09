"""A day at the counter: an inquiry is opened, handed over and signed for; what the text forbids is refused in its words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.city.journeys.visitor import must_say
from yinuo.city.cases.models import Case, Handover
from yinuo.city.ledger import read

pytestmark = pytest.mark.slow
SLIP = "移交单一号"


def holder_shown(page):
    """Who has the case in hand, as its page says."""
    return page.locator(".facts div", has_text="现在谁手里").locator("dd").inner_text()


def test_an_inquiry_never_lies_in_nobodys_hands(visit, clock):
    """First contact answers until the other unit has signed (E045)."""
    li, zhao = visit("li"), visit("zhao")
    li.go("/cases")
    li.page.click("main >> text=登记")
    li.look()
    li.page.click("main >> text=首问事项")
    li.look()
    li.page.fill("[name=need]", "开店要办哪些手续")
    li.page.select_option("[name=channel]", "窗口")
    li.page.fill("[name='person.name']", "来访人")
    li.page.click("main form button")
    must_say(li.page, "已登记，收件号", "询问")
    case = li.page.url.removeprefix(li.address)
    assert holder_shown(li.page) == "市政务服务中心"

    clock.move(clock.now + timedelta(minutes=10))
    li.go(case)
    li.send("form[action$='handover_offered']", "移交", to_unit="market", handover=SLIP)
    must_say(li.page, "等待签收")
    assert holder_shown(li.page) == "市政务服务中心"

    blocked(zhao, case)
    zhao.send("form[action$='handover_acknowledged']", "签收移交", handover=SLIP)
    must_say(zhao.page, "已签收")
    assert holder_shown(zhao.page) == "市市场监督管理局"
    zhao.look()
    li.go(case)
    assert holder_shown(li.page) == "市市场监督管理局"
    expect(li.page.locator("form[action$='answered']")).to_have_count(0)

    stale(zhao, case)
    zhao.go(case)
    must_say(zhao.page, "已办结")


def blocked(zhao, case):
    """A return without a reason is refused with the text's sentence, and nothing has changed."""
    case_id = case.rpartition("/")[2]
    before = len(read.stream(f"case/{case_id}"))
    zhao.go(case)
    zhao.refused("form[action$='handover_returned']", "退回移交", handover=SLIP, return_reason=" ")
    must_say(zhao.page, "退回须说明理由")
    zhao.notice()
    assert len(read.stream(f"case/{case_id}")) == before
    assert Handover.objects.get(case_id=case_id).state == "offered"
    zhao.go(case)


def stale(zhao, case):
    """The form of another tab, filled in on the case as it was, is told so in words."""
    other = zhao.tab()
    other.goto(case)
    zhao.go(case)
    zhao.send("form[action$='guided']", "引导")
    zhao.refusals_expected = True
    box = other.locator("details.act", has=other.locator("form[action$='answered']"))
    box.locator("summary").click()
    with other.expect_navigation():
        box.locator("button").click()
    zhao.refusals_expected = False
    must_say(other, "已有变化，请刷新")
    other.goto(case)
    box.locator("summary").click()
    with other.expect_navigation():
        box.locator("button").click()
    must_say(other, "已办：答复")
    assert Case.objects.get(case_id=case.rpartition("/")[2]).status == "ended"
