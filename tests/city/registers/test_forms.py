"""Forms of acts: every type of field, compulsory and conditional ones; a refusal names the field and keeps what was typed."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.city.board import small_city
from tests.city.registers.test_desk import AUTHORISATION, CATALOGUE, PROJECTS, entered, project, text
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.commands import record
from yinuo.city.cases.models import Attachment, Case
from yinuo.city.cases.queries import state_of
from yinuo.city.pages.words import Words
from yinuo.city.people.accounts.persons import actor_of
from yinuo.city.people.models import Account
from yinuo.city.registers import asking
from yinuo.city.registers.spelling import Speller, fen, written
from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.clauses.flow import FieldType
from yinuo.engine.rules import Edition, Ruling

RELEASE = "/registers/disclosure/release"
DECISION = "/registers/public-decisions/decision"
LETTER = {
    "officer": "赵倩", "item": "food-permit", "powers": ["受理", "审查"], "granted_on": "2026-03-02", "valid_until": "2026-12-31",
    "unit": "market",
}  # fmt: skip


def field_of(page, name):
    """The part of a page around a field."""
    found = re.search(
        rf'<(?:div|fieldset) class="field[^"]*"[^>]*>(?:(?!class="field).)*name="{name}".*?</(?:div|fieldset)>',
        page,
        re.DOTALL,
    )
    assert found, name
    return found[0]


def listed_in(client, **more):
    fields = {
        "subject": "财政预算", "class": "政务", "owner": "market", "interval": "3 months", "legal_basis": "条例第二十条", "unit": "market",
    }  # fmt: skip
    return entered(client, CATALOGUE, **fields, **more)


@pytest.mark.parametrize(
    ("amount", "kept"), [("1200", 120000), ("1200.50", 120050), ("1,200.5 元", 120050), ("0.01", 1), ("-3", -300)]
)
def test_an_amount_in_yuan_is_kept_in_fen(amount, kept):
    assert fen(amount) == kept


@pytest.mark.parametrize("amount", ["1.234", "一千", "", "1e400", "NaN"])
def test_what_is_no_amount_is_refused(amount):
    with pytest.raises(ValueError, match="金额"):
        fen(amount)


def test_a_wrong_field_is_named_and_everything_typed_stands(sign_in):
    zhao = sign_in("zhao")
    answer = zhao.post(f"{PROJECTS}/new", {"number": "示重7", "title": "产业园", "amount": "一千万", "unit": "market"})
    assert answer.status_code == 422
    page = text(answer)
    assert "“总投资”填得不对：应当是金额" in field_of(page, "amount")
    assert 'value="一千万"' in field_of(page, "amount") and 'aria-invalid="true"' in field_of(page, "amount")
    assert 'value="示重7"' in page and 'value="产业园"' in page
    assert not Case.objects.filter(kind="priority-lanes/key-project").exists()


def test_a_compulsory_field_is_asked_for_by_its_name(sign_in):
    answer = sign_in("zhao").post(f"{PROJECTS}/new", {"number": "", "title": "产业园", "unit": "market"})
    assert answer.status_code == 422
    assert "“项目编号”必须填写" in field_of(text(answer), "number")


@pytest.mark.holds("peer 6", "E022", shows="/registers/authorisation/authorisation/new")
def test_a_field_that_is_compulsory_only_sometimes_says_when_and_is_refused_with_that_sentence(sign_in):
    zhou = sign_in("zhou")
    assert "授权签批的须有审批专用章编号" in field_of(text(zhou.get(f"{AUTHORISATION}/new")), "seal_no")
    answer = zhou.post(f"{AUTHORISATION}/new", {**LETTER, "powers": ["受理", "签批"]})
    assert answer.status_code == 422
    page = text(answer)
    assert "授权签批的须有审批专用章编号" in page
    assert 'class="error"' in field_of(page, "seal_no")
    assert 'value="签批" checked' in page and 'value="受理" checked' in page
    assert zhou.post(f"{AUTHORISATION}/new", {**LETTER, "powers": ["签批"], "seal_no": "示章3"}).status_code == 302


def test_an_entry_the_text_refuses_is_refused_with_its_sentence(sign_in):
    answer = sign_in("he").post(
        f"{DECISION}/new",
        {
            "number": "示政〔2026〕1号",
            "title": "调整水价",
            "heard_days": "12",
            "urgent": "false",
            "unit": "government-office",
        },
    )
    assert answer.status_code == 422
    assert "听取群众意见少于二十天" in text(answer)


def test_choices_persons_units_and_lengths_are_kept_as_the_text_knows_them(sign_in):
    letter = entered(sign_in("zhou"), AUTHORISATION, **LETTER)
    assert letter.fields["officer"] == "zhao", "a name of the staff register is kept by its key"
    assert letter.fields["powers"] == ["受理", "审查"]
    assert letter.item == "food-permit"
    page = text(sign_in("zhou").get(AUTHORISATION))
    assert "赵倩" in page and "受理、审查" in page and "食品经营许可" in page
    one = listed_in(sign_in("zhao"))
    assert one.fields["interval"] == "3 months"
    assert "3 个月" in text(sign_in("zhao").get(CATALOGUE))


def test_a_name_two_people_share_is_refused_with_their_keys(founded, db):
    small_city.employ("zhao2", "赵倩", "housing", "handler", "housing")
    actor = actor_of(str(Account.objects.get(username="zhou").pk), now=small_city.NOW)
    with pytest.raises(Refused) as refused:
        Speller(Words("zh"), actor, small_city.NOW.date()).read(
            {"officer": "赵倩"}, {"officer": FieldType.model_validate({"is": "person"})}
        )
    assert "zhao、zhao2" in refused.value.sentence and refused.value.field == "officer"


@pytest.mark.parametrize(
    ("word", "typed", "kept", "again"),
    [
        ("money", "12.3", 1230, "12.30"),
        ("moment", "2026-03-09T14:30", "2026-03-09T06:30:00+00:00", "2026-03-09T14:30"),
        ("number", "007.50", "7.5", "7.5"),
        ("int", " 12 ", 12, "12"),
        ("bool", "是", True, "true"),
        ("limit", " 1 months", "1 month", "1 month"),
        ("date", "2026年3月9日", "2026-03-09", "2026-03-09"),
        ("unit", "市市场监督管理局", "market", "market"),
        ("list:unit", "market、housing", ["market", "housing"], "market\nhousing"),
        ("list:text", "甲、乙\n丙", ["甲、乙", "丙"], "甲、乙\n丙"),
        ("person", "没有这个人", "没有这个人", "没有这个人"),
    ],
)
def test_what_is_written_is_read_and_shown_to_be_written_again(founded, db, word, typed, kept, again):
    actor = actor_of(str(Account.objects.get(username="zhou").pk), now=small_city.NOW)
    words, type_ = Words("zh"), FieldType.model_validate({"is": word})
    if word == "unit":
        typed = words.unit("market")
    assert Speller(words, actor, small_city.NOW.date()).read({"x": typed}, {"x": type_}) == {"x": kept}
    assert written(kept, type_, words) == again


def test_an_entry_points_to_another_that_may_be_seen(sign_in):
    zhao = sign_in("zhao")
    one = listed_in(zhao)
    form = field_of(text(zhao.get(f"{RELEASE}/new?entry={one.case_id}")), "entry")
    assert f'<option value="{one.case_id}" selected>' in form
    release = entered(zhao, RELEASE, number="示发1", entry=one.case_id, title="预算", body="全文", unit="market")
    assert release.fields["entry"] == one.case_id
    page = text(zhao.get(f"/cases/{one.case_id}"))
    assert "信息发布" in page and release.receipt in page, "the entry shows what points to it"
    nowhere = zhao.post(
        f"{RELEASE}/new", {"number": "示发2", "entry": "0" * 32, "title": "甲", "body": "乙", "unit": "market"}
    )
    assert nowhere.status_code == 422
    assert "这一件" in field_of(text(nowhere), "entry")


def test_a_change_says_only_what_changed(sign_in):
    zhao = sign_in("zhao")
    one = project(zhao)
    form = text(zhao.get(f"/cases/{one.case_id}"))
    assert 'value="1200.50"' in form, "the form of a change holds what the entry holds"
    sent = {
        "number": "示重2026-01",
        "title": "产业园二期",
        "amount": "1200.50",
        "step": "change",
        "expected": str(one.version),
    }
    assert zhao.post(f"/cases/{one.case_id}/do/changed", sent).status_code == 302
    one.refresh_from_db()
    assert one.fields["title"] == "产业园二期"
    again = zhao.post(f"/cases/{one.case_id}/do/changed", {**sent, "expected": str(one.version)})
    assert again.status_code == 422
    assert "没有改动任何内容" in text(again)


def test_files_are_kept_by_digest_and_a_kind_that_is_not_taken_is_refused_at_its_field(sign_in):
    zhao = sign_in("zhao")
    paper = SimpleUploadedFile("批复.pdf", b"%PDF-1.4 x")
    fields = {"number": "示重9", "title": "大桥", "unit": "market"}
    one = entered(zhao, PROJECTS, **fields, files=paper)
    (digest,) = state_of(one.case_id).files
    assert Attachment.objects.get(digest=digest).name == "批复.pdf"
    page = text(zhao.get(f"/cases/{one.case_id}"))
    assert "批复.pdf" in page and f"/files/{digest}" in page
    program = SimpleUploadedFile("x.pdf", b"MZ\x90\x00" + b"\x01" * 40)
    answer = zhao.post(f"{PROJECTS}/new", {**fields, "number": "示重10", "files": program})
    assert answer.status_code == 422
    assert "只收 PDF" in field_of(text(answer), "files")
    assert 'value="示重10"' in text(answer)


def test_a_file_that_was_uploaded_is_kept_while_the_rest_is_put_right(sign_in):
    zhao = sign_in("zhao")
    paper = SimpleUploadedFile("批复.pdf", b"%PDF-1.4 y")
    answer = zhao.post(f"{PROJECTS}/new", {"number": "", "title": "大桥", "unit": "market", "files": paper})
    assert answer.status_code == 422
    kept = re.search(r'name="files" value="([0-9a-f]{64})" checked> <span>批复.pdf', field_of(text(answer), "files"))
    assert kept
    one = entered(zhao, PROJECTS, number="示重11", title="大桥", unit="market", files=kept[1])
    assert state_of(one.case_id).files == [kept[1]]


@pytest.mark.holds("peer 98", "regression 21", shows="/cases/<id>")
def test_the_name_of_a_case_one_may_not_see_is_not_told_by_what_points_to_it(sign_in):
    theirs, now = "elsewhere-1", small_city.NOW
    told = {"subject": "住房内部名单", "class": "政务", "owner": "housing", "interval": "1 year", "legal_basis": "条例"}
    ours = {"number": "示发9", "entry": theirs, "title": "甲", "body": "乙"}
    facts = [
        Act(theirs, "entered", now, told, kind="disclosure/catalogue", unit="housing", source="x", event_id="e1"),
        Act("ours-1", "entered", now, ours, kind="disclosure/release", unit="market", source="x", event_id="e2"),
    ]
    results = record(facts, actor=small_city.SYSTEM, now=now)
    assert not [one.sentence for one in results if isinstance(one, Refused)]
    zhao, chen = sign_in("zhao"), sign_in("chen")
    for address in ("/cases/ours-1", RELEASE, f"{RELEASE}/print"):
        assert "住房内部名单" not in text(zhao.get(address)), address
        assert "住房内部名单" in text(chen.get(address)), "who sees both reads the name"


def test_a_form_asks_for_what_the_text_of_its_day_wants_and_not_for_what_the_next_will():
    """A clause of two versions: until the second begins the first says which field is compulsory."""

    def edition(field, start, until):
        event = {"event": "entered", field: {"known": False}}
        raw = {"zh": f"须写{field}", "rule": "absence", "event": event, "level": "yellow", "block": True}
        return Edition(start, until, Constraint.model_validate(raw))

    turn = date(2027, 1, 1)
    ruling = Ruling(
        "home", "constraint", "stated", (edition("old", small_city.START, turn), edition("new", turn, None))
    )
    asked = {}
    for day in (small_city.NOW.date(), turn):
        book = SimpleNamespace(
            rules=SimpleNamespace(rulings=(ruling,)), kind="letter", by_name={"old": 1, "new": 1}, day=day
        )
        asked[day] = asking._said.__wrapped__(book).needed["entered"]
    assert asked == {small_city.NOW.date(): ("old",), turn: ("new",)}
