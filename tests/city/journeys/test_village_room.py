"""A village room files for a resident who has no telephone that can do it: the mandate, the form, the receipt he follows it by."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.city.board import small_city
from tests.city.catalogue import stock
from tests.city.journeys.test_portal import PHONE, Resident
from tests.city.journeys.visitor import must_say
from tests.city.portal.test_applying import PDF
from yinuo.city.cases.models import Case
from yinuo.city.cases.numbers import query_code
from yinuo.city.ledger import private, verify
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.units import Span

pytestmark = pytest.mark.slow
ROOM = "town-linjiang-v01"


@pytest.fixture
def village(town):
    """A town with a village room, and who works there."""
    stock.publish(now=small_city.NOW)
    tables = {row["id"]: row for row in small_city.demo_city().tables["units"].to_dicts()}
    for unit in ("town-linjiang", ROOM):
        row = tables[unit]
        one = Span(unit, small_city.START, None, row["parent"], row["zh"], row["en"] or row["zh"], row["type"])
        people.open_unit(one, actor=OPERATOR, now=small_city.NOW)
    small_city.employ("mei", "李梅", ROOM, "window_clerk", ROOM)


def filled(mei):
    """The clerk fills the form in; what is missing is named at its field, and what was typed stays."""
    page = mei.go("/agency")
    mei.look()
    page.click("main form button >> text=食品经营许可")
    for name, text in (
        ("name", "张小满"),
        ("identity", "11010519491231002X"),
        ("premises", "示例路8号"),
        ("area", "80"),
    ):
        page.fill(f"[name={name}]", text)
    page.select_option("[name=situation]", "新办")
    page.select_option("[name=online_sales]", "否")
    mei.refusals_expected = True
    page.click("main form button >> text=提交申请")
    must_say(page, "请填写申请人的 11 位手机号码", "代办要有书面委托书", "请填写委托的截止日期")
    assert page.input_value("[name=premises]") == "示例路8号"
    page.fill("[name=phone]", PHONE)
    page.fill("[name=until]", "2026-12-31")
    page.set_input_files("[name=document]", {"name": "委托书.pdf", "mimeType": "application/pdf", "buffer": PDF + b"m"})
    for field in page.locator("input[type=file][name^=file_]").all():
        name = str(field.get_attribute("name"))
        field.set_input_files({"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": PDF + name.encode()})
    page.fill("[name=fee]", "20")
    page.click("main form button >> text=提交申请")
    must_say(page, "代办不得收费")
    mei.refusals_expected = False
    mei.notice()
    page.fill("[name=fee]", "0")
    return page


@pytest.mark.holds("E027", "E051", "invariant 17", shows="/agency")
def test_a_village_room_files_for_a_resident_who_follows_it_himself(village, visit, browser, town):
    mei = visit("mei", "李梅")
    page = filled(mei)
    page.click("main form button >> text=提交申请")
    must_say(page, "请把回执交给本人")
    case = Case.objects.get(channel="代办点")
    assert (case.unit, case.fields["agent"], case.fields["agent_unit"], case.fields["agent_fee"]) == (
        "market",
        "李梅",
        ROOM,
        0,
    )
    assert private.unseal(case.person_ref)["phone"] == PHONE
    page = mei.go(f"/track?receipt={case.receipt}&tail={query_code(case.receipt)}")
    must_say(page, "食品经营许可")
    resident = Resident(browser, town, user="resident", name="")
    page = resident.page
    expect(page.locator("main")).not_to_contain_text(case.receipt)
    page.fill("[name=receipt]", case.receipt)
    page.locator("main form[action$='/my/show'] button").click()
    must_say(page, case.receipt, "张**", "食品经营许可")
    resident.look()
    resident.context.close()
    assert not resident.complaints, "\n".join(resident.complaints)
    assert not verify.database().problems


@pytest.mark.holds("invariant 17", "E051", shows="/agency/mandates")
def test_a_mandate_is_compared_by_who_reads_it(village, visit, browser, town):
    resident = Resident(browser, town, user="resident", name="")
    page = resident.go("/my/mandates")
    page.fill("[name=name]", "示例餐饮有限公司")
    page.fill("[name=number]", "91310000775785552L")
    page.fill("[name=until]", "2026-12-31")
    page.set_input_files("[name=document]", {"name": "委托书.pdf", "mimeType": "application/pdf", "buffer": PDF})
    page.click("main form button >> text=登记")
    must_say(page, "窗口还没有核对")
    mei = visit("mei", "李梅")
    page = mei.go("/agency/mandates")
    mei.look()
    expect(page.locator("main")).not_to_contain_text("示例餐饮有限公司")
    page.fill("[name=name]", "示例餐饮有限公司")
    page.fill("[name=number]", "91310000775785552X")
    mei.refusals_expected = True
    page.click("main form button >> text=核对")
    must_say(page, "和代办人登记的不一致")
    mei.refusals_expected = False
    mei.notice()
    page.fill("[name=number]", "91310000775785552L")
    page.click("main form button >> text=核对")
    must_say(page, "没有要核对的委托书")
    must_say(resident.go("/my/mandates"), "窗口已核对")
    resident.context.close()
    assert not resident.complaints, "\n".join(resident.complaints)
