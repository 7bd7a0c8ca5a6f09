"""The sentence of a finding, in both languages: what was allowed and used, by when it was due, who answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.engine.told import history
from tests.engine.words import FLOW, log_of
from tests.reference.comparison import Custom, History, Text, engine_says
from yinuo.engine.explain import explain

WORDS = {"decided": "办结", "asked": "询问", "answered": "答复"}
LEVELS = [{"level": "warning", "share": 0.8}, {"level": "yellow", "late": 0}]
EXTEND = {
    "on": "extended",
    "by": {"field": "longer"},
    "needs": ["reason"],
    "max": "5 workdays",
    "if_void": "extension-void",
}


def sentences(log: History, *texts: Text) -> list[tuple[str, str]]:
    """Each finding's sentence in Chinese and in English, in order of time."""
    rules = replace(Custom().rules(texts), activities=WORDS)
    said = engine_says(log, texts, Custom())
    rows = said.findings.sort("raised_at").iter_rows(named=True)
    return [(explain(row, rules), explain(row, rules, lang="en")) for row in rows]


def promise(**raw: Any) -> Text:
    return Text.always("decide", "promise", zh="按时办结", en="Decide in time", on="accepted", until="decided", **raw)


def of_promise(events: list[Any], as_of: str, **raw: Any) -> list[tuple[str, str]]:
    return sentences(history(events, as_of), promise(**raw))


def of_rule(word: str, rule: str, **keys: Any) -> list[tuple[str, str]]:
    text = Text.always("rule", "constraint", zh="本条", en="This rule", level="broken", rule=rule, **keys)
    return sentences(log_of({"c": [(letter, {"actor": "王敏"}) for letter in word]}), FLOW, text)


@pytest.mark.holds("peer 55", "peer 60", shows="/cases/<id>")
def test_a_warning_says_what_is_left_to_do_and_a_lapse_what_was_missed() -> None:
    assert of_promise(["03-02 accepted"], "03-12", within="5 workdays", levels=LEVELS) == [
        (
            "按时办结：时限5个工作日，已用4个工作日，将于2026-03-09前办结，临近到期，由u承担。",
            "Decide in time: 4 of 5 working days used, due 2026-03-09, close to the limit, answered for by u.",
        ),
        (
            "按时办结：时限5个工作日，已用5个工作日，应于2026-03-09前办结，现已逾期，由u承担。",
            "Decide in time: 5 of 5 working days used, due 2026-03-09, now overdue, answered for by u.",
        ),
    ]


@pytest.mark.holds("peer 45", "peer 46", shows="/cases/<id>")
def test_what_was_paused_is_said_and_not_counted() -> None:
    events = ["03-02 accepted", "03-03 held", "03-05 released"]
    _, (zh, en) = of_promise(
        events, "03-20", within="5 workdays", levels=LEVELS, pause=[{"from": "held", "to": "released"}]
    )
    assert zh == "按时办结：时限5个工作日，已用5个工作日，暂停2个工作日不计，应于2026-03-11前办结，现已逾期，由u承担。"
    assert en == (
        "Decide in time: 5 of 5 working days used, 2 working days paused and not counted, due 2026-03-11, now overdue, "
        "answered for by u."
    )


@pytest.mark.parametrize(
    ("limit", "zh", "en"),
    [
        ("24 hours", "时限24小时，已用24小时，应于2026-03-03 12:00前办结", "24 of 24 hours used, due 2026-03-03 12:00"),
        ("2 weeks", "时限14日，已用14日，应于2026-03-16前办结", "14 of 14 days used, due 2026-03-16"),
        ("1 month", "时限31日，已用31日，应于2026-04-02前办结", "31 of 31 days used, due 2026-04-02"),
        ("3 half-workdays", "时限3个半日，已用3个半日，应于2026-03-03前办结", "3 of 3 half working days used, due 2026-03-03"),
        ("2 office hours", "时限2办公小时，已用2办公小时，应于2026-03-02 16:00前办结", "2 of 2 office hours used, due 2026-03-02 16:00"),
    ],
)  # fmt: skip
def test_each_unit_has_its_words(limit: str, zh: str, en: str) -> None:
    found = of_promise(["03-02 accepted"], "04-22", within=limit, levels=[LEVELS[1]])
    assert found == [(f"按时办结：{zh}，现已逾期，由u承担。", f"Decide in time: {en}, now overdue, answered for by u.")]


