"""My cases: mine alone; what is asked of me, brought; taken back; followed from a window; acted on under a mandate."""

from __future__ import annotations

import re
from datetime import timedelta

import orjson
import pytest
from django.db import connection

from tests.city.board import small_city
from tests.city.portal.test_applying import begun, case_of, pdf, sent
from tests.city.together import browser_of
from yinuo.city.cases import projection as cases
from yinuo.city.cases.acts import Act
from yinuo.city.cases.commands import act
from yinuo.city.cases.models import Case
from yinuo.city.ledger import private, read
from yinuo.city.ledger.digest import GENESIS, chained, moment
from yinuo.city.pages.words import Words
from yinuo.city.portal import standing
from yinuo.city.portal.models import Holding, Mandate, Resident
from yinuo.city.portal.residents import projection


def asked_for(case_id, at, papers="身份证复印件\n房产证明"):
    """A window sends it back once."""
    when = small_city.NOW + timedelta(minutes=40)
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
    assert case.receipt in mine.get("/my").content.decode()
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


def test_two_acts_from_one_page_are_two(come_in, at):
    client = come_in()
    case = case_of(sent(client))
    asked_for(case.case_id, at)
    path = f"/my/cases/{case.case_id}"
    form = form_of(client.get(path).content.decode())
    assert client.post(f"{path}/supplement", {"told": "已补", "form": form}).status_code == 302
    assert client.post(f"{path}/withdraw", {"sure": "yes", "form": form}).status_code == 302
    assert {"supplemented", "withdrawn"} <= {one.activity for one in read.stream(f"case/{case.case_id}")}
    assert Case.objects.get(case_id=case.case_id).status == "ended"


def test_the_party_is_told_what_is_named_and_nothing_else(city, db, monkeypatch):
    stored = read.stream("case/D000")
    payload = orjson.dumps({"fields": {"reason": "内部意见", "files": ["sha256:inner"]}}).decode()
    inner = [
        stored[-1]._replace(activity=activity, version=90 + number, payload=payload, actor="zhao")
        for number, activity in enumerate(("an_act_of_tomorrow", "transferred", "order_opened", "reviewed"))
    ]
    served = inner[0]._replace(activity="refused", version=99)
    monkeypatch.setattr(standing.read, "stream", lambda _name: (*stored, *inner, served))
    found = standing.Standing(Case.objects.get(case_id="D000"), Words("zh"), now=small_city.NOW, party="resident:x")
    told = {one.activity: one for one in found.steps if one.at == stored[-1].at}
    assert {"an_act_of_tomorrow", "transferred", "order_opened"}.isdisjoint(told)
    assert (told["reviewed"].said, told["reviewed"].files) == ((), ()), "that it was done, not what was written"
    assert (told["refused"].said, told["refused"].files) == ((("reason", "内部意见"),), ("sha256:inner",))


def test_what_the_party_is_served_with_is_what_the_text_of_its_kind_says():
    flows = small_city.demo_city().rules.flows()
    application, inquiry = flows["application"][-1], flows["inquiry"][-1]
    assert standing.served(application) == {
        "received", "supplement_requested", "supplemented", "accepted", "refused_acceptance", "special_started", "special_ended",
        "suspended", "resumed", "extension_granted", "granted", "refused", "withdrawn", "terminated", "rated",
    }  # fmt: skip
    assert standing.served(inquiry) == {"inquired", "guided", "answered", "declined", "rated"}
    silent = application.model_copy(update={"served": ()})
    assert standing.served(application) - standing.served(silent) == set(application.served)
    assert {"handover_offered", "transferred", "order_opened", "reviewed"}.isdisjoint(
        standing.served(application) | standing.served(inquiry)
    )


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


def tables():
    """What the tables of residents hold."""
    keys = {Resident: "resident", Holding: "case_id", Mandate: "mandate"}
    return {model: sorted(model.objects.values(), key=lambda row: row[key]) for model, key in keys.items()}


