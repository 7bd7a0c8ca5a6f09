"""What `follows_flow` accuses at the end of a case: what was open, never what only the end itself would have opened."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engine.words import log_of
from tests.reference.comparison import Custom, Text, differences, engine_says
from yinuo.engine.constraints.stepping import alike

STEPS = [
    {"id": "receive", "does": ["asked"]},
    {"id": "door", "does": ["held", "withdrawn"], "after": ["receive"]},
    {"id": "look", "does": ["noted"], "after": ["door"]},
    {"id": "decide", "does": ["decided"], "after": ["look"]},
]
FLOW = Text.always("permit", "flow", opens="asked", ends=["decided", "withdrawn"], steps=STEPS)
RULE = Text.always("rule", "constraint", rule="follows_flow", level="broken")


@pytest.mark.parametrize(
    ("word", "accused"),
    [
        ("ahx.", []),
        ("aw", []),  # turned away at the door: what would have come after it was never due
        ("ah.", [2]),  # decided without having been looked at
        ("ahw", [2]),  # turned away after having been let in
        ("h", [0]),
    ],
)
def test_the_end_is_held_to_what_was_open_before_it(word, accused):
    history = log_of({"c": word})
    findings = engine_says(history, [FLOW, RULE], Custom()).findings
    assert sorted(int(opener.rpartition("#")[2]) for opener in findings["opener"]) == accused
    assert not differences(history, [FLOW, RULE])


@pytest.mark.parametrize("two", [[7, 8, 7, 9], [7, 8, 6, 9]], ids=["told apart by one", "told apart by both"])
def test_pairs_are_told_apart_even_where_one_word_is_the_same(two):
    one, two = np.array([1, 2, 1, 3], np.uint64), np.array(two, np.uint64)
    first, which = alike(one, two)
    assert [(one[first[n]], two[first[n]]) for n in which] == list(zip(one, two, strict=True))
    assert len(first) == len(set(zip(one.tolist(), two.tolist(), strict=True)))
