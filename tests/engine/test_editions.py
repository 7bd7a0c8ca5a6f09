"""Which edition of a clause is in force on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest

from tests.reference.comparison import Custom
from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.clauses.flow import Flow
from yinuo.engine.clauses.indicator import Indicator
from yinuo.engine.clauses.register import Register
from yinuo.engine.clauses.table import Table
from yinuo.engine.deriving import with_derived
from yinuo.engine.entries import entries
from yinuo.engine.evaluate import evaluate
from yinuo.engine.log import Log
from yinuo.engine.populations import case_facts, population
from yinuo.engine.rules import Edition, Ruling
from yinuo.kernel.instants import as_date

CLAUSE = Table.model_validate({"zh": "表", "on": "asked", "rows": [{"when": {"a": 1}}]})
OLD, NEW, NEXT = (
    Edition(date(2020, 1, 1), date(2021, 1, 1), CLAUSE),
    Edition(date(2022, 1, 1), date(2026, 1, 1), CLAUSE),
    Edition(date(2026, 1, 1), None, CLAUSE),
)
RULING = Ruling("home", "table", "lane", (OLD, NEW, NEXT))


@pytest.mark.parametrize(
    ("day", "in_force", "shown"),
    [
        (date(2019, 12, 31), None, OLD),
        (date(2020, 1, 1), OLD, OLD),
        (date(2021, 6, 1), None, OLD),
        (date(2025, 12, 31), NEW, NEW),
        (date(2026, 1, 1), NEXT, NEXT),
    ],
)
def test_the_edition_of_a_day_is_the_one_in_force_then_and_not_the_last_written(day, in_force, shown):
    assert RULING.on(day) is in_force
    assert RULING.about(day) is shown


OLD_WAY = {"opens": "asked", "ends": ["refused"], "holder": {"asked": "unit"},
           "steps": [{"id": "a", "does": ["asked"]}, {"id": "b", "does": ["checked"], "after": ["a"]},
                     {"id": "c", "does": ["refused", "granted"], "after": ["b"]}]}  # fmt: skip
NEW_WAY = {"opens": "asked", "ends": ["granted"], "holder": {"granted": "unit"},
           "steps": [{"id": "a", "does": ["asked"]}, {"id": "c", "does": ["refused", "granted"], "after": ["a"]}]}  # fmt: skip


def test_a_case_is_held_to_the_flow_of_the_day_it_was_opened():
    """The flow as it will be next year ends no case of this year, moves none and asks none to skip a step."""
    flow = Ruling("home", "flow", "permit", (
        Edition(date(2020, 1, 1), date(2026, 3, 10), Flow.model_validate({"zh": "许可", **OLD_WAY})),
        Edition(date(2026, 3, 10), None, Flow.model_validate({"zh": "许可", **NEW_WAY})),
    ))  # fmt: skip
    rule = Constraint.model_validate({"zh": "按环节", "rule": "follows_flow", "level": "broken"})
    rules = replace(
        Custom().rules([]), rulings=(flow, Ruling("home", "constraint", "path", (Edition(OLD.start, None, rule),)))
    )
    events = [
        (case, activity, datetime(2026, 3, day, 2, tzinfo=UTC))
        for case, days in (("old", (9, 11, 12)), ("new", (10, 11, 12)))
        for activity, day in zip(("asked", "granted", "refused"), days, strict=True)
    ]
    log = Log(
        pl.DataFrame(events, schema=["case_id", "activity", "at"], orient="row").with_columns(
            unit=pl.lit("u"), event_id=pl.col("case_id") + pl.col("activity")
        ),
        pl.DataFrame({"case_id": ["old", "new"], "kind": ["permit", "permit"]}),
    )
    closed = dict(case_facts(log, rules).select("case_id", pl.col("closed_at").dt.day()).iter_rows())
    assert closed == {"old": 12, "new": 11}
    said = evaluate(log, rules, as_of=datetime(2026, 3, 20, tzinfo=UTC))
    assert said.holdings.select("case_id", pl.col("from").dt.day(), pl.col("to").dt.day()).rows() == [
        ("old", 9, 12),
        ("new", 11, 11),
    ]
    accused = said.findings.select("case_id", "opener").rows()
    assert ("old", "oldgranted") in accused and not any(opener == "newgranted" for _case, opener in accused)


LOAN = {"zh": "借阅", "key": ["number"], "enter": "clerk", "level": "yellow"}
OLD_BOOK = {**LOAN, "fields": {"number": "text!", "days": "number", "grace": "number", "total": "number"}}
NEW_BOOK = {**LOAN, "verify": "archivist", "date": "lent_on",
            "fields": {"number": "text!", "days": "number", "grace": "number", "lent_on": "date",
                       "total": {"plus": ["days", "grace"]}}}  # fmt: skip
CHANGE = date(2026, 3, 10)
BOOK = Ruling("home", "register", "loan", (
    Edition(date(2020, 1, 1), CHANGE, Register.model_validate(OLD_BOOK)),
    Edition(CHANGE, None, Register.model_validate(NEW_BOOK)),
))  # fmt: skip


def lent() -> Log:
    """An entry of each edition, entered on either side of midnight in Shanghai, both with a total of 1; and a sale of 7."""
    said = {"days": 10.0, "grace": 5.0, "total": 1.0, "lent_on": date(2026, 5, 1)}
    events = [
        {"case_id": "old", "activity": "entered", "at": datetime(2026, 3, 9, 15, 59, tzinfo=UTC), **said},
        {"case_id": "new", "activity": "entered", "at": datetime(2026, 3, 9, 16, 0, tzinfo=UTC), **said},
        {"case_id": "old", "activity": "changed", "at": datetime(2026, 3, 20, 2, tzinfo=UTC), "days": 20.0},
        {"case_id": "sale", "activity": "sold", "at": datetime(2026, 3, 20, 2, tzinfo=UTC), "total": 7.0},
    ]
    made = pl.DataFrame(events, schema_overrides={"at": pl.Datetime("us", "UTC")}, infer_schema_length=None)
    made = made.with_columns(unit=pl.lit("u"), event_id=pl.int_range(pl.len()).cast(pl.String), sequence=0)
    return Log(made, pl.DataFrame({"case_id": ["old", "new", "sale"], "kind": ["home/loan", "home/loan", "sale"]}))


def test_an_entry_counts_by_the_edition_of_the_day_it_was_entered():
    """A book that is verified from now on still counts what was entered before, and from its own days on."""
    rows = entries(lent(), BOOK, zone="Asia/Shanghai")
    assert rows.select("id", pl.col("from").dt.day()).rows() == [("old", 9), ("old", 20)]
    assert entries(lent(), BOOK, zone="Asia/Shanghai", is_open=True)["id"].to_list() == ["old", "old", "new"]
    assert {"lent_on", "total"} <= set(rows.columns)


def test_a_field_is_worked_out_by_the_edition_of_its_entry_and_other_cases_keep_theirs():
    rules = replace(Custom().rules([]), rulings=(BOOK,))
    totals = with_derived(lent(), rules).events.select("case_id", "total").rows()
    assert totals == [("old", 1.0), ("new", 15.0), ("old", None), ("sale", 7.0)]


def test_an_entry_is_put_into_the_period_its_edition_says():
    rules = replace(Custom().rules([]), rulings=(BOOK,))
    log = lent()
    log = Log(log.events, log.cases, {"loan": entries(log, BOOK, zone="Asia/Shanghai", is_open=True)})
    said = evaluate(log, rules, as_of=datetime(2026, 3, 20, tzinfo=UTC))
    how = Indicator.model_validate({"zh": "数", "over": "register:loan", "measure": "count"})
    days = [as_date(day) for day in population(how, log, said=said, rules=rules).day]
    assert days == [date(2026, 3, 9), date(2026, 3, 20), date(2026, 5, 1)]
