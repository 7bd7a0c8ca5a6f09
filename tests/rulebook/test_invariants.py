"""The invariants this part holds as text: each has a clause that speaks and a story that names it."""

from __future__ import annotations

import pytest

from yinuo.rulebook.loader import load_pack
from yinuo.rulebook.stories import read_stories
from yinuo.rulebook.telling import tell

PACKS = ("demo-city", "cn-national")
HELD = {
    3: "a due date from the item version of the day of acceptance",
    4: "no promise longer than the law",
    5: "never a moment without a responsible officer",
    7: "one request for papers",
    13: "three excuses are no reasons",
    22: "one supervision item for each missed due date",
    23: "a listed matter stays until written off",
    24: "written off on evidence and by another",
    25: "every listing has a day, every extension an approver and a reason",
    59: "figures with the parameters of their date",
}


@pytest.mark.holds("invariant 5", "invariant 22", "invariant 59", shows="yinuo stories")
@pytest.mark.parametrize("number", HELD, ids=lambda number: f"invariant-{number}")
def test_an_invariant_is_told_by_a_story_that_names_it(number: int) -> None:
    told = []
    for name in PACKS:
        pack = load_pack(name)
        stories, wrong = read_stories(pack)
        assert not wrong
        for story in stories:
            if f"inv-{number:02}" in story.name:
                telling = tell(pack, story)
                assert telling.held, telling.differences
                expected = story.text.expect
                assert telling.clocks or telling.findings or expected.indicators or story.text.refused
                told.append(story.name)
    assert told, f"no story is named inv-{number:02}-…"


@pytest.mark.holds("decision D16", shows="yinuo stories demo-city listing")
def test_decision_16_one_list_of_three_kinds_is_left_by_one_rule() -> None:
    pack = load_pack("demo-city")
    stories, wrong = read_stories(pack)
    assert not wrong
    told = [tell(pack, story) for story in stories if "d16-" in story.name]
    assert len(told) == 3
    assert all(telling.held for telling in told), [telling.differences for telling in told]
    (flow,) = [ruling for ruling in pack.rules.of_kind("flow") if ruling.id == "listing"]
    assert set(flow.editions[-1].clause.fields["listing_kind"].of) == {"投诉", "纠纷", "项目"}
