"""What a register works out for itself: arithmetic, a table's answer, what comes together in another book; states; what hangs below."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rulebook.conftest import Town
from yinuo.engine.clauses.register import RegisterField
from yinuo.engine.deriving import with_derived, worked_out
from yinuo.engine.entries import with_entries
from yinuo.engine.evaluate import evaluate
from yinuo.engine.log import Log
from yinuo.rulebook.closure import Closures

BOOKS = """
[version.register.project]
zh = "项目"
key = ["number"]
enter = "clerk"
level = "yellow"
states = ["筹备", "在建", "竣工"]
refuse = [{ when = { behind = { above = 10 } }, zh = "落后超过十" }]
close = { by = "head", state = "竣工", children = "register:issue.project" }
retain = "3 years"

[version.register.project.fields]
number = "text!"
planned = "number"
actual = "number"
begun = "date"
ended = "date"
behind = { minus = ["planned", "actual"] }
done = { ratio = ["actual", "planned"] }
twice = { plus = ["done", "done"] }
lasted = { days = ["begun", "ended"] }
light = { lookup = "table:lights.light" }
issues = { roll = "count", of = "register:issue.project" }
cost = { roll = "sum", of = "register:issue.project", field = "amount", where = { grave = true } }
newest = { roll = "latest", of = "register:issue.project", field = "title" }

[version.register.issue]
zh = "问题"
key = ["title"]
enter = "clerk"
verify = "head"
level = "yellow"
close = { by = "head" }

[version.register.issue.fields]
title = "text!"
project = "entry:letters/project!"
amount = "number"
grave = "bool"

[version.table.lights]
zh = "亮灯"
for = { kind = "letters/project" }
on = "entered"
rows = [{ when = { behind = { above = 5 } }, then = { light = "红" } }, { when = { behind = { above = 2 } }, then = { light = "黄" } }]
otherwise = { light = "绿" }

