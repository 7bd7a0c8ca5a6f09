"""The window's screen in a real browser, without a mouse: from the first key to the print, counted; barriers, widths, policy."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.city.journeys.visitor import must_say
from yinuo.city.cases.models import Case

pytestmark = pytest.mark.slow
MOST_KEYS = 12


class Keys:
    """A keyboard that counts: typed text apart from the keys beyond it."""

    def __init__(self, page):
        self.page, self.pressed = page, []

    def type(self, text):
        """What the window would have to write down on paper too."""
        self.page.keyboard.type(text)

    def press(self, *keys):
        for key in keys:
            self.pressed.append(key)
            self.page.keyboard.press(key)


def is_focused(page, selector):
    expect(page.locator(selector)).to_be_focused()


def chosen(page, keys, typed, papers):
    """The item by two characters, then its papers are there."""
    is_focused(page, "#typed")
    keys.type(typed)
    expect(page.locator("#choices [aria-selected=true]")).to_be_visible()
    keys.press("Enter")
    expect(page.locator("input[name=given]")).to_have_count(papers)


def written(page, keys):
    """Who has come."""
    is_focused(page, "#name")
    keys.type("王敏")
    keys.press("Enter")
    keys.type("13912345678")
    keys.press("Enter")
    keys.type("110101199001011237")
    keys.press("Enter")


def printed(page, keys, sentence):
    """The paper is under the key; it opens beside, and the screen is ready for the next person."""
    must_say(page, sentence)
    is_focused(page, "[data-print]")
    with page.context.expect_page() as opened:
        keys.press("Enter")
    address = page.locator("[data-print]").get_attribute("href")
    assert page.context.request.get(address).headers["content-type"] == "application/pdf"
    opened.value.close()
    page.bring_to_front()
    is_focused(page, "#typed")
    assert page.locator("#name").input_value() == ""


def test_from_the_first_key_to_the_print_without_a_mouse(visit):
    """First contact, item, person, papers, acceptance, print: at most twelve keys beyond what is typed."""
    li = visit("li")
    page = li.go("/window")
    keys = Keys(page)
    chosen(page, keys, "食品", 4)
    keys.press("F2")
    must_say(page, "首问已登记")
    written(page, keys)
    keys.press("0", "F4")
    printed(page, keys, "已受理")
    assert len(keys.pressed) <= MOST_KEYS, keys.pressed
    assert keys.pressed == ["Enter", "F2", "Enter", "Enter", "Enter", "0", "F4", "Enter"]
    case = Case.objects.filter(kind="application").latest("opened_at")
    assert (case.item, case.holder_unit, case.stage) == ("food-permit", "market", "accepted")
    assert Case.objects.filter(kind="inquiry").latest("opened_at").status == "ended"


def test_what_is_missing_is_told_by_keys(visit):
    """Papers ticked one by one; everything else goes into one notice."""
    li = visit("li")
    page = li.go("/window")
    keys = Keys(page)
    chosen(page, keys, "spjy", 4)
    written(page, keys)
    keys.press("1", "3", "F7")
    printed(page, keys, "已一次告知补正")
    assert len(keys.pressed) <= MOST_KEYS
    case = Case.objects.filter(kind="application").latest("opened_at")
    assert case.fields["papers"].splitlines() == ["营业执照（核对原件）", "食品安全管理制度（原件）"]


def test_a_refusal_the_text_forbids_is_shown_at_its_field_and_nothing_typed_is_lost(visit):
    li = visit("li")
    page = li.go("/window")
    keys = Keys(page)
    chosen(page, keys, "生育津贴", 3)
    written(page, keys)
    keys.press("1", "F8")
    is_focused(page, "#basis")
    keys.type("示例市医疗保障经办规程第二条")
    li.refusals_expected = True
    keys.press("F8")
    must_say(page, "否定须写明依据，并告诉怎样才能办成")
    li.refusals_expected = False
    is_focused(page, "#alternative")
    assert page.locator("#identity").input_value() == "110101199001011237"
    assert page.locator("input[name=given]").first.is_checked()
    li.notice()
    keys.type("参保满一年后再来")
    li.refusals_expected = True
    keys.press("F8")
    must_say(page, "没有禁止性规定不得不办")
    li.refusals_expected = False
    is_focused(page, "#forbidden_by")
    keys.type("示例市医疗保障经办规程第三条")
    keys.press("F8")
    printed(page, keys, "已出具不予受理决定")


def test_the_screen_reads_well_in_both_languages_on_a_desk_and_on_a_phone(visit):
    li = visit("li")
    li.go("/window")
    li.look()


def test_without_script_the_same_form_works_by_its_buttons(visit, browser, town):
    li = visit("li")
    context = browser.new_context(base_url=town, java_script_enabled=False, storage_state=li.context.storage_state())
    page = context.new_page()
    page.goto("/window")
    page.fill("#typed", "食品")
    page.click("text=列出材料")
    for box in page.locator("input[name=given]").all():
        box.check()
    page.fill("#name", "王敏")
    page.click("button[value=accept]")
    must_say(page, "已受理")
    context.close()
