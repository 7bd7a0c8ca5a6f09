"""My cases: mine alone; what is asked of me, brought; taken back; followed from a window; acted on under a mandate."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection

from tests.city.board import small_city
from tests.city.portal.test_applying import GOOD, begun, case_of, come_in_again, pdf, sent
from tests.city.together import browser_of
from yinuo.city.cases.acts import Act
from yinuo.city.cases.commands import act
from yinuo.city.cases.models import Case
from yinuo.city.ledger import private, read
from yinuo.city.ledger.digest import GENESIS, chained, moment
from yinuo.city.portal.models import Mandate, Resident
from yinuo.city.portal.residents import projection


def asked_for(case_id, at, papers="身份证复印件\n房产证明"):
    """A window sends it back once."""
    when = small_city.NOW + timedelta(hours=1)
    at(when)
    act(
        Act(case_id, "supplement_requested", when, {"papers": papers, "cause": "材料缺失"}),
        actor=small_city.actor("li"),
        now=when,
    )


def form_of(page):
    return re.search(r'name="form" value="([0-9a-f]{32})"', page)[1]


@pytest.mark.holds("E038", shows="/my")
def test_what_is_asked_of_me_is_shown_first_and_brought(come_in, at):
    client = come_in()
    case = case_of(sent(client))
    asked_for(case.case_id, at)
    assert "等您补正" in client.get("/my").content.decode()
    page = client.get(f"/my/cases/{case.case_id}").content.decode()
    assert '<li lang="zh-CN">身份证复印件</li><li lang="zh-CN">房产证明</li>' in page
    address = f"/my/cases/{case.case_id}/supplement"
    empty = client.post(address, {"told": "", "form": form_of(page)})
    assert (empty.status_code, "请上传要补的材料" in empty.content.decode()) == (422, True)
    bad = client.post(address, {"told": "房产证明在附件", "files": pdf("x.pdf", b"MZ\x90\x00"), "form": form_of(page)})
    assert (bad.status_code, "房产证明在附件" in bad.content.decode()) == (422, True)
    good = {"told": "房产证明在附件", "files": pdf("房产证.pdf"), "form": form_of(page)}
    assert client.post(address, good).status_code == 302
    again = {**good, "files": pdf("房产证.pdf")}
    assert client.post(address, again).status_code == 302, "the same form twice"
    brought = [one for one in read.stream(f"case/{case.case_id}") if one.activity == "supplemented"]
    assert len(brought) == 1
    page = client.get(f"/my/cases/{case.case_id}").content.decode()
    assert "请您补正" not in page
    digest = Case.objects.get(case_id=case.case_id).fields["files"][0]
    saved = client.get(f"/my/cases/{case.case_id}/files/{digest}")
    assert saved.getvalue().startswith(b"%PDF")
    assert (saved.status_code, saved.headers["Content-Disposition"][:10]) == (200, "attachment")
    assert saved.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_what_is_not_asked_for_is_not_brought(come_in):
    client = come_in()
    case = case_of(sent(client))
    answer = client.post(f"/my/cases/{case.case_id}/supplement", {"told": "再交一份"})
    assert answer.status_code == 422
    assert Case.objects.get(case_id=case.case_id).version == 1


def test_an_application_is_taken_back_after_a_tick(come_in):
    client = come_in()
    case = case_of(sent(client))
    address = f"/my/cases/{case.case_id}/withdraw"
    assert client.post(address).status_code == 422
    assert client.post(address, {"sure": "yes"}).status_code == 302
    assert Case.objects.get(case_id=case.case_id).status == "ended"
    assert client.post(address, {"sure": "yes"}).status_code == 422


@pytest.mark.holds("regression 21", shows="/my")
def test_nobody_sees_or_touches_what_is_anothers(come_in, at):
    mine, other = come_in("13700001111"), come_in("13700002222")
    case = case_of(sent(mine))
    digest = case.fields["files"][0]
    address = f"/my/cases/{case.case_id}"
    for path in (address, f"{address}/files/{digest}", f"{address}/papers/receipt"):
        answer = mine.get(path)
        answer.getvalue()
        assert answer.status_code == 200
        assert other.get(path).status_code == 404
    asked_for(case.case_id, at)
    for path, body in (
        (f"{address}/supplement", {"told": "假的"}),
        (f"{address}/withdraw", {"sure": "yes"}),
        (f"{address}/rate", {"grade": "满意"}),
        (f"{address}/pay", {"fee": "x"}),
    ):
        assert other.post(path, body).status_code == 404
    assert case.receipt not in other.get("/my").content.decode()
    for path in ("/cases", f"/cases/{case.case_id}", "/board", "/window", "/units", f"/api/cases/{case.case_id}"):
        assert mine.get(path).status_code in {302, 401, 403, 404}, f"{path}: a resident is no staff"


@pytest.mark.holds("peer 91", shows="/my")
def test_a_case_of_a_window_is_followed_by_whose_telephone_stands_on_it(come_in):
    receipt = Case.objects.get(case_id="D002").receipt
    stranger, holder = come_in("13700001111"), come_in("13912345678")
    for number in (receipt, "1" * 16, ""):
        answer = stranger.post("/my/show", {"receipt": number}, follow=True)
        assert "没有找到" in answer.content.decode()
    assert holder.post("/my/show", {"receipt": receipt}).headers["Location"] == "/my/cases/D002"
    assert receipt in holder.get("/my").content.decode()


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
    window = browser_of("li")
    assert "示例餐饮有限公司" in window.get("/agency/mandates").content.decode()
    assert window.post(f"/agency/mandates/{other.mandate}/check").status_code == 302
    assert colleague.get(path).status_code == 200
    at(small_city.NOW + timedelta(days=12))
    agent, colleague = come_in_again(come_in, "13700001111"), come_in("13700002222")
    assert {agent.get(path).status_code, colleague.get(path).status_code} == {404}


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
    assert case.receipt in resident.get("/my").content.decode()
    assert resident.post(f"/my/cases/{case.case_id}/withdraw", {"sure": "yes"}).status_code == 302
    assert come_in("13700004444").get(f"/my/cases/{case.case_id}").status_code == 404


def test_an_erased_person_leaves_a_ledger_that_verifies(come_in, settings):
    client = come_in("13700005555")
    case = case_of(sent(client))
    refused = client.post("/my/erase", follow=True)
    assert "还有 1 件在办" in refused.content.decode()
    client.post(f"/my/cases/{case.case_id}/withdraw", {"sure": "yes"})
    begun(client)
    assert client.post("/my/erase").status_code == 302
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from ledger_private where ref like 'resident/%%' or ref like 'portal/%%' or ref like %s",
            [f"case/{case.case_id}/%"],
        )
        assert cursor.fetchone() == (0,)
    row = Resident.objects.get()
    assert (row.name, row.phone, row.phone_key) == ("", "", None)
    assert row.erased_at is not None
    assert client.get("/my").status_code == 302, "nobody is here any more"
    streams = [one for name in (f"case/{case.case_id}", f"resident/{row.resident}") for one in read.stream(name)]
    assert verified(streams)
    before = list(Resident.objects.values())
    projection.reset()
    projection.apply([one for one in streams if one.stream.startswith("resident/")])
    assert list(Resident.objects.values()) == before


def verified(events):
    """Every digest of these streams is what their content and the digest before it come to."""
    last = {}
    for one in events:
        assert one.prev == last.get(one.stream, GENESIS)
        last[one.stream] = one.digest
        columns = (
            one.stream, str(one.version), one.source, one.event_id, one.activity, moment(one.at), moment(one.recorded_at),
            one.actor, one.unit, one.payload,
        )  # fmt: skip
        assert chained(read.hashing(), one.prev, columns) == one.digest
    return True


def test_paying_a_fee_of_the_catalogue_at_the_recorded_till(come_in):
    from tests.city.catalogue import stock

    stock.publish(
        since=small_city.NOW.date(),
        fees=({"zh": "工本费", "fen": 1000, "basis": "示价〔2025〕1号"},),
        now=small_city.NOW,
    )
    client = come_in()
    case = case_of(sent(client))
    path = f"/my/cases/{case.case_id}"
    assert "工本费" in client.get(path).content.decode()
    assert "收费目录里没有这一项" in client.post(f"{path}/pay", {"fee": "加急费"}, follow=True).content.decode()
    till = client.post(f"{path}/pay", {"fee": "工本费"}).headers["Location"]
    assert "10.00" in client.get(till).content.decode()
    back = client.post(till, {"do": "not"}).headers["Location"]
    assert "还没有收到付款" in client.get(back, follow=True).content.decode()
    client.post(client.post(f"{path}/pay", {"fee": "工本费"}).headers["Location"], {"do": "pay"})
    assert "缴费成功" in client.get(back, follow=True).content.decode()
    assert "FAKE-" in client.get(path).content.decode()
    assert "已经缴过" in client.post(f"{path}/pay", {"fee": "工本费"}, follow=True).content.decode()
