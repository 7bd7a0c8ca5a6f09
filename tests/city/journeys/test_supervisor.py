"""A supervisor's day, with the head of a department and the auditor in browsers of their own."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from tests.city.board import small_city
from tests.city.journeys.visitor import PATIENCE, must_say

pytestmark = pytest.mark.slow
REASON = "系统切换期间未及时办理，已补办"


def next_lapse():
    """The application of the market department whose promise runs out next: its case and when."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT case_id, due_at FROM supervision_clock WHERE institution = 'time-limit' AND clause = 'statutory' "
            "AND state = 'running' AND unit = 'market' ORDER BY due_at LIMIT 1"
        )
        return cursor.fetchone()


def lights(page):
    """How many lights of each level the board shows."""
    return {tile.split("\n")[0]: int(tile.split("\n")[1]) for tile in page.locator(".tiles li").all_inner_texts()}


def test_a_light_turns_and_is_followed_to_its_proof(visit, clock):
    case_id, due = next_lapse()
    clock.move(due - timedelta(minutes=5))
    chen = visit("chen")
    page = chen.go("/")
    chen.look()
    page.evaluate("window.isTheSamePage = true")
    before = lights(page)
    with page.expect_response(lambda answer: "/board/lights" in answer.url and answer.status == 304):
        pass
    clock.move(due + timedelta(minutes=1))
    expect(page.locator(".tiles li:has-text('红牌') b")).not_to_have_text(str(before["红牌"]), timeout=PATIENCE)
    assert lights(page)["红牌"] > before["红牌"]
    assert page.evaluate("window.isTheSamePage"), "the page was loaded again"

    page.click(".tiles a:has-text('红牌')")
    expect(page.locator("h1")).to_have_text("预警和黄红牌")
    chen.look()
    exported(chen)
    with_case = page.locator(f"tbody a[href^='/cases/{case_id}']").first
    with_case.click()
    chen.look()
    read_case(page)
    page.click("text=查看存证")
    expect(page.locator("main")).to_contain_text("总根", timeout=PATIENCE)
    chen.look()
    answered(visit, chen, case_id)
    unmasked(visit, chen, case_id)
    languages(chen, case_id)


def read_case(page):
    """Time line, the sentence, the clause's text with source and version, the evidence, the order."""
    must_say(page, "承诺和时限", "办理经过", "法定时限")
    card = page.locator(".card-said:has(.level:has-text('红牌'))").first
    expect(card.locator(".sentence").first).not_to_be_empty()
    card.locator("summary", has_text="依据").click()
    expect(card.locator(".clause-body")).to_contain_text("within")
    expect(card.locator(".clause-body")).to_contain_text("起施行的文本")
    expect(card.locator(".clause-body")).to_contain_text("来源")
    evidence = card.locator(".evidence a").first
    evidence.click()
    assert page.evaluate("document.getElementById(decodeURIComponent(location.hash.slice(1))) !== null")
    expect(page.locator("section:has(> h2:text-is('相关办件')) a")).not_to_have_count(0)


def exported(chen):
    """What is taken away as CSV and as Excel is what the page shows."""
    page = chen.page
    shown = [row.inner_text().strip() for row in page.locator("tbody td:nth-child(2)").all()]
    with page.expect_download() as taken:
        page.click("text=CSV")
    rows = list(csv.DictReader(io.StringIO(Path(taken.value.path()).read_text("utf-8-sig"))))
    assert [row["收件号"] for row in rows] == shown
    with page.expect_download() as taken:
        page.click("text=Excel")
    sheet = CalamineWorkbook.from_path(str(taken.value.path())).get_sheet_by_index(0).to_python()
    assert [str(row[sheet[0].index("收件号")]) for row in sheet[1:]] == shown


def answered(visit, chen, case_id):
    """The head explains, appeals and publishes; the supervisor decides; what is cancelled stays to be read."""
    zhou, case = visit("zhou"), f"/cases/{case_id}"
    zhou.go(case)
    card = zhou.page.locator(".card-said:has(.level:has-text('红牌'))").first.get_attribute("id").removeprefix("card-")
    form = f"form[action*='{card}']"
    zhou.send(form, "写明原因", text=REASON)
    zhou.send(form, "申诉", text="停机当日无法办理")
    must_say(zhou.page, REASON, "停机当日无法办理")
    expect(zhou.page.locator("summary:text-is('撤销这张牌')")).to_have_count(0)
    zhou.send(form, "公布原因", text="因系统停机未能按期办结，已补办")
    must_say(zhou.page, "公开的原因", "因系统停机未能按期办结，已补办")
    zhou.look()
    chen.go(case)
    chen.send(form, "撤销这张牌", text="情况属实")
    must_say(chen.page, "情况属实", "已经不亮的")
    chen.go("/findings?status=cancelled")
    expect(chen.page.locator(f"tbody a[href*='{card}']")).to_have_count(1)
    chen.go("/findings?status=open")
    expect(chen.page.locator(f"tbody a[href*='{card}']")).to_have_count(0)


def unmasked(visit, chen, case_id):
    """Whose details are looked at in full is written down, with the reason, where the auditor reads it."""
    chen.go(f"/cases/{case_id}")
    expect(chen.page.locator(".facts:not(.sheet)")).not_to_contain_text("13912345678")
    chen.send("form[action$='unmask']", "显示完整的个人信息", reason="核实投诉人身份")
    expect(chen.page.locator(".facts:not(.sheet)")).to_contain_text("13912345678")
    qian = visit("qian")
    qian.go("/unmaskings")
    must_say(qian.page, "核实投诉人身份", "陈刚")
    qian.look()


def languages(chen, case_id):
    """English and back, and still on the same page."""
    chen.go("/findings?status=open&unit=market")
    chen.page.click("button[name=language]")
    expect(chen.page.locator("html")).to_have_attribute("lang", "en")
    assert chen.page.url.endswith("/findings?status=open&unit=market")
    chen.page.click("button[name=language]")
    expect(chen.page.locator("h1")).to_have_text("预警和黄红牌")


def test_an_order_is_written_off_by_a_second_person(visit, clock):
    """The order was opened by itself; who answered it may not accept the answer."""
    small_city.employ("he", "何双", "market", "handler", "market")
    give_second_role("he", clock.now)
    case_id, due = next_lapse()
    clock.move(due + timedelta(minutes=1))
    he = visit("he", "何双")
    he.go(f"/cases/{case_id}")
    he.page.locator("section:has(> h2:text-is('相关办件')) a").last.click()
    order = he.page.url.removeprefix(he.address)
    he.look()
    he.send("form[action$='signed_for']", "签收督办单")
    he.send("form[action$='order_answered']", "反馈督办单")
    expect(he.page.locator("form[action$='answer_accepted']")).to_have_count(0)
    token = he.page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value")
    answer = he.context.request.post(
        f"{order}/do/answer_accepted", form={"csrfmiddlewaretoken": token}, headers={"Referer": he.page.url}
    )
    assert answer.status == 422
    assert "不能再办这一环节，请换一个人" in answer.text()
    chen = visit("chen")
    chen.go(order)
    chen.send("form[action$='answer_accepted']", "认可反馈")
    expect(chen.page.locator(".page-head")).to_contain_text("已办结")


def give_second_role(person, now):
    from yinuo.city.people import commands
    from yinuo.city.people.actor import OPERATOR
    from yinuo.city.people.staff import RoleGrant

    grant = RoleGrant(f"second-{person}", "person", person, "supervising_office", "city", small_city.START)
    commands.grant(grant, actor=OPERATOR, now=now)
