"""Where a constraint is read (after, before, while, thread), which two events belong together, how far apart, and what excuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.told import at, history
from tests.engine.words import FLOW, Letters, accused, accused_of
from tests.reference.comparison import Custom, Text, engine_says

PAIR = {"first": "asked", "then": "answered"}
BOTH = {"one": "asked", "other": "answered"}
ASKED = {"event": "asked"}
HELD = {"while": {"from": "held", "to": "released"}}


def by(letter: str, actor: str | None, **fields: str) -> tuple[str, dict[str, Any]]:
    return letter, {"actor": actor, **fields}


@pytest.mark.parametrize(
    ("rule", "keys", "word", "places"),
    [
        # after: from the first such event on, without it
        ("absence", ASKED | {"after": "opened"}, "aoa.", [2]),
        ("absence", ASKED | {"after": "opened"}, "aaoo.", []),
        ("absence", ASKED | {"after": "asked"}, "axa.", [2]),
        ("absence", ASKED | {"after": "opened", "max": 1}, "aoaa.", [3]),
        ("exactly", ASKED | {"after": "opened", "max": 1}, "aoa.", []),
        ("exactly", ASKED | {"after": "opened", "max": 1}, "ao.", [2]),
        ("exactly", ASKED | {"after": "opened", "max": 1}, "x.", []),
        ("existence", ASKED | {"after": "opened"}, "ao.", [2]),
        ("existence", ASKED | {"after": "opened"}, "oa.", []),
        ("existence", ASKED | {"after": "opened"}, "x.", []),
        ("choice", BOTH | {"after": "opened"}, "ao.", [2]),
        ("choice", BOTH | {"after": "opened"}, "ob.", []),
        ("choice", BOTH | {"after": "opened"}, "x.", []),
        ("exclusive_choice", BOTH | {"after": "opened"}, "aob.", []),
        ("exclusive_choice", BOTH | {"after": "opened"}, "oab.", [2]),
        ("precedence", PAIR | {"after": "opened"}, "aob.", [2]),
        ("response", PAIR | {"after": "opened"}, "ao.", []),
        ("response", PAIR | {"after": "opened"}, "oa.", [2]),
        ("responded_existence", BOTH | {"after": "opened"}, "boa.", [3]),
        ("coexistence", BOTH | {"after": "opened"}, "ao.", []),
        ("not_succession", PAIR | {"after": "opened"}, "aob.", []),
        ("not_succession", PAIR | {"after": "opened"}, "oab.", [2]),
        ("alternate_precedence", PAIR | {"after": "opened"}, "boab.", []),
        ("chain_precedence", PAIR | {"after": "opened"}, "aob.", [2]),
        # before: until the first such event, without it
        ("absence", ASKED | {"before": "opened"}, "aoa.", [0]),
        ("absence", ASKED | {"before": "asked"}, "xaa.", []),
        ("existence", ASKED | {"before": "opened"}, "ao.", []),
        ("existence", ASKED | {"before": "opened"}, "oa.", [2]),
        ("existence", ASKED | {"before": "opened"}, "xa.", []),
        ("exactly", ASKED | {"before": "opened", "max": 1}, "aoa.", []),
        ("choice", BOTH | {"before": "opened"}, "oab.", [3]),
        ("precedence", PAIR | {"before": "opened"}, "ob.", []),
        ("response", PAIR | {"before": "opened"}, "aob.", [3]),
        ("response", PAIR | {"before": "opened"}, "oa.", []),
        ("coexistence", BOTH | {"before": "opened"}, "aob.", [3]),
        ("chain_precedence", PAIR | {"before": "opened"}, "aob.", []),
        ("alternate_precedence", PAIR | {"before": "opened"}, "abob.", []),
        # after and before together
        ("absence", ASKED | {"after": "held", "before": "released"}, "ahara.", [2]),
        # while: from an event to the first end after it, without either
        ("absence", ASKED | HELD, "ahara.", [2]),
        ("absence", ASKED | HELD, "arh.", []),
        ("absence", ASKED | HELD, "ha", [1]),
        ("absence", ASKED | HELD, "harahxar.", [1, 6]),
        ("absence", {"event": "held"} | HELD, "hr.", []),
        ("precedence", PAIR | HELD, "ahb.", [2]),
        ("precedence", PAIR | HELD, "hab.", []),
        ("precedence", PAIR | HELD, "hrb.", []),
        ("not_succession", PAIR | HELD, "habr.", [2]),
        ("not_coexistence", BOTH | HELD, "ahbr.", []),
    ],
)  # fmt: skip
def test_the_scope(rule: str, keys: dict[str, Any], word: str, places: list[int]) -> None:
    assert accused(word, rule=rule, **keys) == places


@pytest.mark.parametrize(
    ("rule", "keys", "word", "places"),
    [
        ("absence", {"event": "released"} | HELD, "hr.", []),
        ("absence", ASKED | HELD | {"max": 1}, "harhar.", []),
        ("absence", ASKED | HELD | {"max": 1}, "harhaar.", [5]),
        ("existence", ASKED | HELD, "x.", []),
        ("existence", ASKED | HELD, "harhr.", [5]),
        ("existence", ASKED | HELD, "harhar.", []),
        ("choice", BOTH | HELD, "x.", []),
        ("response", PAIR | HELD, "harb.", [4]),
        ("precedence", PAIR | HELD, "harhbr.", [4]),
        ("not_succession", PAIR | HELD, "harhbr.", []),
        ("not_coexistence", BOTH | HELD, "harhbr.", []),
        ("chain_precedence", PAIR | HELD, "harhbr.", [4]),
    ],
)  # fmt: skip
def test_each_stretch_of_while_is_a_scope_of_its_own(
    rule: str, keys: dict[str, Any], word: str, places: list[int]
) -> None:
    assert accused(word, rule=rule, **keys) == places


def test_while_ends_at_the_end_that_matches() -> None:
    keys = ASKED | {"while": {"from": "held", "to": "released", "match": {"order": "order"}}}
    letters = [by("h", None, order="1"), by("r", None, order="2"), "a", by("r", None, order="1"), "a", "."]
    assert accused(letters, rule="absence", **keys) == [2]


WANG, LI, NOBODY = by("b", "wang"), by("b", "li"), by("b", None)
SAME, DIFFER = {"same": ["actor"]}, {"differ": ["actor"]}


@pytest.mark.parametrize(
    ("rule", "then", "places"),
    [
        ("precedence", {"same": [WANG], "differ": [LI]}, []),
        ("precedence", {"same": [LI], "differ": [WANG]}, [1]),
        ("precedence", {"same": [NOBODY], "differ": [NOBODY]}, [1]),
        ("response", {"same": [WANG], "differ": [LI]}, []),
        ("response", {"same": [LI], "differ": [WANG]}, [2]),
        ("response", {"same": [LI, WANG], "differ": [WANG, LI]}, []),
        ("response", {"same": [NOBODY], "differ": [NOBODY]}, [2]),
        ("not_succession", {"same": [WANG], "differ": [LI]}, [1]),
        ("not_succession", {"same": [LI], "differ": [WANG]}, []),
        ("not_coexistence", {"same": [WANG], "differ": [LI]}, [1]),
        ("not_coexistence", {"same": [LI], "differ": [WANG]}, []),
        ("exclusive_choice", {"same": [WANG], "differ": [LI]}, [1]),
        ("exclusive_choice", {"same": [LI], "differ": [WANG]}, []),
        ("alternate_precedence", {"same": [WANG], "differ": [LI]}, []),
        ("alternate_precedence", {"same": [LI], "differ": [WANG]}, [1]),
        ("alternate_response", {"same": [WANG], "differ": [LI]}, []),
        ("alternate_response", {"same": [LI], "differ": [WANG]}, [2]),
        ("chain_precedence", {"same": [WANG], "differ": [LI]}, []),
        ("chain_precedence", {"same": [LI], "differ": [WANG]}, [1]),
        ("not_chain_succession", {"same": [WANG], "differ": [LI]}, [1]),
        ("not_chain_succession", {"same": [LI], "differ": [WANG]}, []),
        ("responded_existence", {"same": [WANG], "differ": [LI]}, []),
        ("responded_existence", {"same": [LI], "differ": [WANG]}, [2]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("how", ["same", "differ"])
def test_only_events_with_equal_or_different_fields_belong_together(
    rule: str, then: dict[str, Letters], places: list[int], how: str
) -> None:
    letters = [by("a", "wang"), *then[how], "."]
    expected = [place + len(letters) - 3 if place == 2 else place for place in places]
    ordered = rule not in {"not_coexistence", "exclusive_choice", "responded_existence"}
    keys = (PAIR if ordered else BOTH) | {how: ["actor"]}
    assert accused(letters, rule=rule, **keys) == expected


def test_coexistence_with_the_same_field_asks_it_of_each_value() -> None:
    keys = BOTH | SAME
    assert accused([by("a", "wang"), by("b", "wang"), "."], rule="coexistence", **keys) == []
    assert accused([by("a", "wang"), by("b", "li"), "."], rule="coexistence", **keys) == [2]
    assert accused([by("b", "li"), by("a", "wang"), by("a", "li"), "."], rule="coexistence", **keys) == [3]


@pytest.mark.parametrize(
    ("rule", "keys", "letters", "places"),
    [
        ("absence", {"max": 1}, [by("a", "wang"), by("a", "wang"), by("a", "li"), by("a", "wang"), "."], [2]),
        ("absence", {"max": 1}, [by("a", "wang"), by("a", None), by("a", "wang"), "."], []),
        ("absence", {"max": 1}, [by("a", "wang"), by("a", "li"), by("a", "li"), "."], [1, 2]),
        ("existence", {"min": 2}, [by("a", "wang"), by("a", "li"), "."], []),
        ("existence", {"min": 2}, [by("a", "wang"), by("a", "wang"), "."], [2]),
        ("existence", {"min": 2}, [by("a", "wang"), by("a", None), "."], [2]),
        ("exactly", {"max": 2}, [by("a", "wang"), by("a", "wang"), by("a", "li"), "."], []),
        ("exactly", {"max": 2}, [by("a", "wang"), by("a", "wang"), "."], [2]),
    ],
)  # fmt: skip
def test_distinct_counts_values_and_not_events(
    rule: str, keys: dict[str, Any], letters: Letters, places: list[int]
) -> None:
    assert accused(letters, rule=rule, event="asked", distinct="actor", **keys) == places


def test_a_number_may_be_a_field_and_a_null_one_asks_nothing_more_than_the_default() -> None:
    keys = ASKED | {"max": {"field": "allowed"}}
    assert accused([("a", {"allowed": 2}), "a", "a", "."], rule="absence", **keys) == [2]
    assert accused([("a", {"allowed": 1}), "a", "."], rule="absence", **keys) == [1]


def findings(events: list[Any], **raw: Any) -> list[str]:
    """The accused of one case told with dates, as "03-12 answered"."""
    log = history(events, "12-31 23:00")
    said = engine_says(log, [FLOW, Text.always("rule", "constraint", level="broken", **raw)], Custom())
    by_id = {
        row["event_id"]: text if isinstance(text, str) else text[0]
        for row, text in zip(log.events, events, strict=True)
    }
    assert said.findings["raised_at"].to_list() == [at(by_id[one].rsplit(" ", 1)[0]) for one in said.findings["opener"]]
    return [by_id[one] for one in said.findings["opener"]]


GAPS = [
    ("20 minutes", "03-02 09:00", "03-02 09:20", "03-02 09:20:00.000001"),
    ("24 hours", "03-06 16:00", "03-07 16:00", "03-07 16:00:01"),
    ("2 office hours", "03-06 16:30", "03-09 09:30", "03-09 09:30:01"),
    ("90 office minutes", "03-06 11:30", "03-06 15:00", "03-06 15:00:01"),
    ("0 days", "03-06 09:00", "03-06 23:59:59", "03-07 00:00"),
    ("3 days", "03-06 23:59", "03-09 00:01", "03-10 00:00"),
    ("3 workdays", "03-06 09:00", "03-11 23:59:59", "03-12 00:00"),
    ("5 workdays", "02-11 09:00", "02-25 23:59:59", "02-26 00:00"),
    ("2 weeks", "03-06 09:00", "03-20 23:59:59", "03-21 00:00"),
    ("1 month", "01-31 09:00", "02-28 23:59:59", "03-01 00:00"),
    ("1 month", "2024-01-31 09:00", "2024-02-29 23:59:59", "2024-03-01 00:00"),
    ("6 months", "03-31 09:00", "09-30 23:59:59", "10-01 00:00"),
    ("1 year", "2024-02-29 09:00", "2025-02-28 23:59:59", "2025-03-01 00:00"),
    ("3 years", "2022-03-04 09:00", "2025-03-04 23:59:59", "2025-03-05 00:00"),
]


@pytest.mark.parametrize(("length", "first", "still", "beyond"), GAPS, ids=[f"{gap[0]} from {gap[1]}" for gap in GAPS])
def test_at_most_apart(length: str, first: str, still: str, beyond: str) -> None:
    gap = {"gap": {"max": length}}
    for then, too_far in ((still, False), (beyond, True)):
        events = [f"{first} asked", f"{then} answered"]
        assert findings(events, rule="precedence", **PAIR, **gap) == (events[1:] if too_far else [])
        assert findings(events, rule="not_succession", **PAIR, **gap) == ([] if too_far else events[1:])


@pytest.mark.parametrize(
    ("length", "first", "before", "enough"),
    [
        ("20 minutes", "03-02 09:00", "03-02 09:19:59", "03-02 09:20"),
        ("24 hours", "03-06 16:00", "03-07 15:59:59", "03-07 16:00"),
        ("2 office hours", "03-06 16:30", "03-09 09:29:59", "03-09 09:30"),
        ("1 day", "03-06 09:00", "03-06 23:59:59", "03-07 00:00"),
        ("3 workdays", "03-06 09:00", "03-10 23:59:59", "03-11 00:00"),
        ("2 weeks", "03-06 09:00", "03-19 23:59:59", "03-20 00:00"),
        ("1 month", "01-31 09:00", "02-27 23:59:59", "02-28 00:00"),
        ("1 year", "2024-02-29 09:00", "2025-02-27 23:59:59", "2025-02-28 00:00"),
    ],
)  # fmt: skip
def test_at_least_apart(length: str, first: str, before: str, enough: str) -> None:
    gap = {"gap": {"min": length}}
    for then, too_near in ((before, True), (enough, False)):
        events = [f"{first} asked", f"{then} answered"]
        assert findings(events, rule="precedence", **PAIR, **gap) == (events[1:] if too_near else [])


def test_the_gap_is_asked_of_the_latest_first_that_fits() -> None:
    gap = {"gap": {"min": "3 days"}}
    assert findings(["03-01 asked", "03-05 asked", "03-06 answered"], rule="precedence", **PAIR, **gap) == [
        "03-06 answered"
    ]
    wang, li = {"actor": "wang"}, {"actor": "li"}
    told = [("03-01 asked", wang), ("03-05 asked", li), ("03-06 answered", wang)]
    assert findings(told, rule="precedence", **PAIR, **gap, same=["actor"]) == []


@pytest.mark.parametrize(
    ("window", "third", "accused_"),
    [
        ("48 hours", "03-04 09:00", []),
        ("48 hours", "03-04 08:59:59", ["03-04 08:59:59 asked"]),
        ("2 days", "03-04 09:00", []),
        ("2 days", "03-04 08:59:59", ["03-04 08:59:59 asked"]),
        ("1 month", "04-02 09:00", []),
        ("1 month", "04-02 08:59:59", ["04-02 08:59:59 asked"]),
        ("1 year", "2027-03-02 09:00", []),
        ("10 workdays", "03-16 09:00", []),
        ("10 workdays", "03-16 08:59:59", ["03-16 08:59:59 asked"]),
    ],
)  # fmt: skip
def test_a_rolling_window_is_open_at_its_beginning(window: str, third: str, accused_: list[str]) -> None:
    events = ["03-02 09:00 asked", "03-02 10:00 asked", f"{third} asked"]
    assert findings(events, rule="absence", event="asked", max=2, rolling=window) == accused_


def test_a_rolling_window_accuses_again_only_after_it_fell_back() -> None:
    events = [f"03-{day:02} asked" for day in (1, 2, 3, 4, 20, 21, 22)]
    assert findings(events, rule="absence", event="asked", max=2, rolling="5 days") == ["03-03 asked", "03-22 asked"]


@pytest.mark.parametrize(
    ("rule", "keys", "word", "places"),
    [
        ("absence", ASKED, "sa.", []),
        ("absence", ASKED, "saa.", [2]),
        ("absence", ASKED, "as.", [0]),
        ("absence", ASKED, "ssaa.", [3]),
        ("absence", ASKED, "sasa.", []),
        ("absence", ASKED | {"max": 1}, "asaa.", [3]),
        ("exactly", ASKED | {"max": 1}, "asaa.", [3]),
        ("existence", ASKED, "s.", []),
        ("response", PAIR, "as.", []),
        ("alternate_precedence", PAIR, "absbb.", [4]),
        ("chain_precedence", PAIR, "sbb.", [2]),
        ("precedence", PAIR, "sbb.", [2]),
        ("choice", BOTH, "s.", []),
        ("exclusive_choice", BOTH, "asb.", []),
    ],
)  # fmt: skip
def test_an_excuse_holds_for_the_next_violation_only(
    rule: str, keys: dict[str, Any], word: str, places: list[int]
) -> None:
    assert accused(word, rule=rule, **keys, unless="special") == places


def test_an_excuse_may_ask_for_the_same_field() -> None:
    unless = {"event": "special", "same": ["actor"]}
    assert accused([by("s", "wang"), by("a", "wang"), "."], rule="absence", event="asked", unless=unless) == []
    assert accused([by("s", "li"), by("a", "wang"), "."], rule="absence", event="asked", unless=unless) == [1]


HERE = {"place": "here"}


@pytest.mark.parametrize(
    ("rule", "keys", "words", "guilty"),
    [
        ("absence", ASKED | {"max": 1}, {"one": "axx.", "two": "xa."}, {"one": [], "two": [1]}),
        ("precedence", PAIR, {"one": "a.", "two": "xb."}, {"one": [], "two": []}),
        ("precedence", PAIR, {"one": "xa.", "two": "b."}, {"one": [], "two": [0]}),
        ("not_succession", PAIR, {"one": "a.", "two": "xb."}, {"one": [], "two": [1]}),
        ("not_coexistence", BOTH, {"one": "xa.", "two": "b."}, {"one": [1], "two": []}),
        ("alternate_precedence", PAIR, {"one": "ab.", "two": "xxb."}, {"one": [], "two": [2]}),
        ("chain_precedence", PAIR, {"one": "ab.", "two": "xxb."}, {"one": [], "two": [2]}),
        ("not_chain_succession", PAIR, {"one": "a.", "two": "xb."}, {"one": [], "two": [1]}),
    ],
)  # fmt: skip
def test_a_thread_may_run_across_cases(
    rule: str, keys: dict[str, Any], words: dict[str, str], guilty: dict[str, list[int]]
) -> None:
    here: dict[str, Letters] = {name: [(letter, HERE) for letter in word] for name, word in words.items()}
    assert accused_of(here, rule=rule, thread=["place"], **keys) == guilty


def test_cases_of_another_place_and_of_no_known_place_are_in_no_thread_of_this_one() -> None:
    words: dict[str, Letters] = {
        "one": [("a", HERE), "."],
        "two": [("x", HERE), ("b", {"place": "there"}), "."],
        "three": "xxb.",
    }
    assert accused_of(words, rule="not_succession", thread=["place"], **PAIR) == {"one": [], "two": [], "three": []}
