"""A gold card as a text says it (E158): both thresholds reached, on audited figures of a stated year, which the decision records."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import polars as pl
import pytest

from tests.rulebook.conftest import Town
from yinuo.engine.decisions import decide
from yinuo.engine.explain import said_lack
from yinuo.engine.log import Log

AUDITED = """year = { listed = { in = "accounts", on = { firm = "firm", year = "year", sales = "sales", capital = "capital" }, where = { audited = true } } }"""
BOTH = f"""[{{ when = {{ {AUDITED}, sales = {{ min = 30000000 }}, capital = {{ min = 5000000 }} }}, then = {{ topic = "gold" }} }}]"""
EITHER = f"""[
  {{ when = {{ {AUDITED}, sales = {{ min = 30000000 }} }}, then = {{ topic = "gold" }} }},
  {{ when = {{ {AUDITED}, capital = {{ min = 5000000 }} }}, then = {{ topic = "gold" }} }},
]"""
TEXT = """
[version.register.accounts]
zh = "经审计的年度数据"
key = ["firm"]
enter = "clerk"
level = "yellow"
strike = { by = "clerk" }
fields = { firm = "text!", year = "int!", sales = "number", capital = "number", audited = "bool" }

[version.table.card]
zh = "金卡"
for = { kind = "letter" }
on = "received"
rows = ROWS
"""
KEPT = (
    ("exact", 30_000_000, 5_000_000, True), ("short-of-capital", 40_000_000, 4_999_999, True),
    ("short-of-sales", 29_999_999, 6_000_000, True), ("not-audited", 40_000_000, 6_000_000, False),
)  # fmt: skip
"""Firm, sales, capital, whether the figures of 2025 were audited."""


def decided(town: Town, rows: str):
    """What the table gives each firm that states its figures of 2025, and one that states other figures than it has."""
    town.policy('topic = "text"', 'topic = "text", firm = "text", year = "int", sales = "number", capital = "number"')
    town.add(TEXT.replace("ROWS", rows))
    stated = [(name, name, sales, capital) for name, sales, capital, _audited in KEPT]
    stated.append(("boasting", "short-of-sales", 50_000_000, 6_000_000))
    at = datetime(2026, 3, 2, 2, tzinfo=UTC)
    events = pl.DataFrame([
        {"case_id": case, "activity": "received", "at": at, "event_id": case, "firm": firm, "year": 2025,
         "sales": float(sales), "capital": float(capital)}
        for case, firm, sales, capital in stated
    ])  # fmt: skip
    cases = pl.DataFrame({"case_id": [one[0] for one in stated], "kind": ["letter"] * len(stated)})
    accounts = pl.DataFrame([
        {"id": name, "from": date(2026, 1, 31), "until": None, "firm": name, "year": 2025, "sales": float(sales),
         "capital": float(capital), "audited": audited}
        for name, sales, capital, audited in KEPT
    ], schema_overrides={"until": pl.Date})  # fmt: skip
    rules = town.load().rules
    found = decide(Log(events, cases, {"accounts": accounts}), rules, as_of=datetime(2026, 3, 9, tzinfo=UTC))
    return {row["case_id"]: row for row in found.iter_rows(named=True)}, rules


@pytest.mark.holds("decision D10", shows="yinuo check")
def test_d10_and_means_both_from_the_very_figure_on_and_the_city_may_write_or(town: Town):
    """Sales and capital, the threshold itself enough; the refusal names the figure that fails. Or is two rows of the text."""
    found, rules = decided(town, BOTH)
    assert {name for name, row in found.items() if row["row"] is not None} == {"exact"}
    said = {
        name: [said_lack(lack, rules) for lack in json.loads(row["lacks"])]
        for name, row in found.items()
        if row["lacks"]
    }
    assert said["short-of-capital"] == ["“capital”应不少于5000000，现为4999999"]
    assert said["short-of-sales"] == ["“sales”应不少于30000000，现为29999999"]


@pytest.mark.holds("decision D10", shows="yinuo check")
def test_d10_either_is_two_rows(town: Town):
    found, _rules = decided(town, EITHER)
    given = {name for name, row in found.items() if row["row"] is not None}
    assert given == {"exact", "short-of-capital", "short-of-sales"}


@pytest.mark.holds("invariant 54", shows="yinuo replay")
def test_invariant_54_the_decision_records_the_figures_and_their_year(town: Town):
    """Only audited figures of the stated year count; what was looked at stands in the decision."""
    found, _rules = decided(town, BOTH)
    assert found["not-audited"]["row"] is None
    assert found["boasting"]["row"] is None, "other figures than the audited ones"
    inputs = json.loads(found["exact"]["inputs"])
    assert inputs.pop("firm") == "exact"
    assert {name: float(value) for name, value in inputs.items()} == {"capital": 5e6, "sales": 3e7, "year": 2025.0}