def sealed_of(case_id):
    with connection.cursor() as cursor:
        cursor.execute("select ref from ledger_private where ref like %s order by ref", [f"case/{case_id}/%"])
        return [ref for (ref,) in cursor.fetchall()]


def test_erasing_takes_what_every_act_of_a_case_sealed(come_in, at):
    client = come_in("13700005555")
    case = case_of(sent(client))
    asked_for(case.case_id, at)
    personal = {"name": "张小满", "address": "示例路8号"}
    later = small_city.NOW + timedelta(minutes=50)
    at(later)
    act(Act(case.case_id, "accepted", later, person=personal), actor=small_city.actor("li"), now=later)
    assert len(sealed_of(case.case_id)) == 2
    client.post(f"/my/cases/{case.case_id}/withdraw", {"sure": "yes"})
    assert client.post("/my/erase").status_code == 302
    assert sealed_of(case.case_id) == []


def test_erasing_an_agent_takes_him_out_of_the_case_he_brought_for_another(come_in):
    agent = come_in("13700005555")
    firm = {"kind": "firm", "name": "示例餐饮有限公司", "number": "91310000775785552L", "until": "2026-03-31"}
    agent.post("/my/mandates", {**firm, "document": pdf()})
    own = case_of(sent(agent))
    begun_for = case_of(sent(agent, mandate=Mandate.objects.get().mandate))
    assert private.unseal(begun_for.person_ref).keys() >= {"name", "agent_name", "agent_identity", "phone"}
    for case in (own, begun_for):
        agent.post(f"/my/cases/{case.case_id}/withdraw", {"sure": "yes"})
    assert agent.post("/my/erase").status_code == 302
    row = Case.objects.get(case_id=begun_for.case_id)
    assert private.unseal(row.person_ref) == {"name": "示例餐饮有限公司", "identity": "91310000775785552L"}
    assert sealed_of(begun_for.case_id) == [row.person_ref], "nothing of the agent is left, whatever it is called"
    assert sealed_of(own.case_id) == []
    stream = read.stream(f"case/{begun_for.case_id}")
    assert verified(stream)
    assert row.version == len(stream) == 3
    state = row.state
    cases.reset()
    cases.apply(stream)
    assert Case.objects.get(case_id=begun_for.case_id).state == state
    page = browser_of("chen").get(f"/cases/{begun_for.case_id}").content.decode()
    assert "个人信息已删去" in page


def test_after_erasing_what_is_made_again_from_the_ledger_is_what_stands(come_in):
    agent, colleague = come_in("13700005555"), come_in("13700006666")
    firm = {"kind": "firm", "name": "示例餐饮有限公司", "number": "91310000775785552L", "until": "2026-03-31"}
    person = {"kind": "person", "name": "李大满", "number": "110101199001011237", "until": "2026-03-31"}
    for client in (agent, colleague):
        for one in (firm, person):
            client.post("/my/mandates", {**one, "document": pdf()})
    case = case_of(sent(agent))
    agent.post(f"/my/cases/{case.case_id}/withdraw", {"sure": "yes"})
    assert agent.post("/my/erase").status_code == 302
    live = tables()
    gone = next(row for row in live[Resident] if row["erased_at"])["resident"]
    assert [row["name"] for row in live[Mandate] if row["resident"] == gone and row["kind"] == "person"] == [""]
    names = [f"resident/{row['resident']}" for row in live[Resident]]
    stored = sorted((one for many in read.streams(names).values() for one in many), key=lambda one: one.position)
    assert verified(stored)
    projection.reset()
    projection.apply(stored)
    again = tables()
    for model, rows in live.items():
        kept = [{name: value for name, value in row.items() if name != "id"} for row in rows]
        assert [{name: value for name, value in row.items() if name != "id"} for row in again[model]] == kept, model


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


@pytest.mark.holds("invariant 15", shows="/my/cases/<id>")
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
