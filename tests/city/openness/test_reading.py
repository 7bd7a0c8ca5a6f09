"""Every clause of the text can be read out, to residents and to those who work by it, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

import pytest
from django.utils import translation

from tests.city.openness.gazette import read
from yinuo.city.pages.reading import Reader
from yinuo.city.pages.words import Words
from yinuo.engine.clauses.constraint import Constraint, Template

FULL_WIDTH = re.compile("[：，；。（）、！？]")


def said(language: str) -> Iterator[tuple[str, str]]:
    with translation.override(language):
        words = Words()
        reader = Reader(words)
        for ruling in words.rules.rulings:
            for edition in ruling.editions:
                for sentence in reader.sentences(edition.clause):
                    yield ruling.name, sentence


def test_every_clause_has_its_sentences_and_english_ones_have_no_chinese_marks(town):
    told = list(said("zh"))
    assert {name for name, _sentence in told} >= {
        "consultation/consultation.opine",
        "joint-acceptance/joint-acceptance.inspect",
    }
    english = list(said("en"))
    assert any("on city portal, city gazette." in sentence for _name, sentence in english), "media have words too"
    assert [one for one in english if FULL_WIDTH.search(one[1])] == []


def test_residents_read_how_many_must_agree_and_who_may_veto(town):
    said = read("/open/institutions/consultation")[2]
    assert "过半数“会商同意”，才可以“会商作出结论”。 ecology不同意，即为否决。 要等各方都答复。 违反的：红牌。" in said
    said = read("/open/institutions/joint-acceptance")[2]
    assert "各方都“分项验收通过”，才可以“出具联合验收意见”。 要等各方都答复。" in said


VOTES = [
    ({"needs": "any"}, ["有一方“同意”，就可以“核销”。"], ["“closed” takes “agreed” of one of those asked."]),
    (
        {"needs": 2, "veto": True},
        ["至少2方“同意”，才可以“核销”。", "任何一方不同意，即为否决。"],
        ["“closed” takes “agreed” of at least 2 of those asked.", "Whoever objects vetoes it."],
    ),
    (
        {"needs": "2/3", "wait": True, "veto": ["market"]},
        ["至少有2/3的单位“同意”，才可以“核销”。", "市市场监督管理局不同意，即为否决。", "要等各方都答复。"],
        ["“closed” takes “agreed” of at least a share of 2/3 of those asked.", "Vetoed by an objection of: market regulation bureau.", "All are heard first."],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("vote", "zh", "en"), VOTES)
def test_a_vote_is_told_as_it_is_counted(town, vote, zh, en):
    step = {"id": "answer", "does": ["agreed", "objected"], "each": "asked", "sign": {"yes": ["agreed"], **vote}}
    clause = rule("countersigned", signed=step, then=["closed"])
    for language, wanted in (("zh", zh), ("en", en)):
        with translation.override(language):
            assert Reader(Words()).sentences(clause)[: len(wanted)] == wanted


@pytest.mark.parametrize("template", sorted({*get_args(Template)} - {"countersigned"}))
def test_every_rule_there_is_can_be_told(town, template):
    assert Reader(Words()).sentences(rule(template))[0].endswith("。")


def rule(template, **given):
    return Constraint.model_validate({"zh": "规则", "rule": template, "level": "yellow", **given})
