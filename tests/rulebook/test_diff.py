"""What-if: whose clocks and levels change between two texts."""

from __future__ import annotations

from pathlib import Path

from tests.rulebook.conftest import Town
from yinuo.engine.evaluate import evaluate
from yinuo.engine.log import Said
from yinuo.rulebook.diff import difference
from yinuo.rulebook.stories import read_stories
from yinuo.rulebook.telling import Teller


def said(town: Town) -> Said:
    """What a town says of a letter received on 2 March and not answered by the 10th."""
    pack = town.load()
    story = next(one for one in read_stories(pack)[0] if one.text.name == "next-day")
    teller = Teller(pack)
    return evaluate(teller.log(story), pack.rules, as_of=teller.as_of(story.text))


def test_the_same_text_changes_nothing(town: Town):
    found = difference(said(town), said(town))
    assert (found.cases(), found.clocks.height, found.findings.height) == (0, 0, 0)


def test_a_longer_limit_shows_whose_clock_and_level_change(town: Town, tmp_path: Path):
    slower = Town(tmp_path / "slower" / "town")
    slower.policy("5 workdays", "10 workdays")
    found = difference(said(town), said(slower))
    assert found.states().rows() == [("letters", "answer", "overdue", "running", 1)]
    assert found.levels().rows() == [
        ("letters", "answer", "warning", "before", 1),
        ("letters", "answer", "yellow", "before", 1),
    ]
    assert found.cases() == 1
