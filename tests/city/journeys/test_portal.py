"""From the first click to the rating: a resident applies online, departments decide at once, the bad rating is put right.

Nothing here is done behind the pages but the clock, and the review's special procedure is the text's own.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.city.board import small_city
from tests.city.catalogue import stock
from tests.city.journeys.visitor import PATIENCE, Visitor, must_say
from tests.city.portal.test_applying import PDF
from yinuo.city.cases.acts import Act
from yinuo.city.cases.commands import act
from yinuo.city.cases.models import Case
from yinuo.city.ledger import verify

pytestmark = pytest.mark.slow
PHONE = "13712345678"


class Resident(Visitor):
    """Somebody who comes in by telephone."""

    def _sign_in(self) -> None:
        self.page.goto("/my/sign-in")
        self.page.fill("[name=phone]", PHONE)
        self.page.click("main form button")
        code = re.search(r"\d{6}", self.page.locator("[data-sms]").inner_text())
        assert code
        self.page.fill("[name=code]", code[0])
        self.page.click("main form button >> nth=0")
        expect(self.page.locator("h1")).to_have_text("我的办件", timeout=PATIENCE)


@pytest.fixture
def resident(browser, town):
    stock.publish(now=small_city.NOW)
    small_city.employ("hou", "侯科", "housing", "section_head", "housing")
    small_city.employ("ma", "马科", "transport", "section_head", "transport")
    one = Resident(browser, town, user="resident", name="")
    yield one
    one.context.close()
    assert not one.complaints, "\n".join(one.complaints)


def applied(resident):
    """From the item's page, with a field that is asked only on a condition, to the receipt."""
    page = resident.go("/matters/food-permit")
    page.click("main >> text=网上申请")
    resident.look()
    page.check("[name=situation][value=新办]")
    page.click("main form button >> text=开始填写")
    page.fill("[name=name]", "张小满")
    page.fill("[name=identity]", "11010519491231002X")
    page.fill("[name=premises]", "示例路8号")
    page.fill("[name=area]", "很大")
    expect(page.locator("[name=platform]")).to_be_hidden()
    page.select_option("[name=online_sales]", "是")
    page.fill("[name=platform]", "某平台")
    for field in page.locator("input[type=file]").all():
        name = field.get_attribute("name")
        field.set_input_files(
            {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": PDF + str(name).encode()}
        )
    resident.refusals_expected = True
    page.click("main form button >> text=提交申请")
    must_say(page, "“经营面积（平方米）”填得不对")
    resident.refusals_expected = False
    resident.notice()
    assert page.input_value("[name=premises]") == "示例路8号"
    page.fill("[name=area]", "80")
    page.click("main form button >> text=提交申请")
    must_say(page, "已收到您的申请，收件号", "期限自 2026-03-23 起算")
    resident.look()
    return Case.objects.get(channel="网上")


@pytest.mark.holds("E038", "E052", "peer 16", "peer 86", "peer 87", shows="/my")
def test_applied_online_supplemented_reviewed_decided_and_rated(resident, visit, clock):
    case = applied(resident)
    address, page = f"/cases/{case.case_id}", resident.page
    li = visit("li")
    clock.move(clock.now + timedelta(minutes=30))
    li.go(address)
    li.send("form[action$='supplement_requested']", "告知补正", papers="食品安全管理制度", cause="材料缺失")
    page.goto("/my")
    must_say(page, "等您补正")
    resident.look()
    page.click("main >> text=食品经营许可")
    must_say(page, "食品安全管理制度")
    page.set_input_files("[name=files]", {"name": "制度.pdf", "mimeType": "application/pdf", "buffer": PDF + b"rules"})
    page.fill("[name=told]", "食品安全管理制度已附")
    page.click("main form button >> text=提交补正")
    must_say(page, "补正已经收到")
    clock.move(clock.now + timedelta(minutes=30))
    li.go(address)
    li.send("form[action$='accepted']", "受理")
    zhao = visit("zhao")
    zhao.go(address)
    said = {
        "special": "检验",
        "procedure": "检验",
        "declared": "10 workdays",
        "notice_no": "示告〔2026〕1号",
        "special_basis": "食品安全法",
    }
    zhao.send("form[action$='special_started']", "启动特别程序", **said)
    page.goto(f"/my/cases/{case.case_id}")
    must_say(page, "暂停计时")
    clock.move(clock.now + timedelta(minutes=20))
    zhao.go(address)
    zhao.send("form[action$='special_ended']", "结束特别程序", **said)
    zhao.go(address)
    zhao.send("form[action$='reviewed']", "审查")
    sun = visit("sun")
    approved_by_three(visit, sun, case.case_id, now=clock.now)
    sun.go(address)
    sun.send("form[action$='granted']", "准予")
    delivered(li, resident, case.case_id)
    page = rated_badly(browser_page=resident, case=case)
    put_right(visit, clock, case, page)
    resident.look()
    assert not verify.database().problems


def approved_by_three(visit, sun, case_id, *, now):
    """Behind the one window three departments answer at once; while one has not, the application is not decided."""
    li = small_city.actor("li")
    opening = Act(
        None, "joint_received", now, {"departments": ["market", "housing", "transport"], "parent": case_id},
        kind="joint-approval", item="food-permit", unit="market", person={"name": "张小满"},
    )  # fmt: skip
    joint = act(opening, actor=li, now=now).case_id
    for unit in ("market", "housing", "transport"):
        act(Act(joint, "opinion_asked", now, {"department": unit}), actor=li, now=now)
    for key, name in (("zhao", "赵倩"), ("hou", "侯科")):
        agreed(visit(key, name), joint)
    sun.go(f"/cases/{case_id}")
    sun.refused("form[action$='granted']", "准予")
    must_say(sun.page, "下级事项还没有办结")
    agreed(visit("ma", "马科"), joint)
    sun.go(f"/cases/{joint}")
    sun.send("form[action$='joint_granted']", "并联准予")
    must_say(sun.page, "已办结")


def agreed(one, joint):
    """A department agrees, for itself."""
    one.go(f"/cases/{joint}")
    one.send("form[action$='agreed']", "同意", opinion="同意")
    must_say(one.page, "同意")


def delivered(li, resident, case_id):
    """The window hands the decision over; the applicant sees it and has the paper."""
    li.go("/deliveries")
    begin = li.page.locator(f"form[action$='/deliveries/{case_id}/begin']")
    begin.locator("select").select_option("窗口领取")
    with li.page.expect_navigation():
        begin.locator("button").click()
    delivery = Case.objects.get(kind="delivery")
    form = li.page.locator(f"form[action$='/deliveries/{delivery.case_id}/deliver']")
    form.locator("select").select_option("本人")
    with li.page.expect_navigation():
        form.locator("button").click()
    page = resident.go(f"/my/cases/{case_id}")
    must_say(page, "准予", "已送达", "决定书")
    paper = resident.context.request.get(f"/my/cases/{case_id}/papers/decision")
    assert (paper.status, paper.body()[:5]) == (200, b"%PDF-")


def rated_badly(browser_page, case):
    """The resident says what he thinks of it; once."""
    page = browser_page.go(f"/my/cases/{case.case_id}")
    must_say(page, "评价这次办事")
    browser_page.look()
    page.check("[name=grade][value=不满意]")
    page.fill("[name=said]", "跑了两趟")
    page.click("main form button >> text=提交评价")
    must_say(page, "您的评价已经收到", "不满意")
    expect(page.locator("main form[action$='/rate']")).to_have_count(0)
    return page


def put_right(visit, clock, case, page):
    """Asked about, answered, appealed by the unit, decided by the supervising office: it stands, and is closed on a call."""
    bad = Case.objects.get(kind="bad-rating")
    clock.move(clock.now + timedelta(minutes=20))
    zhao, zhou, chen = visit("zhao"), visit("zhou"), visit("chen")
    zhao.go(f"/cases/{bad.case_id}")
    zhao.send("form[action$='rater_contacted']", "联系核实", contact_said="确实跑了两趟")
    zhou.go(f"/cases/{bad.case_id}")
    zhou.send("form[action$='rating_appealed']", "申诉差评", appeal_ground="材料一次告知过")
    chen.go(f"/cases/{bad.case_id}")
    chen.send("form[action$='rating_upheld']", "维持差评", appeal_decision="告知书没有写全")
    zhao.go(f"/cases/{bad.case_id}")
    zhao.send("form[action$='rating_rectified']", "整改并答复", measure="修改告知书模板", reply="已改，并向您致歉")
    page.goto(f"/my/cases/{case.case_id}")
    must_say(page, "差评整改", "已改，并向您致歉")
    chen.go(f"/cases/{bad.case_id}")
    chen.send("form[action$='bad_rating_closed']", "回访了结", said_on_call="满意")
    must_say(chen.page, "已办结")
    page.goto("/open/ratings")
    must_say(page, "差评怎么改的", "修改告知书模板", "已改，并向您致歉")
    expect(page.locator("main")).not_to_contain_text("跑了两趟")
