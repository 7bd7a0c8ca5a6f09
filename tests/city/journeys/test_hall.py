"""The hall in a real browser: a green channel refused with what is missing named, and the queue from the desk to the screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.city.board import small_city
from tests.city.hall.test_lanes import listed
from tests.city.journeys.test_window_by_keyboard import Keys, chosen, is_focused, printed, written
from tests.city.journeys.visitor import PATIENCE, must_say
from yinuo.city.cases.models import Case

pytestmark = pytest.mark.slow


@pytest.mark.holds("E039", "invariant 11", shows="/window")
def test_a_green_channel_is_refused_with_the_failing_condition_named_then_given(visit):
    """At the window by keyboard; the number is mended, and the head grants it with a reason beside the share."""
    listed("2026-01")
    li = visit("li")
    page = li.go("/window")
    keys = Keys(page)
    chosen(page, keys, "食品", 4)
    written(page, keys)
    keys.press("0", "F3")
    is_focused(page, "#asked_lane")
    page.select_option("#asked_lane", "绿色通道")
    page.focus("#project_no")
    keys.type("2026-99")
    li.refusals_expected = True
    keys.press("F4")
    must_say(page, "最接近的一条是“市重点重大项目”", "“项目编号”应在“市重点重大项目名录”登记之列，现为2026-99")
    li.refusals_expected = False
    is_focused(page, "#project_no")
    assert page.locator("#identity").input_value() == "110101199001011237"
    assert not Case.objects.filter(kind__in=["lane-request"]).exists()
    li.notice()
    page.fill("#project_no", "2026-01")
    page.locator("#ground").focus()
    must_say(page, "符合“市重点重大项目”", "上限 10.0 %")
    keys.press("F4")
    printed(page, keys, "已受理")
    sun = visit("sun")
    sun.go("/lanes")
    sun.look()
    sun.page.fill("input[name=reason]", "市重点项目，开工在即")
    sun.page.click("button[value=grant]")
    must_say(sun.page, "已准予加急", "本月加急占收件的比例")
    assert Case.objects.get(kind="lane-request").fields["lane"] == "green"


@pytest.mark.holds("E058", "invariant 12", shows="/halls/service-centre/display")
def test_numbers_are_drawn_called_in_turn_and_shown_in_the_hall(visit, browser, town, clock):
    """Two come, the second is not called first; an old woman is; a head signs; the screen follows by itself."""
    small_city.employ("hall", "大厅主任", "service-centre", "section_head", "service-centre")
    context = browser.new_context(base_url=town)
    context.add_cookies([{"name": "django_language", "value": "zh-hans", "url": town}])
    screen = context.new_page()
    screen.goto("/halls/service-centre/display")
    must_say(screen, "今天还没有叫号")
    li = visit("li")
    page = li.go("/queue")
    for minute, ground in enumerate(("", "", "老年人")):
        clock.now = small_city.NOW.replace(minute=minute)
        page.select_option("[name=ground]", ground)
        page.get_by_role("button", name="取号", exact=True).click()
        must_say(page, "请拿好号码", f"A00{minute + 1}")
    li.look()
    li.go("/counters/1")
    li.refusals_expected = True
    page.get_by_role("row", name="A002").get_by_role("button", name="叫这一位").click()
    must_say(page, "先来先办")
    li.refusals_expected = False
    page.keyboard.press("F2")
    must_say(page, "正在接待", "A003")
    expect(screen.locator("#display .now")).to_contain_text("A003", timeout=PATIENCE)
    page.keyboard.press("F2")
    must_say(page, "今天已接待 1 人")
    head = visit("hall", "大厅主任")
    head.go("/queue")
    head.page.get_by_label("A002 提前的理由").fill("赶火车")
    head.page.get_by_role("row", name="A002").get_by_role("button", name="签批").click()
    must_say(head.page, "已签批提前")
    head.notice()
    li.go("/counters/1")
    page.keyboard.press("F2")
    must_say(page, "正在接待", "A002")
    li.look()
    expect(screen.locator("#display .now")).to_contain_text("A002", timeout=PATIENCE)
    context.close()


@pytest.mark.holds("E053", shows="/book")
def test_an_appointment_is_booked_without_script_and_kept(visit, browser, town):
    """A phone without JavaScript books; the window sees who comes when, masked; the time is given back."""
    context = browser.new_context(base_url=town, java_script_enabled=False, viewport={"width": 390, "height": 800})
    context.add_cookies([{"name": "django_language", "value": "zh-hans", "url": town}])
    page = context.new_page()
    page.goto("/book?service=general&day=2026-03-23")
    page.locator("input[name=at]").first.check()
    page.fill("[name=name]", "王敏")
    page.fill("[name=phone]", "13912345678")
    page.get_by_role("button", name="确认预约", exact=True).click()
    must_say(page, "预约成功")
    li = visit("li")
    li.go("/appointments?day=2026-03-23")
    must_say(li.page, "王*", "已约")
    li.look()
    page.get_by_role("link", name="取消预约").click()
    page.fill("[name=tail]", "5678")
    page.get_by_role("button", name="取消预约").click()
    must_say(page, "预约已取消")
    li.go("/book")
    li.look()
    context.close()
