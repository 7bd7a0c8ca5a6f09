"""Steps that several sign, or that one gives to another: what they expand to, and what is refused with its place."""

from __future__ import annotations

import pytest

from tests.rulebook.conftest import Town
from yinuo.engine.clauses.flow import Flow
from yinuo.rulebook.mutation import survivors
from yinuo.rulebook.schema import schema

PANEL = """
[version.flow.panel]
zh = "会签"
en = "panel"
opens = "convened"
ends = ["settled"]
fields = { seats = "list:unit", seat = "unit", deputy = "person", note = "text" }
steps = [
  { id = "convene", does = ["convened"], ask = ["seats"] },
  { id = "sign", does = ["signed", "declined"], after = ["convene"], each = "seats", as = "seat", sign = { yes = ["signed"], needs = 2, veto = ["a"], allows = ["settled"], level = "yellow" }, delegate = { does = "handed_on", to = "deputy", back = "taken_back" } },
  { id = "settle", does = ["settled"], after = ["sign"] },
]
"""
STORY = """
[[story]]
name = "{name}"
zh = "{name}"
case = {{ kind = "panel" }}
today = 2026-03-04
events = [
  {{ at = 2026-03-02T10:00:00, do = "convened", seats = ["a", "b", "c", "d"] }},
  {signed},
  {{ at = 2026-03-03T10:00:00, do = "settled" }},
]
expect.findings = [{found}]
"""
WORDS = "".join(
    f'{name} = "{name}"\n' for name in ("convened", "signed", "declined", "settled", "handed_on", "taken_back")
)
FOUND = '{ clause = "panel.sign", level = "yellow", raised = 2026-03-03 }'


def told(name: str, words: str, found: str) -> str:
    """A story in which each letter signs, or in capitals declines."""
    signed = ",\n  ".join(
        f'{{ at = 2026-03-02T11:0{n}:00, do = "{"signed" if one.islower() else "declined"}", seat = "{one.lower()}" }}'
        for n, one in enumerate(words)
    )
    return STORY.format(name=name, signed=signed, found=found)


def test_a_step_that_several_sign_expands_to_one_rule_and_two_steps(town: Town):
    town.add(PANEL)
    made = {one.id: one for one in town.load().institutions["letters"].statements if one.made_by is not None}
    assert set(made) == {"panel.sign"}
    assert (made["panel.sign"].raw["rule"], made["panel.sign"].raw["then"]) == ("countersigned", ["settled"])
    flow = next(one.edition.clause for one in town.load().institutions["letters"].statements if one.id == "panel")
    assert isinstance(flow, Flow)
    assert [(step.id, step.gives, step.returns) for step in flow.steps[3:]] == [
        ("sign-given", "sign", None), ("sign-back", None, "sign"),
    ]  # fmt: skip


def test_every_number_of_a_vote_is_noticed(town: Town):
    town.add(PANEL)
    town.policy("[activities]\n", f"[activities]\n{WORDS}")
    stories = [("two", "bc", ""), ("one", "b", FOUND), ("veto", "bcA", FOUND), ("no-veto", "bcD", "")]
    town.files["institutions/letters/stories.toml"] += "".join(told(*one) for one in stories)
    assert [error for error in town.problems() if "panel" in error.message] == []
    left = [error.message for error in survivors(town.load()) if error is not None]
    assert [message for message in left if "panel" in message] == []


def test_without_the_second_story_the_number_of_signatures_is_not_pinned(town: Town):
    town.add(PANEL)
    town.files["institutions/letters/stories.toml"] += told("three", "bcd", "") + told("veto", "bcdA", FOUND)
    left = [error.message for error in survivors(town.load()) if error is not None]
    assert "no story notices when panel: steps.1.sign.needs 2 becomes 1" in left


WRONG = [
    ('needs = 2', 'needs = "most"', "'most' is no rule for signing"),
    ('needs = 2', 'needs = 0', "0 is no rule for signing"),
    ('needs = 2', 'needs = "3/2"', "'3/2' is no rule for signing"),
    ('yes = ["signed"]', 'yes = ["singed"]', '"singed" is no answer of this step → one of signed, declined'),
    ('yes = ["signed"]', 'yes = ["signed", "declined"]', "every answer is a yes"),
    ('yes = ["signed"]', 'yes = ["signed"], no = ["signed"]', "signed cannot be yes and no"),
    ('allows = ["settled"]', 'allows = ["signed"]', 'no other step does "signed"'),
    (', level = "yellow" }', " }", "allows and level belong together"),
    ('level = "yellow"', 'level = "yelow"', '[levels] has no level "yelow"'),
    ('each = "seats", as = "seat", sign', "sign", "nobody is asked beside the one who does it"),
    ('to = "deputy"', 'to = "note"', 'the field "note" is of type text → it must be of type person'),
    ('to = "deputy"', 'to = "deputi"', 'has a field "deputi"'),
    ('does = "handed_on"', 'does = "settled"', '"settled" already does a step'),
    ('back = "taken_back"', 'back = "handed_on"', "giving and taking back are one activity"),
    ('id = "settle",', 'id = "settle", gives = "sign",', "gives is not written; write delegate"),
    ('delegate = {', 'anytime = true, delegate = {', "what may be done again and again is nobody's task"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), WRONG, ids=[new for _, new, _ in WRONG])
def test_what_cannot_be_meant_is_refused_with_its_place_and_a_remedy(town: Town, old: str, new: str, message: str):
    assert old in PANEL
    town.add(PANEL.replace(old, new, 1))
    errors = [f"{error.message} → {error.remedy}" for error in town.problems() if not error.warning]
    assert any(message in error for error in errors), errors
    lines = {error.line for error in town.problems()}
    begin = town.line("institutions/letters/policy.toml", "[version.flow.panel]")
    assert any(line >= begin for line in lines)


def test_an_editor_knows_the_new_keys():
    step = schema()["$defs"]["policy"]["$defs"]["Step"]["properties"]
    assert {"sign", "delegate"} <= step.keys()
