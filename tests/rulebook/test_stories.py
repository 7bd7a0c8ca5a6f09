"""Stories: what they may say, when they hold, and what is said when they do not."""

from __future__ import annotations

import pytest

from tests.rulebook.conftest import Town
from yinuo.rulebook.stories import read_stories
from yinuo.rulebook.telling import Teller, Telling

RULE = """
[version.constraint.once]
zh = "只问一次"
for = { kind = "letter" }
rule = "absence"
event = "asked"
max = 1
level = "yellow"
block = true
"""
HEAD = '[[story]]\nname = "{}"\nzh = "x"\ncase = {{ kind = "letter" }}\n'


def told(town: Town, story: str) -> Telling:
    """Tell one story."""
    town.files["institutions/letters/stories.toml"] = story
    pack = town.load()
    stories, wrong = read_stories(pack)
    assert wrong == []
    return Teller(pack).tell(stories[0])


def differences(town: Town, story: str) -> str:
    """Why a story does not hold."""
    return "\n".join(told(town, story).differences)


STORY = HEAD.format("a") + 'today = 2026-03-10\nevents = [{ at = 2026-03-02T10:00:00, do = "received" }]\n'
FINDINGS = """expect.findings = [
  { clause = "answer", level = "warning", raised = 2026-03-06 },
  { clause = "answer", level = "yellow", raised = 2026-03-10T00:00:00 },
]
"""


def test_rows_are_partial_and_dates_mean_any_moment_of_the_day(town: Town):
    assert differences(town, STORY + FINDINGS + 'expect.clocks = [{ clause = "answer", due = 2026-03-09 }]') == ""


@pytest.mark.parametrize(
    "row",
    [
        'clause = "answer", due = 2026-03-10',
        'clause = "answer", state = "running"',
        'clause = "answer", used = 5',
        'clause = "answer", ended = 2026-03-10',
    ],
)
def test_a_row_that_matches_nothing_is_a_difference_that_shows_what_there_is(town: Town, row: str):
    text = differences(town, STORY + FINDINGS + f"expect.clocks = [{{ {row} }}]")
    assert text.startswith("clocks: no row is")
    assert "there is { clause = answer" in text


def test_null_is_expected_by_known(town: Town):
    row = 'expect.clocks = [{ clause = "answer", ended = { known = false }, due = { known = true } }]'
    assert differences(town, STORY + FINDINGS + row) == ""


def test_findings_are_closed_world_unless_only_is_false(town: Town):
    assert differences(town, STORY).count("a finding nobody expects") == 2
    assert differences(town, STORY.replace("today", "only = false\ntoday")) == ""


def test_today_defaults_to_the_end_of_the_last_events_day(town: Town):
    telling = told(town, HEAD.format("a") + 'events = [{ at = 2026-03-02T10:00:00, do = "received" }]')
    assert telling.as_of.isoformat() == "2026-03-02T15:59:59.999999+00:00"


def test_known_at_leaves_out_what_was_recorded_later(town: Town):
    late = STORY.replace(" }]", ' }, { at = 2026-03-05T10:00:00, do = "answered", recorded_at = 2026-03-12T09:00:00 }]')
    assert differences(town, late + 'expect.clocks = [{ clause = "answer", state = "kept" }]') == ""
    overdue = 'known_at = 2026-03-10\nexpect.clocks = [{ clause = "answer", state = "overdue" }]\n'
    assert differences(town, late + overdue + FINDINGS) == ""


ASKED = (
    HEAD.format("a")
    + """events = [
  { at = 2026-03-02T10:00:00, do = "received" },
  { at = 2026-03-03T10:00:00, do = "asked" },
  { at = 2026-03-03T11:00:00, do = "heard" },
  { at = 2026-03-04T10:00:00, do = "asked" },
]
"""
)


def test_refused_says_the_last_event_is_blocked(town: Town):
    town.add(RULE)
    assert differences(town, ASKED + 'refused = "once"') == ""
    assert differences(town, ASKED.replace('"asked" },\n]', '"heard" },\n]') + 'refused = "once"') == (
        '"once" does not refuse the last event'
    )


def test_a_rule_without_block_refuses_nothing(town: Town):
    town.add(RULE.replace("block = true\n", ""))
    assert "says no block = true" in differences(town, ASKED + 'refused = "once"')


def test_several_cases_have_their_own_clocks(town: Town):
    story = (
        HEAD.format("a")
        + """today = 2026-03-03
events = [
  { at = 2026-03-02T10:00:00, do = "received", case = "x", unit = "甲" },
  { at = 2026-03-03T10:00:00, do = "received", case = "y", unit = "乙" },
]
expect.clocks = [
  { clause = "answer", case_id = "x", due = 2026-03-09 },
  { clause = "answer", case_id = "y", due = 2026-03-10 },
]
"""
    )
    assert differences(town, story) == ""


def test_a_story_brings_its_own_tables(town: Town):
    town.with_items().policy('within = "5 workdays"', 'within = { field = "item.promised" }')
    story = STORY.replace('"letter" }', '"letter", item = "a" }').replace("2026-03-10", "2026-03-03")
    assert differences(town, story + 'expect.clocks = [{ clause = "answer", due = 2026-03-05 }]') == ""
    own = 'tables = { items = [{ id = "a", promised = "7 workdays" }] }\n'
    assert differences(town, story + own + 'expect.clocks = [{ clause = "answer", due = 2026-03-11 }]') == ""


@pytest.mark.parametrize(
    ("story", "message"),
    [
        (STORY.replace('"received"', '"recieved"'), 'nobody does "recieved"'),
        (STORY.replace('"received" }', '"received", topik = "x" }'), 'no flow has a field "topik"'),
        (STORY.replace('kind = "letter"', 'kind = "leter"'), 'no flow declares the kind "leter"'),
        (STORY + 'expect.clocks = [{ clause = "anser" }]', 'there is no clause "anser"'),
        (STORY + 'expect.clocks = [{ clause = "answer", stat = "kept" }]', 'clocks have no column "stat"'),
        (STORY + 'expect.findings = [{ clause = "answer", level = "orange" }]', 'no level "orange"'),
        (STORY.replace('"received" }', '"received", urgent = "yes" }'), "'yes' is no bool"),
        (STORY.replace('"received" }', '"received", colour = "绿" }'), "'绿' is no choice"),
        (STORY.replace('"received" }', '"received", told_on = "2026-03-02" }'), "is no date"),
        (STORY.replace('"letter" }', '"letter", days = "5 wd" }'), "is no limit"),
        (STORY.replace('"letter" }', '"letter", topic = ["a"] }'), "is no text"),
        (STORY + 'tables = { items = [{ id = "a", promised = 5.5 }] }', "is no limit"),
        (STORY + 'with = ["post"]', 'there is no institution "post"'),
        (STORY + "tables = { fees = [] }", 'there is no table "fees"'),
        (STORY + "todai = 2026-03-01", 'unknown key "todai"'),
        (STORY.replace("2026-03-10", '"2026-03-10"'), "is no date"),
        (STORY + STORY, "the name is taken"),
    ],
)
def test_a_misspelt_story_is_refused(town: Town, story: str, message: str):
    town.files["institutions/letters/stories.toml"] = story
    _, wrong = read_stories(town.load())
    assert any(message in error.message for error in wrong), [str(error) for error in wrong]
    assert all(error.path.name == "stories.toml" and error.line >= 1 for error in wrong)
