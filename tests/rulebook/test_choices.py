"""What there is to choose from stands in the text with its words; what is required does not change with a word."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.rulebook.conftest import Town
from tests.rulebook.test_books import BOOK, REFUSED, TABLE, sentences, with_book
from tests.rulebook.test_diff import said
from yinuo.engine.clauses.flow import FieldType
from yinuo.engine.clauses.register import Register
from yinuo.rulebook.diff import difference
from yinuo.rulebook.loader import Pack
from yinuo.rulebook.schema import schemas
from yinuo.rulebook.spelling import spelt_out

LIST = 'of = ["红", "蓝"]'
WORDED = 'of = { "红" = { zh = "大红", en = "red" }, "蓝" = { en = "Blue" }, "绿" = {} }'


def colour(pack: Pack) -> FieldType:
    """The choice of a letter's flow."""
    return pack.rules.flows()["letter"][-1].fields["colour"]


def test_a_table_of_choices_keeps_their_order_and_has_a_word_in_each_language(town: Town):
    town.policy(LIST, WORDED)
    assert not town.problems()
    found = colour(town.load())
    assert found.of == ("红", "蓝", "绿")
    assert [found.called(one, "zh") for one in found.of] == ["大红", "蓝", "绿"]
    assert [found.called(one, "en") for one in found.of] == ["red", "Blue", "绿"]
    assert len({found, colour(town.load())}) == 1
    assert [found.meant(one) for one in ("大红", "RED", "blue", "绿", "黄")] == ["红", "红", "蓝", "绿", "黄"]


def test_a_list_of_choices_means_what_it_meant(town: Town):
    found = colour(town.load())
    assert (found.of, found.words, found.called("红", "en"), found.meant("红")) == (("红", "蓝"), {}, "红", "红")


def test_an_entry_of_a_register_is_a_case_whose_choices_have_the_same_words(town: Town):
    town.add(BOOK.replace('of = ["一般", "重大"]', 'of = { "一般" = {}, "重大" = { en = "grave" } }'))
    pack = town.load()
    own = next(one.edition.clause for one in pack.institutions["letters"].statements if one.id == "site")
    assert isinstance(own, Register)
    made = pack.rules.flows()["letters/site"][-1].fields["grade"]
    assert own.fields["grade"].words == made.words and made.called("重大", "en") == "grave"
    spelt = list(spelt_out(pack))
    assert any("grave" in part for part in spelt) and all(tomllib.loads(part)["version"] for part in spelt)


@pytest.mark.parametrize(
    ("new", "message", "remedy"),
    [
        ('of = { "红" = { english = "red" }, "蓝" = {} }', 'unknown key "english"', ""),
        ('of = { "红" = "red" }', "'red' is no word of \"红\"", ""),
        ('of = "红"', "'红' is nothing to choose from", ""),
        ("of = {}", 'the choice "colour" has no words', "names them"),
        ('of = { "红" = { en = "red" }, "蓝" = { en = "Red" } }', '"红" and "蓝" are both called "red"', "a word of its own"),
        ('of = { "红" = { zh = "蓝" }, "蓝" = { zh = "红" } }', "are both called", "a word of its own"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_it_is_told_with_its_line(town: Town, new: str, message: str, remedy: str):
    town.policy(LIST, new)
    found = [one for one in town.problems() if message in one.message]
    assert found, [str(one) for one in town.problems()]
    text = town.files["institutions/letters/policy.toml"].splitlines()
    assert new in text[found[0].line - 1] and remedy in found[0].remedy


def test_a_value_that_is_no_choice_is_refused_as_it_was(town: Town):
    town.policy(LIST, WORDED)
    town.policy('for = { kind = "letter" }', 'for = { kind = "letter", colour = "red" }')
    assert any("'red' is no choice" in one.message for one in town.problems()), "conditions are written in values"


def test_a_new_word_changes_nothing_that_is_required(town: Town, tmp_path: Path):
    worded = Town(tmp_path / "worded" / "town")
    worded.policy(LIST, WORDED)
    found = difference(said(town), said(worded))
    assert (found.cases(), found.clocks.height, found.findings.height) == (0, 0, 0)


def test_a_refusal_says_what_is_wanted_and_what_stands_there_by_their_words(town: Town):
    town.policy(LIST, WORDED)
    town.files["institutions/letters/stories.toml"] = REFUSED
    zh, en = sentences(with_book(town, TABLE))[0]
    assert "应为大红，现为蓝" in zh and "must be red and is Blue" in en


def test_an_editor_is_offered_the_words():
    parts = schemas()["policy"]["$defs"]
    assert parts["ChoiceWord"]["properties"].keys() == {"zh", "en"}
    assert all("of" in parts[name]["properties"] for name in ("FieldType", "RegisterField"))