[version.indicator.red]
zh = "红灯项目"
over = "register:project"
where = { light = "红" }
measure = "count"
stock = true
period = "month"
"""
STORIES = """
[[story]]
name = "behind"
zh = "落后"
case = { kind = "letters/project" }
today = 2026-03-31
events = [
  { case = "a", at = 2026-03-02T10:00:00, do = "entered", number = "a", planned = 20, actual = 12 },
  { case = "b", at = 2026-03-02T10:00:00, do = "entered", number = "b", planned = 20, actual = 17 },
  { case = "c", at = 2026-03-02T10:00:00, do = "entered", number = "c", planned = 20, actual = 18 },
  { case = "d", at = 2026-03-02T10:00:00, do = "entered", number = "d", planned = 20 },
  { case = "d", at = 2026-03-03T10:00:00, do = "changed", actual = 9 },
  { case = "e", at = 2026-03-03T10:00:00, do = "entered", number = "e", planned = 20, actual = 10 },
]
expect.decisions = [
  { case_id = "a", clause = "lights", row = 1, results = '{"light": "红"}' },
  { case_id = "b", clause = "lights", row = 2, results = '{"light": "黄"}' },
  { case_id = "c", clause = "lights", row = { known = false }, results = '{"light": "绿"}' },
]
expect.findings = [{ case_id = "d", clause = "project.refuse-1", level = "yellow", raised = 2026-03-03 }]
expect.indicators = [{ clause = "red", value = 3 }]
"""


def event(case: str, day: int, do: str, **fields: object) -> str:
    told = "".join(
        f", {name} = {str(value).lower() if isinstance(value, bool) else repr(value)}" for name, value in fields.items()
    )
    return f'{{ case = "{case}", at = 2026-03-{day:02}T10:00:00, do = "{do}"{told} }},'


def story(name: str, *events: str, findings: str = "") -> str:
    head = f'[[story]]\nname = "{name}"\nzh = "{name}"\ncase = {{ kind = "letters/project" }}\ntoday = 2026-03-31\n'
    return "\n" + head + "events = [\n" + "\n".join(events) + f"\n]\nexpect.findings = [{findings}]\n"


READY = (
    event("p", 2, "entered", number="1"),
    event("p", 3, "moved", stage="在建"),
    event("p", 4, "moved", stage="竣工"),
)
CLOSED = event("p", 20, "closed", actor="王")


def with_books(town: Town, *stories: str, books: str = BOOKS) -> Town:
    town.add(books)
    town.files["institutions/letters/stories.toml"] += "".join(stories)
    return town


def wrong_of(town: Town) -> list[str]:
    """Everything wrong but that no story shows how long entries are kept."""
    return [error.message for error in town.problems() if not error.message.startswith("project.retain")]


def test_a_change_of_a_register_is_tried_with_the_table_it_looks_up(town: Town):
    closures = Closures(with_books(town, STORIES).load())
    assert "letters/lights" in closures.with_needs(["letters/project"])


def test_fields_are_worked_out_and_conditions_tables_and_figures_read_them(town: Town):
    assert wrong_of(with_books(town, STORIES)) == []


def found(clause: str, day: int) -> str:
    return f'{{ case_id = "p", clause = "project.{clause}", level = "yellow", raised = 2026-03-{day:02} }}'


STAGES = (
    story("ready", *READY, CLOSED),
    story("jumped", READY[0], READY[2], findings=found("state-2", 4)),
    story("jumped-first", event("p", 1, "moved", stage="在建"), READY[0], findings=found("state-1", 1)),
    story("not-built", READY[0], READY[1], CLOSED, findings=found("closed-state", 20)),
)


def test_states_are_gone_through_in_order_and_nothing_is_closed_over_what_is_open_below(town: Town):
    assert wrong_of(with_books(town, *STAGES)) == []


def test_states_may_have_words_and_what_is_refused_is_told_by_them(town: Town):
    worded = 'states = { "筹备" = { en = "in preparation" }, "在建" = { en = "under construction" }, "竣工" = { en = "built" } }'
    text = BOOKS.replace('states = ["筹备", "在建", "竣工"]', worded, 1).replace(
        'zh = "项目"', 'zh = "项目"\nen = "project"', 1
    )
    books = with_books(town, *STAGES, books=text)
    assert wrong_of(books) == []
    told = {one.id: one.editions[0].clause.en for one in books.load().rules.rulings}
    assert told["project.state-2"] == "project: not built before under construction"
    assert told["project.closed-state"] == "project: not written off before built"


def log_of(*rows: tuple[str, str, int, str, dict[str, Any]]) -> Log:
    """Events as (case, kind, day of March, activity, fields)."""
    names = {name for *_, fields in rows for name in fields}
    events = [
        {"case_id": case, "activity": do, "at": datetime(2026, 3, day, 2, tzinfo=UTC), "actor": f"{case}{do}",
         **dict.fromkeys(names), **fields}
        for case, _kind, day, do, fields in rows
    ]  # fmt: skip
    kinds = dict.fromkeys((case, kind) for case, kind, *_ in rows)
    frame = pl.DataFrame(events, infer_schema_length=None)
    cases = pl.DataFrame([{"case_id": case, "kind": kind, "unit": "u"} for case, kind in kinds])
    return Log(frame, cases, {})


PROJECT, ISSUE = "letters/project", "letters/issue"
HISTORY = (
    ("p", PROJECT, 2, "entered", {"number": "1", "begun": date(2026, 1, 1), "planned": 20.0, "actual": 5.0}),
    ("p", PROJECT, 3, "moved", {"stage": "在建"}),
    ("p", PROJECT, 4, "moved", {"stage": "竣工"}),
    ("i", ISSUE, 5, "entered", {"title": "裂缝", "project": "p", "amount": 7.0, "grave": True}),
    ("j", ISSUE, 6, "entered", {"title": "渗水", "project": "p", "amount": 9.0, "grave": False}),
    ("i", ISSUE, 7, "verified", {}),
    ("j", ISSUE, 8, "verified", {}),
    ("p", PROJECT, 9, "changed", {"actual": 10.0, "ended": date(2026, 3, 1)}),
    ("i", ISSUE, 10, "closed", {}),
)
CLOSING = ("p", PROJECT, 20, "closed", {})
AS_OF = datetime(2026, 4, 1, tzinfo=UTC)


def test_nothing_is_written_off_while_something_under_it_is_open_verified_or_not(town: Town):
    rules = with_books(town).load().rules

    def accused(*rows):
        findings = evaluate(log_of(*HISTORY, *rows, CLOSING), rules, as_of=AS_OF).findings
        return findings.filter(pl.col("clause") == "project.children-closed")["case_id"].to_list()

    assert accused() == ["p"]
    assert accused(("j", ISSUE, 11, "closed", {})) == []
    unverified = ("k", ISSUE, 12, "entered", {"title": "新", "project": "p"})
    assert accused(("j", ISSUE, 11, "closed", {}), unverified) == ["p"]
    elsewhere = ("k", ISSUE, 12, "entered", {"title": "新", "project": "q"})
    assert accused(("j", ISSUE, 11, "closed", {}), elsewhere) == []


def test_derived_fields_are_those_of_the_day_worked_out_by_hand(town: Town):
    rules = with_books(town).load().rules
    events = with_derived(log_of(*HISTORY), rules).events.filter(pl.col("case_id") == "p")
    rows = events.select("behind", "done", "twice", "lasted", "light", "issues", "cost", "newest").rows()
    assert rows[0] == (15.0, 0.25, 0.5, None, "红", 0, None, None)
    assert rows[3] == (10.0, 0.5, 1.0, 59, "红", 2, 7.0, "渗水")
    book = with_entries(with_derived(log_of(*HISTORY), rules), rules).tables["project"]
    assert book.filter(pl.col("until").is_null())["behind"].to_list() == [10.0]


def backwards(books: str) -> str:
    """The same text with the fields of projects, and the registers themselves, written the other way round."""
    head, project, rest = books.partition("[version.register.project.fields]\n")
    fields, gap, rest = rest.partition("\n\n")
    issues, table, tail = rest.partition("[version.table.lights]")
    turned = "\n".join(reversed(fields.splitlines()))
    return f"\n{issues}{head}{project}{turned}{gap}{table}{tail}"


CHAIN = ('dear = { times = ["cost", "planned"] }', 'step = { lookup = "table:steps.step" }')
STEPS = """
[version.table.steps]
zh = "档"
for = { kind = "letters/project" }
on = "entered"
rows = [{ when = { light = "红", dear = { above = 1 } }, then = { step = "一" } }]
otherwise = { step = "二" }
"""


def test_in_what_order_fields_and_registers_are_written_changes_nothing(tmp_path):
    """A field may be worked out from one that a table gives, which reads one that is worked out."""
    books = BOOKS.replace("\nbehind = {", "\n".join(("", *CHAIN, "behind = {")), 1) + STEPS
    found = []
    for name, text in (("a", books), ("b", backwards(books))):
        town = Town(tmp_path / name / "town")
        town.add(text)
        events = with_derived(log_of(*HISTORY), town.load().rules).events.filter(pl.col("case_id") == "p")
        found.append(events.select("behind", "light", "cost", "dear", "step", "newest").rows())
    assert found[0] == found[1]
    assert found[0][3] == (10.0, "红", 7.0, 140.0, "一", "渗水")


def test_what_comes_together_of_none_is_nothing_however_it_comes_to_be_none(town: Town):
    """No entry ever, none that day, none that says the field: no sum, no latest, and a count of 0."""
    rules = with_books(town).load().rules
    other = ("q", PROJECT, 9, "entered", {"number": "2"})
    silent = ("k", ISSUE, 9, "entered", {"title": "未估", "project": "q", "grave": True})
    events = with_derived(
        log_of(
            *HISTORY, other, silent, ("k", ISSUE, 10, "verified", {}), ("q", PROJECT, 11, "changed", {"planned": 1.0})
        ),
        rules,
    ).events
    rows = events.filter(pl.col("case_id") == "q").select("issues", "cost", "newest").rows()
    assert rows == [(0, None, None), (1, None, "未估")]


def test_an_entry_that_was_always_there_comes_together_too(town: Town):
    """Rows of a dated table without a first day are in force on every day before their end."""
    rules = with_books(town).load().rules
    log = log_of(*HISTORY[:1])
    given = pl.DataFrame({"id": ["x"], "from": [None], "until": [None], "project": ["p"], "title": ["旧"], "amount": [3.0],
                          "grave": [True]}, schema_overrides={"from": pl.Date, "until": pl.Date})  # fmt: skip
    events = with_derived(Log(log.events, log.cases, {"issue": given}), rules).events
    assert events.select("issues", "cost", "newest").rows() == [(1, 3.0, "旧")]


def test_a_field_that_a_table_gives_and_that_the_table_reads_is_refused(town: Town):
    town.add(BOOKS.replace('minus = ["planned", "actual"]', 'lookup = "table:lights.behind"').replace(
        'behind = { lookup = "table:lights.behind" }', 'behind = { is = "number", lookup = "table:lights.light" }'))  # fmt: skip
    found = [error for error in town.problems() if "is worked out from itself" in error.message]
    assert [error.message for error in found][:1] == ['project: "behind" is worked out from itself']
    assert found[0].line == town.line("institutions/letters/policy.toml", "behind = { is")


NUMBERS = st.one_of(st.none(), st.floats(-1e6, 1e6, allow_nan=False).map(lambda one: round(one, 2)))


@given(left=NUMBERS, right=NUMBERS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_arithmetic_is_null_where_an_operand_is(left, right):
    fields = {
        name: RegisterField.model_validate({"is": "number", name: ["a", "b"]})
        for name in ("minus", "plus", "times", "ratio")
    }
    frame = pl.DataFrame({"a": [left], "b": [right]}, schema={"a": pl.Float64, "b": pl.Float64})
    (row,) = frame.select(worked_out(one).alias(name) for name, one in fields.items()).rows(named=True)
    if left is None or right is None:
        assert set(row.values()) == {None}
        return
    assert (row["minus"], row["plus"], row["times"]) == (left - right, left + right, left * right)
    assert row["ratio"] == (None if right == 0 else left / right)


WRONG = [
    ('behind = { minus = ["planned", "actual"] }', 'behind = { minus = ["planned"] }', '"behind" needs two operands'),
    ('minus = ["planned", "actual"]', 'minus = ["planned", "acutal"]', 'has no field "acutal" → did you mean "actual"?'),
    ('minus = ["planned", "actual"]', 'minus = ["planned", "begun"]', '"begun" is of type date'),
    ('minus = ["planned", "actual"]', 'minus = ["behind", "actual"]', '"behind" is worked out from itself'),
    ('minus = ["planned", "actual"] }', 'minus = ["planned", "actual"], plus = ["done", "done"] }', "in two ways: minus, plus"),
    ('table:lights.light', 'table:ligths.light', 'there is no table "ligths" → did you mean "lights"?'),
    ('of = "register:issue.project" }', 'of = "register:isue.project" }', 'there is no register "isue"'),
    ('of = "register:issue.project" }', 'of = "register:issue.projekt" }', 'issue has no field "projekt"'),
    (', field = "title"', "", "latest of what? → add field"),
    ('children = "register:issue.project"', 'children = "register:issue"', "which field of it names this entry?"),
    ('state = "竣工"', 'state = "完工"', 'no entry moves into "完工" → 在建, 竣工'),
    ('states = ["筹备", "在建", "竣工"]', 'states = ["筹备", "筹备", "竣工"]', "one after the other → name at least two, each once"),
    ('planned = "number"', 'planned = "number"\nstage = "text"', '"stage" is where an entry'),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), WRONG, ids=[new[:40] for _, new, _ in WRONG])
def test_what_cannot_be_meant_is_refused_with_its_place_and_a_remedy(town: Town, old: str, new: str, message: str):
    assert old in BOOKS
    town.add(BOOKS.replace(old, new, 1))
    errors = [f"{error.message} → {error.remedy}" for error in town.problems() if not error.warning]
    assert any(message in error for error in errors), errors
