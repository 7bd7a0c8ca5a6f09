"""Every Declare template over every short word, against the regular expressions of the literature and against time itself.

The expressions are those by which Declare templates are commonly defined over finite traces (Di Ciccio and Mecella, 2015).
Chains look only at the activities they name (grammar 2.5), so other letters are left out of a word before it is matched.
"""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest

from tests.engine.words import accused, accused_of

PAIR = {"first": "asked", "then": "answered"}
BOTH = {"one": "asked", "other": "answered"}
ASKED = {"event": "asked"}
TEMPLATES: list[tuple[str, dict[str, Any], str]] = [
    ("existence", ASKED, ".*a.*"),
    ("existence", ASKED | {"min": 2}, ".*a.*a.*"),
    ("absence", ASKED, "[^a]*"),
    ("absence", ASKED | {"max": 1}, "[^a]*a?[^a]*"),
    ("exactly", ASKED | {"max": 1}, "[^a]*a[^a]*"),
    ("exactly", ASKED | {"min": 2}, "[^a]*a[^a]*a[^a]*"),
    ("responded_existence", BOTH, "[^a]*((a.*b.*)|(b.*a.*))*[^a]*"),
    ("coexistence", BOTH, "[^ab]*((a.*b.*)|(b.*a.*))*[^ab]*"),
    ("not_coexistence", BOTH, "[^ab]*((a[^b]*)|(b[^a]*))?"),
    ("response", PAIR, "[^a]*(a.*b)*[^a]*"),
    ("precedence", PAIR, "[^b]*(a.*b)*[^b]*"),
    ("succession", PAIR, "[^ab]*(a.*b)*[^ab]*"),
    ("not_succession", PAIR, "[^a]*(a[^b]*)*[^ab]*"),
    ("alternate_response", PAIR, "[^a]*(a[^a]*b[^a]*)*[^a]*"),
    ("alternate_precedence", PAIR, "[^b]*(a[^b]*b[^b]*)*[^b]*"),
    ("alternate_succession", PAIR, "[^ab]*(a[^ab]*b[^ab]*)*[^ab]*"),
    ("chain_response", PAIR, "[^a]*(ab[^a]*)*[^a]*"),
    ("chain_precedence", PAIR, "[^b]*(ab[^b]*)*[^b]*"),
    ("chain_succession", PAIR, "[^ab]*(ab[^ab]*)*[^ab]*"),
    ("not_chain_succession", PAIR, "b*a*"),
    ("choice", BOTH, ".*[ab].*"),
    ("exclusive_choice", BOTH, "([^b]*a[^b]*)|([^a]*b[^a]*)"),
]
NAMES = [f"{rule}-{keys.get('min', keys.get('max', ''))}".rstrip("-") for rule, keys, _ in TEMPLATES]
WORDS = ["".join(letters) for length in range(6) for letters in product("abx", repeat=length)]
LIVES = ["".join(letters) for length in range(1, 5) for letters in product("ab.", repeat=length)]


@pytest.mark.parametrize(("rule", "keys", "expression"), TEMPLATES, ids=NAMES)
def test_a_case_is_accused_iff_its_word_does_not_match(rule: str, keys: dict[str, Any], expression: str) -> None:
    found = accused_of({f"{word}.": f"{word}." for word in WORDS}, rule=rule, **keys)
    looked_at = {word: word.replace("x", "") if "chain" in rule else word for word in WORDS}
    right = {word for word in WORDS if re.fullmatch(expression, looked_at[word])}
    assert {word for word in WORDS if not found[f"{word}."]} == right
    assert 0 < len(right) < len(WORDS)


@pytest.mark.parametrize(("rule", "keys", "expression"), TEMPLATES, ids=NAMES)
def test_what_is_said_of_a_day_is_said_on_that_day_and_ever_after(
    rule: str, keys: dict[str, Any], expression: str
) -> None:
    words: dict[str, Any] = {word: word for word in LIVES}
    last = accused_of(words, rule=rule, **keys)
    for days in range(4):
        then = accused_of(words, days=days, rule=rule, **keys)
        assert then == {word: [place for place in places if place <= days] for word, places in last.items()}


@pytest.mark.parametrize(
    ("rule", "keys", "word", "places"),
    [
        ("exactly", ASKED | {"max": 2}, "aa.", []),
        ("exactly", ASKED | {"max": 2}, "a.", [1]),
        ("exactly", ASKED | {"max": 2}, "aaa", [2]),
        ("exactly", ASKED | {"max": 2}, "aaaa.", [2, 3]),
        ("exactly", ASKED | {"max": 2}, "a", []),
        ("existence", ASKED, "x.a", [1]),
        ("init", ASKED, "ab.", []),
        ("init", ASKED, "ba.", [0]),
        ("end", {"event": "decided"}, "ab.", []),
        ("end", {"event": "decided"}, "aw", [1]),
        ("end", {"event": "decided"}, "ab", []),
        ("responded_existence", BOTH, "a.", [1]),
        ("responded_existence", BOTH, "b.", []),
        ("responded_existence", BOTH, "ba.", []),
        ("responded_existence", BOTH, "ax", []),
        ("coexistence", BOTH, "b.", [1]),
        ("coexistence", BOTH, "bxa.", []),
        ("response", PAIR, "aba.", [3]),
        ("response", PAIR, "aa.", [2]),
        ("response", PAIR, "aab.", []),
        ("response", PAIR, "a", []),
        ("succession", PAIR, "ba.", [0, 2]),
        ("succession", PAIR, "ab.", []),
        ("alternate_response", PAIR, "aab.", [1]),
        ("alternate_response", PAIR, "aba.", [3]),
        ("alternate_response", PAIR, "aa.", [1, 2]),
        ("alternate_precedence", PAIR, "abb.", [2]),
        ("alternate_precedence", PAIR, "b.", [0]),
        ("alternate_precedence", PAIR, "aab.", []),
        ("alternate_succession", PAIR, "aab.", [1]),
        ("alternate_succession", PAIR, "abb.", [2]),
        ("chain_response", PAIR, "axb.", []),
        ("chain_response", PAIR, "aab.", [1]),
        ("chain_response", PAIR, "ba.", [2]),
        ("chain_precedence", PAIR, "axb.", []),
        ("chain_precedence", PAIR, "abb.", [2]),
        ("chain_precedence", PAIR, "b.", [0]),
        ("chain_succession", PAIR, "aabb.", [1, 3]),
        ("choice", BOTH, "x.", [1]),
        ("choice", BOTH, "b.", []),
        ("choice", BOTH, "x", []),
        ("exclusive_choice", BOTH, "ab.", [1]),
        ("exclusive_choice", BOTH, "ba.", [1]),
        ("exclusive_choice", BOTH, "x.", [1]),
        ("exclusive_choice", BOTH, "aa.", []),
    ],
)  # fmt: skip
def test_who_is_accused(rule: str, keys: dict[str, Any], word: str, places: list[int]) -> None:
    assert accused(word, rule=rule, **keys) == places


def test_on_a_case_without_an_end_nothing_that_may_still_come_is_missed() -> None:
    pending = [
        one for one in TEMPLATES if one[0] in {"existence", "response", "responded_existence", "coexistence", "choice"}
    ]
    for rule, keys, _ in pending:
        assert accused("axxa", rule=rule, **keys) == []
