"""Acting for others: under a written mandate that a window compares, and at a point that files for people."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import orjson
import pytest

from tests.city.board import small_city
from tests.city.portal.test_applying import GOOD, case_of, come_in_again, pdf, sent
from tests.city.together import browser_of
from yinuo.city.cases.models import Case
from yinuo.city.ledger import private, read
from yinuo.city.portal.models import Mandate, Resident


@pytest.mark.holds("invariant 17", "E051", shows="/my/mandates")
def test_a_firm_is_acted_for_under_a_written_mandate_until_its_day(come_in, at):
    agent, colleague = come_in("13700001111"), come_in("13700002222")
    firm = {"kind": "firm", "name": "示例餐饮有限公司", "number": "91310000775785552L", "until": "2026-03-31"}
    for change, field in (
        ({"number": "91310000775785552X"}, "number"),
        ({"until": "2026-03-01"}, "until"),
        ({"name": ""}, "name"),
    ):
        answer = agent.post("/my/mandates", {**firm, "document": pdf(), **change})
        assert (answer.status_code, f'id="{field}_error"' in answer.content.decode()) == (422, True), field
    assert 'id="document_error"' in agent.post("/my/mandates", firm).content.decode()
    for client in (agent, colleague):
        assert client.post("/my/mandates", {**firm, "document": pdf()}).status_code == 302
    mandate = Mandate.objects.get(
        resident=Resident.objects.get(phone__startswith="137", phone__endswith="1111").resident
    )
    case = case_of(sent(agent, mandate=mandate.mandate, identity=""))
    assert private.unseal(case.person_ref)["name"] == "示例餐饮有限公司"
    assert case.fields["mandate"] == mandate.document
    path = f"/my/cases/{case.case_id}"
    assert colleague.get(path).status_code == 404, "nobody has compared his document with the firm"
    other = Mandate.objects.exclude(mandate=mandate.mandate).get()
    compared(browser_of("li"), other, name="示例餐饮有限公司", number="91310000775785552L")
    assert colleague.get(path).status_code == 200
    at(small_city.NOW + timedelta(days=12))
    agent, colleague = come_in_again(come_in, "13700001111"), come_in("13700002222")
    assert {agent.get(path).status_code, colleague.get(path).status_code} == {404}


def compared(window, mandate, *, name, number):
    """A window types what stands in the document; nothing of it is shown before, and nothing else will do."""
    page = window.get("/agency/mandates").content.decode()
    assert f"/agency/mandates/{mandate.mandate}/document" in page
    assert name not in page and number not in page
    for wrong in (
        {},
        {"name": name},
        {"number": number},
        {"name": "别的公司", "number": number},
        {"name": name, "number": number[:-1] + "X"},
    ):
        refused = window.post(f"/agency/mandates/{mandate.mandate}/check", wrong)
        assert (refused.status_code, "和代办人登记的不一致" in refused.content.decode()) == (422, True), wrong
        assert not Mandate.objects.get(mandate=mandate.mandate).checked_at, wrong
    written = {"name": f" {name[:2]} {name[2:]} ", "number": number.lower()}
    assert window.post(f"/agency/mandates/{mandate.mandate}/check", written).status_code == 302
    assert Mandate.objects.get(mandate=mandate.mandate).checked_by == "li"


def test_a_mandate_of_a_person_names_nobody_in_the_ledger(come_in):
    agent = come_in()
    person = {"kind": "person", "name": "李大满", "number": "110101199001011237", "until": "2026-03-31"}
    assert agent.post("/my/mandates", {**person, "document": pdf()}).status_code == 302
    mandate = Mandate.objects.get()
    assert mandate.name == "李**"
    stream = read.stream(f"resident/{mandate.resident}")
    given = orjson.loads(next(one.payload for one in stream if one.activity == "mandate_given"))
    assert given["name"] == "", "no word of any language"
    assert "李**" in agent.get("/apply/food-permit").content.decode()
    assert "李大满" not in "".join(one.payload for one in stream)


def test_a_mandate_ends_by_the_day_of_the_city(come_in, at):
    """At one in the morning it is another day than in Greenwich."""
    at(datetime(2026, 3, 20, 17, tzinfo=UTC))
    agent = come_in()
    firm = {"kind": "firm", "name": "示例餐饮有限公司", "number": "91310000775785552L", "until": "2026-03-21"}
    assert "委托的截止日期要在今天以后" in agent.post("/my/mandates", {**firm, "document": pdf()}).content.decode()
    assert agent.post("/my/mandates", {**firm, "until": "2026-03-22", "document": pdf()}).status_code == 302
    assert Mandate.objects.get().since == date(2026, 3, 21)


@pytest.mark.parametrize("gone", ["ended", "over"])
def test_a_mandate_that_does_not_stand_is_not_compared(come_in, at, gone):
    agent = come_in()
    firm = {"kind": "firm", "name": "示例餐饮有限公司", "number": "91310000775785552L", "until": "2026-03-31"}
    agent.post("/my/mandates", {**firm, "document": pdf()})
    mandate = Mandate.objects.get().mandate
    window = browser_of("li")
    if gone == "ended":
        agent.post(f"/my/mandates/{mandate}/end")
    else:
        at(small_city.NOW + timedelta(days=12))
        window = browser_of("li")
    assert window.post(f"/agency/mandates/{mandate}/check", firm).status_code == 404
    assert not Mandate.objects.get().checked_at


@pytest.mark.holds("E027", "E051", "invariant 17", shows="/agency")
def test_a_village_room_files_for_a_resident_with_a_written_mandate(come_in):
    resident, clerk = come_in("13700003333"), browser_of("li")
    assert "食品经营许可" in clerk.get("/agency").content.decode()
    address = clerk.post("/agency/items/food-permit").headers["Location"]
    wrong = clerk.post(address, {**GOOD, "phone": "", "until": "", "do": "send"}).content.decode()
    for field in ("phone", "document", "until"):
        assert f'id="{field}_error"' in wrong
    files = {
        name: pdf(f"{name}.pdf", name.encode() + b"\n") for name in set(re.findall(r'name="(file_[0-9a-f]{8})"', wrong))
    }
    given = {
        **GOOD,
        **files,
        "phone": "13700003333",
        "until": "2026-12-31",
        "document": pdf("委托书.pdf"),
        "do": "send",
    }
    done = clerk.post(address, given)
    case = Case.objects.get(channel="代办点")
    assert done.headers["Location"] == f"/cases/{case.case_id}"
    assert (case.fields["agent"], case.fields["agent_unit"], case.fields["mandate_until"]) == (
        "李强",
        "service-centre",
        "2026-12-31",
    )
    path = f"/my/cases/{case.case_id}"
    assert resident.get(path).status_code == 404, "a number that a clerk typed makes nobody the holder"
    assert case.receipt not in resident.get("/my").content.decode()
    assert resident.post("/my/show", {"receipt": case.receipt}).headers["Location"] == path
    assert resident.post(f"{path}/withdraw", {"sure": "yes"}).status_code == 302
    stranger = come_in("13700004444")
    stranger.post("/my/show", {"receipt": case.receipt})
    assert stranger.get(path).status_code == 404


def agency_form(clerk, **more):
    """A form of the point, filled in but not sent."""
    address = clerk.post("/agency/items/food-permit").headers["Location"]
    page = clerk.post(address, {"situation": "新办"}, follow=True).content.decode()
    files = {
        name: pdf(f"{name}.pdf", name.encode() + b"\n") for name in set(re.findall(r'name="(file_[0-9a-f]{8})"', page))
    }
    held = {"phone": "13700003333", "until": "2026-12-31", "document": pdf("委托书.pdf"), "do": "send"}
    return address, {**GOOD, **files, **held, **more}


@pytest.mark.holds("invariant 17", "E051", shows="/agency")
@pytest.mark.parametrize(("typed", "written"), [("", None), ("0", 0)])
def test_what_an_agent_charged_is_written_when_somebody_says_it(city, db, typed, written):
    address, given = agency_form(browser_of("li"), fee=typed)
    assert browser_of("li").post(address, given).status_code == 302
    assert Case.objects.get(channel="代办点").fields.get("agent_fee") == written


@pytest.mark.holds("invariant 17", "E051", shows="/agency")
@pytest.mark.parametrize(("typed", "said"), [("5", "代办不得收费"), ("很多", "“代办收费”填得不对")])
def test_an_agent_who_charges_files_nothing(city, db, typed, said):
    address, given = agency_form(browser_of("li"), fee=typed)
    answer = browser_of("li").post(address, given)
    page = answer.content.decode()
    assert (answer.status_code, said in page, f'value="{typed}"' in page) == (422, True, True)
    assert not Case.objects.filter(channel="代办点").exists()


def test_a_point_that_presses_twice_files_once(city, db):
    clerk = browser_of("li")
    form = re.search(r'name="form" value="([0-9a-f]{32})"', clerk.get("/agency").content.decode())[1]
    first, second = (clerk.post("/agency/items/food-permit", {"form": form}).headers["Location"] for _time in range(2))
    assert first == second
    address, given = agency_form(clerk)
    done = [clerk.post(address, given).headers["Location"] for _time in range(2)]
    assert done == [f"/cases/{Case.objects.get(channel='代办点').case_id}"] * 2