MOVED = Text.always(
    "permit", "flow", opens="accepted", ends=["closed"], holder={"accepted": "unit", "moved": "unit", "named": "actor"}
)


def in_hands(within: str, conventions: dict[str, str], events: list[Any], **raw: Any) -> str:
    """How the sentence about a lapse ends, in English, when the case went from hand to hand."""
    log = history([("03-07 09:00 accepted", {"unit": "hall"}), *events], "04-22")
    texts = [MOVED, promise(within=within, levels=[LEVELS[1]], **raw)]
    (row,) = engine_says(log, texts, Custom(conventions)).findings.iter_rows(named=True)
    return explain(row, Custom().rules(texts), lang="en").partition("answered for by ")[2]


FIRE, LAND = ("03-10 15:00 moved", {"unit": "fire"}), ("03-12 09:00 moved", {"unit": "land"})


@pytest.mark.parametrize(
    ("within", "conventions", "hands"),
    [
        ("5 workdays", {}, "hall for 2 working days and fire for 2 working days and land for 1 working day"),
        ("5 workdays", {"rest_day_start": "as_next_workday"},
         "hall for 1 working day and fire for 2 working days and land for 2 working days"),
        ("7 days", {"first_day": "included"}, "hall for 4 days and fire for 2 days and land for 1 day"),
        ("24 office hours", {}, "hall for 11.5 office hours and fire for 10 office hours and land for 2.5 office hours"),
        ("130 hours", {}, "hall for 3.2 days and fire for 1.8 days and land for 0.4 days"),
    ],
)  # fmt: skip
def test_of_a_case_that_went_from_hand_to_hand_it_is_said_who_held_it_how_long(
    within: str, conventions: dict[str, str], hands: str
) -> None:
    assert in_hands(within, conventions, [FIRE, LAND]) == f"land, in the hands of {hands}."


def test_who_held_it_twice_is_named_once_and_who_held_it_for_nothing_not_at_all() -> None:
    back = ("03-12 10:00 moved", {"unit": "hall"})
    assert in_hands("5 workdays", {}, [FIRE, LAND, back]).endswith(
        "of hall for 3 working days and fire for 2 working days."
    )
    assert in_hands("5 workdays", {}, [("03-07 15:00 moved", {"unit": "fire"})]) == "fire."


def test_a_person_without_a_unit_and_a_pause_are_told_as_they_were() -> None:
    named = ("03-10 15:00 named", {"unit": None, "actor": "王敏"})
    events = [named, "03-11 09:00 held", "03-12 09:00 released"]
    told = in_hands("5 workdays", {}, events, pause=[{"from": "held", "to": "released"}])
    assert told.endswith("in the hands of hall for 2 working days and 王敏 for 4 working days.")


def test_an_ordered_date_is_named() -> None:
    ordered = [("03-02 accepted", {"by": date(2026, 3, 9)})]
    ((zh, en),) = of_promise(ordered, "04-22", due_on="by", levels=[LEVELS[1]])
    assert "应于2026-03-09前办结，现已逾期" in zh
    assert "due 2026-03-09, now overdue" in en


def test_without_anybody_to_answer_nobody_is_named() -> None:
    ((zh, en),) = of_promise([("03-02 accepted", {"unit": None})], "04-22", within="5 workdays", levels=[LEVELS[1]])
    assert zh.endswith("现已逾期。")
    assert en.endswith("now overdue.")


@pytest.mark.parametrize(
    ("events", "zh", "en"),
    [
        (
            [("03-06 extended", {"longer": "5 workdays", "reason": None})],
            "缺少必填内容“reason”",
            "it lacked “reason”",
        ),
        (
            [("03-06 extended", {"longer": "6 workdays", "reason": "x"})],
            "超过允许的长度",
            "it was longer than allowed",
        ),
        (
            [("03-06 extended", {"longer": "6 hours", "reason": "x"})],
            "单位与原时限不同，或没有写明长度",
            "it had no length in the unit of the limit",
        ),
        (
            [("03-10 extended", {"longer": "1 workday", "reason": "x"})],
            "在到期之后才批准",
            "it was granted after the limit had run out",
        ),
        (
            [("03-06 extended", {"longer": "1 workday", "reason": "x"}), ("03-09 extended", {"longer": "1 workday", "reason": "x"})],
            "超过允许的次数",
            "it was one more than allowed",
        ),
    ],
)  # fmt: skip
def test_a_void_extension_says_why(events: list[Any], zh: str, en: str) -> None:
    told = ["03-02 accepted", *events]
    expected = (f"按时办结：延期无效，{zh}。", f"Decide in time: the extension is void, {en}.")
    assert of_promise(told, "03-12", within="5 workdays", extend=EXTEND) == [expected]


