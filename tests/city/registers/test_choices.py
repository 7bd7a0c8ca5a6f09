"""What there is to choose from is offered, shown, typed and imported by the word of the reader's language."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from django.utils import translation
from python_calamine import CalamineWorkbook

from tests.city.board import small_city
from tests.city.registers.test_desk import CATALOGUE, entered, text
from tests.city.registers.test_forms import field_of, listed_in
from tests.city.registers.test_tables import LANE, reported, requested
from yinuo.city.cases.acts import Refused
from yinuo.city.pages.clauses import plain
from yinuo.city.pages.fieldwords import asked_field
from yinuo.city.pages.showing import choices_of, shown
from yinuo.city.pages.words import Words
from yinuo.city.people.accounts.persons import actor_of
from yinuo.city.people.models import Account
from yinuo.city.registers import exchange
from yinuo.city.registers.books import books
from yinuo.city.registers.spelling import Speller
from yinuo.engine.clauses.flow import FieldType
from yinuo.rulebook.loader import load_pack

HAN = re.compile(r"[\u4e00-\u9fff]")
WORDED = {"green": {"zh": "绿色通道", "en": "green channel"}, "急事": {"en": "Urgent"}, "other": {}}
LANES = FieldType.model_validate({"is": "choice", "of": WORDED})
MANY = FieldType.model_validate({"is": "list:choice", "of": WORDED})


def read(typed, type_, words):
    actor = actor_of(str(Account.objects.get(username="zhou").pk), now=small_city.NOW)
    return Speller(words, actor, small_city.NOW.date()).read({"x": typed}, {"x": type_})["x"]


@pytest.mark.parametrize(
    ("language", "called"), [("zh", ["绿色通道", "急事", "other"]), ("en", ["green channel", "Urgent", "other"])]
)
def test_a_value_is_offered_and_shown_by_its_word(founded, db, language, called):
    words = Words(language)
    assert [shown(one, LANES, words) for one in LANES.of] == called
    assert asked_field("x", LANES, words).options == list(zip(LANES.of, called, strict=True))
    assert asked_field("x", MANY, words).options == list(zip(LANES.of, called, strict=True))
    with translation.override("en" if language == "en" else "zh-hans"):
        assert shown(["green", "急事"], MANY, words) == ("、" if language == "zh" else ", ").join(called[:2])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_word_of_either_language_is_taken_for_the_value(founded, db, language):
    words = Words(language)
    for typed, kept in (("绿色通道", "green"), ("green channel", "green"), ("urgent", "急事"), ("other", "other")):
        assert read(typed, LANES, words) == kept, typed
    assert read("green channel\n急事", MANY, words) == ["green", "急事"]
    with pytest.raises(Refused) as refused:
        read("slow", LANES, words)
    assert shown("green", LANES, words) in refused.value.sentence, "what may be chosen is told by its words"


def test_a_length_to_choose_keeps_its_own_words(founded, db):
    limits = FieldType.model_validate({"is": "limit", "of": {"7 days": {"zh": "每周"}, "1 month": {}}})
    assert [word for _value, word in asked_field("x", limits, Words("zh")).options] == ["每周", "1 个月"]
    assert [read(one, limits, Words("zh")) for one in ("每周", "1 个月", "7 days")] == ["7 days", "1 month", "7 days"]


def test_a_decision_table_and_what_it_granted_are_told_in_words(sign_in):
    reported(requested(1, at=small_city.NOW))
    for language, green, urgent in (("zh-hans", "绿色通道", "急事急办"), ("en", "green channel", "urgent")):
        page = text(sign_in("chen", language).get(LANE))
        given = page.partition('href="/cases/lane-market-1"')[2].partition("</tr>")[0]
        assert f"<strong>{green}</strong>" in page and f"<strong>{urgent}</strong>" in given
        assert "<strong>green</strong>" not in page
    sentences = text(sign_in("chen").get("/institutions/priority-lanes"))
    assert "通道 绿色通道" in sentences and "通道是急事急办" in sentences


def test_the_form_the_list_and_its_filter_speak_the_readers_language(sign_in):
    zhao = sign_in("zhao", "en")
    assert '<option value="政务">government</option>' in field_of(text(zhao.get(f"{CATALOGUE}/new")), "class")
    listed_in(zhao)
    page = text(zhao.get(CATALOGUE))
    assert '<option value="村务">village</option>' in page
    row = page[page.index("财政预算") :]
    assert "government" in row and "政务" not in row.partition("</tr>")[0]
    assert "财政预算" in text(zhao.get(f"{CATALOGUE}?is_class=政务"))


def test_an_english_form_is_typed_in_english_and_kept_as_the_text_has_it(sign_in):
    fields = {"subject": "抽检结果", "class": "Government", "owner": "market", "interval": "3 months", "legal_basis": "条例", "unit": "market"}  # fmt: skip
    assert entered(sign_in("zhao", "en"), CATALOGUE, **fields).fields["class"] == "政务"


def test_the_template_names_the_rows_of_a_table_or_says_it_is_a_choice(sign_in, monkeypatch):
    words = Words("zh")
    ticket = books(words.pack.digest, small_city.NOW.date())["ticket"]
    step = next(one for one in ticket.way.flow.steps if "service" in one.ask)

    def told():
        sheet = CalamineWorkbook.from_filelike(BytesIO(exchange.template(ticket, step))).get_sheet_by_name("填写说明")
        return {row[0]: row[2] for row in sheet.to_python()}

    names = [word for _value, word in choices_of("ticket", "service", words)]
    assert told()["业务"] == "、".join(names) and len(names) > 1
    assert told()["通道"] == "加急、优先、预约、普通"
    monkeypatch.setattr(exchange, "SHOWN", 1)
    assert told()["业务"] == "从系统给出的各项中选一项，写名称或编号"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_choice_of_the_texts_that_ship_is_shown_in_the_other_language(language):
    flows = load_pack("demo-city").rules.flows()
    called = {
        (kind, name, value): one.called(value, language)
        for kind, found in flows.items()
        for name, one in found[-1].fields.items()
        if one.is_ != "limit" and name not in ("medium", "stage")
        for value in one.of
    }
    assert len(called) > 150 and not {
        place for place, word in called.items() if bool(HAN.search(word)) != (language == "zh")
    }


def test_the_text_as_it_is_written_keeps_the_quotes_of_its_keys():
    assert plain({"急事": {"en": "urgent"}, "green": {}}) == '{ "急事" = { en = "urgent" }, green = {  } }'
