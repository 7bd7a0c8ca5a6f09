"""Registers and decision tables in a text: what they expand to, what is refused, what a story and a sentence say of them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.rulebook.conftest import Town
from yinuo.engine.evaluate import evaluate
from yinuo.engine.explain import explain
from yinuo.rulebook.checker import check
from yinuo.rulebook.loader import Pack
from yinuo.rulebook.mutation import survivors
from yinuo.rulebook.spelling import spelt_out
from yinuo.rulebook.stories import read_stories
from yinuo.rulebook.telling import Teller

BOOK = """
[version.register.site]
zh = "隐患台账"
en = "List of hazards"
key = ["number"]
enter = "handler"
verify = "approver"
level = "yellow"
unique = true
while = [{ where = { grade = "重大" }, fields = ["leader"], zh = "重大隐患须挂领导" }]
refuse = [{ when = { depth = { above = { field = "height" } } }, zh = "深度不得大于高度" }]
due = { on = "deadline", levels = "default" }
extend = { to = "new_deadline", approver = "head", needs = ["reason"], if_void = "warning" }
close = { by = "head", needs = ["evidence"] }
strike = { by = "head", when = { grade = "一般" } }
cadence = [{ every = "1 month", per = "entry", grace = "3 days" }, { every = "3 months", per = "unit:town" }]
publish = { fields = ["number", "grade"], checker = "approver", every = "6 months" }
fields = { number = { is = "text!", private = "public" }, grade = { of = ["一般", "重大"], private = "public" }, leader = "person", depth = { is = "number", min = 0 }, height = "number", deadline = "date", new_deadline = "date", reason = "text", evidence = "file" }
"""
TABLE = """
[version.table.lane]
zh = "绿色通道资格"
en = "green channel"
for = { kind = "letter" }
on = "received"
gives = "answered"
rows = [
  { when = { urgent = true, colour = "红" }, then = { topic = "green" }, zh = "红色急件", en = "a red urgent letter" },
  { when = { days = { known = true } }, then = { topic = "slow" } },
]
level = "yellow"
grant = { needs = ["told_on"], cap = { share = 0.1, of = "received" } }
"""


def with_book(town: Town, book: str = BOOK) -> Pack:
    town.add(book)
    return town.load()


def errors_of(town: Town) -> list[str]:
    return [f"{error.line}: {error.message} → {error.remedy}" for error in town.problems()]


def made(pack: Pack) -> dict[str, dict[str, Any]]:
    return {one.id: dict(one.raw) for one in pack.institutions["letters"].statements if one.made_by is not None}


def test_a_register_is_a_kind_of_case_with_promises_constraints_and_figures(town: Town):
    pack = with_book(town)
    assert set(made(pack)) == {
        "letters/site", "site.verified-by-another", "site.closed-by-another", "site.struck-by-another", "site.range",
        "site.while-1", "site.refuse-1", "site.unique", "site.due", "site.closed-with", "site.struck-when",
        "site.published-by-another", "site.published-verified", "site.fresh", "site.cadence-1", "site.cadence-2",
    }  # fmt: skip
    flow = made(pack)["letters/site"]
    assert flow["opens"] == "entered"
    assert flow["ends"] == ["closed", "struck"]
    assert [step["id"] for step in flow["steps"]] == [
        "enter",
        "change",
        "verify",
        "prolong",
        "publish",
        "close",
        "strike",
    ]
    assert flow["steps"][0]["ask"] == ["number"]
    due = made(pack)["site.due"]
    assert (due["on"], due["until"], due["void"], due["due_on"]) == ("entered", "closed", "struck", "deadline")
    assert due["extend"] == {"on": "prolonged", "to": "new_deadline", "needs": ["reason"], "if_void": "warning"}
    assert made(pack)["site.cadence-1"]["levels"] == [{"level": "yellow", "late": "3 days"}]
    assert made(pack)["site.cadence-2"]["period"] == "quarter"
    assert pack.rules.tables["site"]["grade"] == "choice"


def test_what_is_spelt_out_could_have_been_written(town: Town):
    town.add(TABLE)
    for part in spelt_out(with_book(town)):
        assert tomllib.loads(part)["version"]


def test_an_entry_closed_by_its_own_hand_is_told_in_both_languages(town: Town):
    pack = with_book(town)
    town.files["institutions/letters/stories.toml"] = """