PAIR = {"first": "asked", "then": "answered"}
BOTH = {"one": "asked", "other": "answered"}


@pytest.mark.holds("peer 62", shows="/cases/<id>")
@pytest.mark.parametrize(
    ("word", "rule", "keys", "zh", "en"),
    [
        ("a.", "absence", {"event": "asked"}, "“询问”不应发生", "“asked” must not happen"),
        ("aa", "absence", {"event": "asked", "max": 1}, "“询问”超过允许的次数", "“asked” happened more often than allowed"),
        ("a", "absence", {"event": {"event": "asked", "actor": "王敏"}}, "“询问”不符合本条规定", "“asked” is not allowed in this way"),
        ("ab", "not_coexistence", {**BOTH, "same": ["actor"]}, "“询问”与“答复”不得由同一人办理", "“asked” and “answered” may not be done by the same person"),
        ("aa", "exactly", {"event": "asked", "max": 1}, "“询问”的次数与规定不符", "“asked” did not happen the number of times required"),
        ("ba", "init", {"event": "asked"}, "第一步不是规定的事项，而是“答复”", "the case began with “answered”"),
        (".", "end", {"event": "withdrawn"}, "办结的方式不符合规定：“办结”", "the case ended with “decided”"),
        (".", "choice", BOTH, "规定的两项都没有发生", "neither of the two things required happened"),
        ("ab", "exclusive_choice", BOTH, "两项只能择一：“询问”与“答复”", "only one of “asked” and “answered” may happen"),
        ("ab", "not_coexistence", BOTH, "“询问”与“答复”不得并存", "“asked” and “answered” may not both happen"),
        ("b", "precedence", PAIR, "“答复”之前缺少规定的前置事项", "“answered” came without what must come first"),
        ("ab", "not_succession", PAIR, "“询问”之后不得再“答复”", "“answered” may not follow “asked”"),
        ("ab", "not_chain_succession", PAIR, "“询问”之后不得紧接“答复”", "“answered” may not directly follow “asked”"),
    ],
)  # fmt: skip
def test_a_broken_rule_says_what_happened_and_who_did_it(
    word: str, rule: str, keys: dict[str, Any], zh: str, en: str
) -> None:
    assert of_rule(word, rule, **keys) == [(f"本条：{zh}（经办：王敏）。", f"This rule: {en} (by 王敏).")]


EVERY = [
    *((rule, word, PAIR) for rule in (
        "precedence", "response", "succession", "not_succession", "alternate_response", "alternate_precedence",
        "alternate_succession", "chain_response", "chain_precedence", "chain_succession", "not_chain_succession",
    ) for word in ("b.", "a.", "ba.", "aab.", "abb.")),
    *((rule, word, BOTH) for rule in ("responded_existence", "coexistence", "not_coexistence", "choice", "exclusive_choice")
      for word in ("a.", "b.", "ab.", "x.")),
    *((rule, word, {"event": "asked"}) for rule in ("existence", "absence", "init") for word in ("a.", "x.")),
    ("exactly", "a.", {"event": "asked", "max": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "word", "keys"), EVERY, ids=[f"{rule}-{word}" for rule, word, _ in EVERY])
def test_every_rule_has_a_sentence_of_its_own(rule: str, word: str, keys: dict[str, Any]) -> None:
    for zh, en in of_rule(word, rule, **keys):
        assert "违反本条" not in zh and "—" not in zh
        assert "breaks this rule" not in en and "—" not in en
        assert "“办结”的次数" not in zh


def test_what_was_said_before_an_extension_stays_as_it_was() -> None:
    extended = ("03-09 extended", {"longer": "5 workdays", "reason": "x"})
    first, _ = of_promise(["03-02 accepted", extended], "03-13", within="5 workdays", levels=LEVELS, extend=EXTEND)
    assert first[0] == "按时办结：时限5个工作日，已用4个工作日，将于2026-03-09前办结，临近到期，由u承担。"


def test_used_is_rounded_like_a_person_would() -> None:
    found = of_promise(["03-02 09:00 accepted"], "03-12", within="90 office minutes", levels=[LEVELS[1]])
    assert found[0][0].startswith("按时办结：时限90办公分钟，已用90办公分钟，应于2026-03-02 10:30前办结")
