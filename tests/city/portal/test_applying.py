"""Applying online: from the item's page to the receipt, without script, with drafts, and with every slip named."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.city.board import small_city
from tests.city.catalogue import stock
from yinuo.city.cases.models import Attachment, Case
from yinuo.city.catalogue import commands as catalogue
from yinuo.city.ledger import private, read
from yinuo.city.people.actor import OPERATOR
from yinuo.city.portal import drafts
from yinuo.city.portal.models import Draft, Resident

PDF = b"%PDF-1.7\n% a paper\n"
GOOD = {
    "name": "张小满", "identity": "11010519491231002x", "situation": "新办", "premises": "示例路8号", "area": "80", "online_sales": "否",
}  # fmt: skip


def begun(client, **more):
    answer = client.post("/apply/food-permit", {"situation": "新办", **more})
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["Location"]


def papers(page):
    return sorted(set(re.findall(r'name="(file_[0-9a-f]{8})"', page)))


def pdf(name="一.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def sent(client, address=None, **more):
    """Everything filled in and sent."""
    address = address or begun(client)
    page = client.get(address).content.decode()
    files = {name: pdf(f"{name}.pdf", PDF + name.encode()) for name in papers(page)}
    return client.post(address, {**GOOD, **files, "do": "send", **more})


def case_of(answer):
    assert answer.status_code == 302, re.findall(r'class="error"[^>]*>([^<]*)', answer.content.decode())
    return Case.objects.get(case_id=answer.headers["Location"].split("/")[3].split("?")[0])


@pytest.mark.holds("E038", "peer 16", shows="/apply/food-permit")
def test_somebody_applies_from_the_items_page_and_finds_the_case(come_in):
    client = come_in()
    assert 'href="/apply/food-permit"' in client.get("/matters/food-permit").content.decode()
    answer = sent(client)
    case = case_of(answer)
    assert (case.kind, case.item, case.channel, case.unit) == ("application", "food-permit", "网上", "market")
    assert case.fields["answers"] == ["经营场所地址：示例路8号", "经营面积（平方米）：80", "是否网络经营：否"]
    assert len(case.fields["files"]) == 2
    page = client.get(answer.headers["Location"]).content.decode()
    assert case.receipt in page
    assert "期限自 2026-03-23 起算" in page
    assert case.receipt in client.get("/my").content.decode()
    printed = client.get(f"/my/cases/{case.case_id}/papers/receipt")
    assert (printed.status_code, printed.headers["Content-Type"]) == (200, "application/pdf")
    assert not Draft.objects.exists()


@pytest.mark.holds("E038", shows="/apply/food-permit")
def test_what_is_sent_on_saturday_night_is_received_at_once_and_counts_from_monday(come_in, at):
    at(datetime(2026, 3, 21, 14, 30, tzinfo=UTC))
    client = come_in()
    answer = sent(client)
    page = client.get(answer.headers["Location"]).content.decode()
    assert case_of(answer).opened_at == datetime(2026, 3, 21, 14, 30, tzinfo=UTC)
    assert "现在不是办公时间，您的申请已在 2026-03-21 22:30 收下；期限自下一个工作日 2026-03-23 起算" in page
    assert "2026-03-27 23:59" in page, "five working days to accept, the first of them Monday"


@pytest.mark.holds("E038", shows="/apply/food-permit")
@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "请填写姓名或者名称"),
        ("identity", "110105194912310021", "身份证号不对"),
        ("situation", "不知道", "请选择您的情形"),
        ("premises", "", "请填写“经营场所地址”"),
        ("area", "很大", "“经营面积（平方米）”填得不对：应当是数字"),
        ("area", "0", "应当在 1 到 20000 之间"),
        ("online_sales", "也许", "请从列出的里面选"),
        ("credit_code", "91310000", "统一社会信用代码是 18 位"),
    ],
)
def test_a_slip_is_named_at_its_field_and_everything_typed_stays(come_in, field, value, said):
    client = come_in()
    address = begun(client)
    answer = sent(client, address, **{field: value})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.search(rf'id="{field}_error">[^<]*{re.escape(said)}', page), re.findall(r"_error\">([^<]*)", page)
    assert f'href="#{field}"' in page
    for name, typed in GOOD.items():
        if name not in {field, "situation", "online_sales", "identity"}:
            assert typed in page
    assert not Case.objects.filter(channel="网上").exists()
    assert case_of(client.post(address, {"credit_code": "", **GOOD, "do": "send"})), "the files had been kept too"


@pytest.mark.holds("E038", shows="/apply/food-permit")
def test_a_field_that_hangs_on_another_is_asked_only_then(come_in):
    client = come_in()
    address = begun(client)
    page = client.get(address).content.decode()
    assert 'data-when="online_sales" data-holds="是"' in page
    assert "（上面选“是”时填写）" in page, "without script it is told in words"
    wrong = sent(client, address, online_sales="是").content.decode()
    assert "请填写“网络平台名称”" in wrong
    case = case_of(client.post(address, {**GOOD, "online_sales": "是", "platform": "某平台", "do": "send"}))
    assert "网络平台名称：某平台" in case.fields["answers"]


def test_what_was_typed_for_a_field_not_asked_is_not_sent(come_in):
    case = case_of(sent(come_in(), platform="某平台"))
    assert not [one for one in case.fields["answers"] if "平台名称" in one]


@pytest.mark.parametrize("forged", ["held", "promise", "nonsense"])
def test_a_needed_paper_comes_only_in_a_way_the_item_has(come_in, forged):
    client = come_in()
    address = begun(client)
    first, *others = papers(client.get(address).content.decode())
    files = {name: pdf(f"{name}.pdf", PDF + name.encode()) for name in others}
    answer = client.post(address, {**GOOD, **files, f"handed_{first.removeprefix('file_')}": forged, "do": "send"})
    assert answer.status_code == 422
    assert re.search(rf'id="{first}_error">请上传“[^”]+”，或者选别的交法。<', answer.content.decode())
    assert not Case.objects.filter(channel="网上").exists()


@pytest.mark.holds("peer 16", shows="/my")
def test_a_draft_is_gone_on_with_on_another_device_and_lies_encrypted(come_in):
    here = come_in("13700001111")
    address = begun(here)
    paper = papers(here.get(address).content.decode())[0]
    saved = here.post(address, {**GOOD, "premises": "只有我知道的地方", paper: pdf("平面图.pdf"), "do": "save"})
    assert saved.status_code == 302
    there = come_in_again(come_in, "13700001111")
    assert address in there.get("/my").content.decode()
    page = there.get(address).content.decode()
    for text in ("只有我知道的地方", "张小满", "平面图.pdf", 'value="80"'):
        assert text in page
    row = Draft.objects.get()
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*), bool_or(position('张小满'::bytea in ciphertext) > 0) from ledger_private where ref like %s",
            [f"portal/draft/{row.draft}/%"],
        )
        assert cursor.fetchone() == (1, False), "one row, and not in clear"
    assert come_in("13700002222").get(address).status_code == 404
    there.post(address, {"do": "give_up"})
    assert private.unseal(row.ref) is None


def come_in_again(come_in, phone):
    from yinuo.city.portal.models import Code

    Code.objects.all().delete()
    return come_in(phone)


@pytest.mark.holds("regression 24", shows="/my/drafts/<draft>")
def test_a_file_is_judged_by_its_content_and_its_size(come_in, settings):
    client = come_in()
    address = begun(client)
    paper = papers(client.get(address).content.decode())[0]
    for name, content, said in (
        ("照片.jpg", b"MZ\x90\x00 a program", "只收 PDF、OFD、图片、Office 文件和纯文本。"),
        ("页面.pdf", b"<html><script>alert(1)</script>\x00", "只收 PDF、OFD、图片、Office 文件和纯文本。"),
        ("空的.pdf", b"", "附件是空的，请重新选择。"),
    ):
        answer = client.post(address, {**GOOD, paper: pdf(name, content), "do": "save"})
        assert answer.status_code == 422, name
        assert re.findall(rf'id="{paper}_error">([^<]*)', answer.content.decode()) == [said], name
    settings.LARGEST_ATTACHMENT = 2**20
    answer = client.post(address, {**GOOD, paper: pdf("大.pdf", PDF + b"0" * 2**20), "do": "save"})
    assert (answer.status_code, "附件超过 1 MB" in answer.content.decode()) == (422, True)
    assert "示例路8号" in answer.content.decode()
    assert not Attachment.objects.exists()


def test_a_file_the_scanner_refuses_is_not_kept(come_in, settings, tmp_path):
    scanner = tmp_path / "scan"
    scanner.write_text('#!/bin/sh\n! grep -q EICAR "$1"\n')
    scanner.chmod(0o755)
    settings.SCAN = (str(scanner),)
    client = come_in()
    address = begun(client)
    paper = papers(client.get(address).content.decode())[0]
    bad = client.post(address, {paper: pdf("x.pdf", PDF + b"EICAR"), "do": "save"})
    assert "没有通过安全检查" in bad.content.decode()
    assert not Attachment.objects.exists()
    assert client.post(address, {paper: pdf(), "do": "save"}).status_code == 302
    settings.SCAN = (str(tmp_path / "nothing-there"),)
    assert "查不了病毒" in client.post(address, {paper: pdf("y.pdf", PDF + b"2"), "do": "save"}).content.decode()


def test_sent_twice_is_one_case(come_in):
    client = come_in()
    address = begun(client)
    first = case_of(sent(client, address))
    for again in (client.post(address, {**GOOD, "do": "send"}), client.get(address)):
        assert (again.status_code, again.headers["Location"]) == (302, f"/my/cases/{first.case_id}")
    assert Case.objects.filter(channel="网上").get().case_id == first.case_id
    assert come_in("13700002222").get(address).status_code == 404, "nobody else is shown the way to it"


def test_a_form_begun_twice_is_one_draft_and_one_case(come_in):
    client = come_in()
    page = client.get("/apply/food-permit").content.decode()
    form = re.search(r'name="form" value="([0-9a-f]{32})"', page)[1]
    address, again = (begun(client, form=form) for _time in range(2))
    assert address == again
    assert Draft.objects.count() == 1
    case = case_of(sent(client, address))
    assert begun(client, form=form) == address, "pressed once more in a tab that was left open"
    assert client.get(address).headers["Location"] == f"/my/cases/{case.case_id}"
    assert not Draft.objects.exists()
    assert begun(come_in("13700002222"), form=form) != address


def test_the_later_of_two_forms_sent_at_once_finds_the_case_of_the_other(come_in, monkeypatch):
    client = come_in()
    address = begun(client)
    late = drafts.save

    def both(draft, resident, filled, *, now):
        """While this form is read the other one is sent."""
        monkeypatch.setattr(drafts, "save", late)
        others.append(case_of(sent(client, address)))
        late(draft, resident, filled, now=now)

    others = []
    monkeypatch.setattr(drafts, "save", both)
    answer = client.post(address, {**GOOD, "do": "send"})
    assert answer.headers["Location"] == f"/my/cases/{others[0].case_id}"
    assert Case.objects.filter(channel="网上").count() == 1


def test_what_is_known_of_a_resident_is_not_overwritten_by_an_application(come_in):
    client = come_in()
    case_of(sent(client))
    case = case_of(sent(client, name="李大满", identity="110101199001011237"))
    assert private.unseal(case.person_ref)["name"] == "李大满", "the case says what was typed"
    own = private.unseal(Resident.objects.get().ref)
    assert (own["name"], own["identity"]) == ("张小满", "11010519491231002X")


def test_an_item_that_cannot_be_applied_for_online_has_no_form(come_in):
    stock.publish("clinic-filing", zh="诊所备案", unit="market", depth=1, now=small_city.NOW)
    client = come_in()
    assert client.get("/apply/clinic-filing").status_code == 404
    assert client.get("/apply/nothing").status_code == 404
    assert "/apply/" not in client.get("/matters/clinic-filing").content.decode()


def test_what_is_personal_is_no_part_of_the_record(come_in):
    case = case_of(sent(come_in(), home_address="幸福里3号"))
    told = "".join(one.payload for one in read.stream(f"case/{case.case_id}"))
    for secret in ("张小满", "11010519491231002", "13812345678", "幸福里3号"):
        assert secret not in told
    sealed = private.unseal(case.person_ref)
    assert (sealed["name"], sealed["identity"], sealed["home_address"]) == ("张小满", "11010519491231002X", "幸福里3号")


def test_the_pages_ask_the_database_few_times(come_in):
    client = come_in()
    address = begun(client)
    case = case_of(sent(client))
    for page in ("/my", address, "/apply/food-permit", f"/my/cases/{case.case_id}"):
        client.get(page)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).status_code == 200
        own = [one["sql"] for one in asked if "django_session" not in one["sql"]]
        assert len(own) <= 9, (page, own)


@pytest.mark.holds("E034", shows="/apply/<item>")
def test_a_withdrawn_item_is_applied_for_no_more_and_the_page_says_why(come_in, sign_in):
    client = come_in()
    address, other = begun(client), begun(client)
    catalogue.withdraw(
        "food-permit", until=small_city.NOW.date(), reason="示府发〔2026〕5号", actor=OPERATOR, now=stock.NOW
    )
    for answer in (
        client.get("/apply/food-permit", follow=True), client.get(address, follow=True),
        client.post(address, {**GOOD, "do": "send"}, follow=True),
    ):  # fmt: skip
        assert answer.redirect_chain == [("/my", 302)]
        assert "停止办理，不再受理；依据：示府发〔2026〕5号" in answer.content.decode()
    assert "草稿已删除" in client.post(other, {"do": "give_up"}, follow=True).content.decode()
    agency = sign_in("li").post("/agency/items/food-permit", follow=True)
    assert "停止办理，不再受理" in agency.content.decode()