[[story]]
name = "own"
zh = "自己核销"
case = { kind = "letters/site", number = "1", deadline = 2026-03-20 }
events = [
  { at = 2026-03-02T10:00:00, do = "entered", actor = "张伟" },
  { at = 2026-03-03T10:00:00, do = "closed", actor = "张伟", evidence = "照片" },
]
expect.findings = [{ clause = "site.closed-by-another", level = "yellow", raised = 2026-03-03 }]
"""
    pack = town.load()
    assert sentences(pack) == [
        ("隐患台账：经办人不得自己核销：“登记”与“核销”不得由同一人办理（经办：张伟）。",
         "List of hazards: who handled it does not write it off: “entered” and “closed” may not be done by the same person (by 张伟)."),
    ]  # fmt: skip


def sentences(pack: Pack) -> list[tuple[str, str]]:
    return list(_sentences(pack))


def _sentences(pack: Pack) -> Iterator[tuple[str, str]]:
    teller = Teller(pack)
    for story in read_stories(pack)[0]:
        assert teller.tell(story).differences == ()
        said = evaluate(teller.log(story), pack.rules, as_of=teller.as_of(story.text))
        for finding in said.findings.iter_rows(named=True):
            yield explain(finding, pack.rules), explain(finding, pack.rules, lang="en")


REFUSED = """
[[story]]
name = "not-due"
zh = "不该批的"
case = { kind = "letter" }
events = [
  { at = 2026-03-02T10:00:00, do = "received", colour = "蓝", urgent = true },
  { at = 2026-03-03T10:00:00, do = "answered", topic = "green", told_on = 2026-03-03, actor = "张伟" },
]
refused = "lane.given"

[[story]]
name = "another-result"
zh = "批错了的"
case = { kind = "letter" }
events = [
  { at = 2026-03-02T10:00:00, do = "received", colour = "红", urgent = true },
  { at = 2026-03-03T10:00:00, do = "answered", topic = "slow", told_on = 2026-03-03 },
]
expect.findings = [{ clause = "lane.given", level = "yellow", raised = 2026-03-03 }]
expect.decisions = [{ clause = "lane", row = 1, results = '{"topic": "green"}' }]
"""


def test_a_refusal_names_the_nearest_row_and_the_condition_that_fails(town: Town):
    town.files["institutions/letters/stories.toml"] = REFUSED
    pack = with_book(town, TABLE)
    assert sentences(pack) == [
        ("绿色通道资格：“答复”不符合条件，最接近的一条是“红色急件”，但“colour”应为红，现为蓝（经办：张伟）。",
         "green channel: “answered” is not due, the nearest row is “a red urgent letter”, but colour must be 红 and is 蓝 (by 张伟)."),
        ("绿色通道资格：“答复”不符合条件，条文给的是topic 为 green。",
         "green channel: “answered” is not due, the text gives topic = green."),
    ]  # fmt: skip


WRONG = [
    (BOOK, 'key = ["number"]', 'key = ["nubmer"]', 'the register has no field "nubmer" → did you mean "number"?'),
    (BOOK, '"text!", private', '"text", private', '"number" is of the key and may be empty'),
    (BOOK, 'fields = ["leader"]', 'fields = ["laeder"]', 'no kind of case here has a field "laeder"'),
    (BOOK, 'fields = ["number", "grade"]', 'fields = ["number", "leader"]', '"leader" is internal and may not be published'),
    (BOOK, 'close = { by = "head", needs = ["evidence"] }', "", "nothing ever closes an entry → add close"),
    (BOOK, 'by = "head", needs = ["evidence"]', 'by = "head", not = []', "an entry is written off by a second person"),
    (BOOK, 'due = { on = "deadline"', 'due = { on = "leader"', 'the field "leader" is of type person'),
    (BOOK, 'every = "3 months"', 'every = "2 months"', '"2 months" is no period of a figure'),
    (BOOK, 'height = "number"', 'height = "numbre"', 'there is no type "numbre" → did you mean "number"?'),
    (BOOK, 'evidence = "file"', 'evidence = "entry:letters/sight"', 'there is no register "sight"'),
    (BOOK, 'verify = "approver"', 'verfiy = "approver"', 'unknown key "verfiy" → did you mean "verify"?'),
    (BOOK, 'level = "yellow"', 'level = "yelow"', '[levels] has no level "yelow"'),
    (TABLE, 'then = { topic = "slow" }', 'then = { colour = "红" }', "this row gives colour, the first topic"),
    (TABLE, "when = { days = { known = true } }", 'when = { urgent = true, colour = "红", days = "1 day" }',
     "row 1 already holds whenever this row does: it is never reached → put it above"),
    (TABLE, 'colour = "红" }', 'colour = "绿" }', "colour: '绿' is no choice"),
    (TABLE, 'level = "yellow"', "", "what is given wrongly needs a level"),
    (TABLE, 'gives = "answered"', "", "a grant needs the activity that gives it"),
    (TABLE, ', of = "received"', "", "a share of what?"),
    (TABLE, 'needs = ["told_on"]', 'needs = ["told_of"]', 'has a field "told_of" → did you mean "told_on"?'),
    (TABLE, 'grant = { needs = ["told_on"], cap = { share = 0.1, of = "received" } }', "",
     "what no row holds of gets no result → add otherwise"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "old", "new", "told"), WRONG)
def test_what_the_loader_refuses(town: Town, text: str, old: str, new: str, told: str):
    assert old in text
    town.add(text.replace(old, new))
    found = errors_of(town)
    assert any(told in one for one in found), found


def test_a_row_is_not_hidden_by_a_narrower_one(town: Town):
    town.add(TABLE.replace("when = { days = { known = true } }", "when = { urgent = true }"))
    assert not any("never reached" in one for one in errors_of(town))


def test_a_duty_nobody_shows_is_found(town: Town):
    """Rows, tests of rows and duties are changes like numbers: dropped one by one."""
    town.files["institutions/letters/stories.toml"] += REFUSED
    town.add(TABLE)
    unnoticed = {error.message.partition("when ")[2] for error in survivors(town.load()) if error is not None}
    assert "lane: rows.1 is dropped" in unnoticed
    assert "lane: rows.0.when.colour is dropped" not in unnoticed


def test_two_registers_of_one_name_are_refused(town: Town):
    town.add(BOOK)
    policy = town.files["institutions/letters/policy.toml"].replace('name = "letters"', 'name = "notes"')
    town.files["institutions/notes/policy.toml"] = policy.replace("version.flow.letter", "version.flow.note")
    town.files["institutions/notes/stories.toml"] = town.files["institutions/letters/stories.toml"]
    assert any('the register "site" is also one of letters' in one for one in errors_of(town))


def test_a_version_changes_a_table_from_its_day(town: Town):
    """The row in force is that of the day the request was made."""
    town.files["institutions/letters/stories.toml"] = """
[[story]]
name = "both"
zh = "前后两天申请"
case = { kind = "letter", colour = "蓝", urgent = true }
only = false
today = 2026-07-02
events = [
  { case = "old", at = 2026-06-30T10:00:00, do = "received" },
  { case = "new", at = 2026-07-01T10:00:00, do = "received" },
]
expect.decisions = [
  { case_id = "old", clause = "lane", row = { known = false } },
  { case_id = "new", clause = "lane", row = 1 },
]
"""
    amended = TABLE.replace('colour = "红"', 'colour = "蓝"')
    town.add(TABLE + '\n[[version]]\nfrom = 2026-07-01\nsource = "an amendment"\namends = true\n' + amended)
    pack = town.load()
    assert [error for error in check(pack) if "does not hold" in error.message] == []
