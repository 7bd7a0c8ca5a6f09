"""One case alone, in a batch, in any order of its rows: the same answer, every column of it."""

from __future__ import annotations

import random
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests.reference.comparison import Custom, History, Text, engine_says
from tests.reference.simulation import TEXTS, year
from tests.reference.strategies import conventions, histories, promises, versions
from yinuo.engine.log import Said

FLOW = Text.always(
    "permit", "flow", opens="received", ends=["decided", "refused", "withdrawn"],
    holder={"received": "unit", "accepted": "unit", "suspended": "unit"},
)  # fmt: skip
YEAR = year(200, seed=5)
CLAUSES = [FLOW, *TEXTS]
TABLES = ("clocks", "findings", "holdings")


def _same(one: Said, other: Said) -> None:
    for name in TABLES:
        assert_frame_equal(_sorted(getattr(one, name)), _sorted(getattr(other, name)))


def _sorted(table: pl.DataFrame) -> pl.DataFrame:
    return table.sort(table.columns, nulls_last=True)


def _alone(history: History, case_id: str) -> History:
    """The same history with nothing in it but this case."""
    events = [event for event in history.events if event["case_id"] == case_id]
    return replace(history, events=events, cases=[case for case in history.cases if case["case_id"] == case_id])


@pytest.fixture(scope="module")
def whole() -> Said:
    said = engine_says(YEAR, CLAUSES, Custom())
    assert all(getattr(said, name).height for name in TABLES)
    return said


@pytest.mark.parametrize("seed", range(3))
def test_rows_in_any_order(whole: Said, seed: int) -> None:
    events, cases = list(YEAR.events), list(YEAR.cases)
    random.Random(seed).shuffle(events)
    random.Random(seed).shuffle(cases)
    _same(whole, engine_says(replace(YEAR, events=events, cases=cases), CLAUSES, Custom()))


def test_each_case_alone(whole: Said) -> None:
    for case in YEAR.cases[::4]:
        alone = engine_says(_alone(YEAR, case["case_id"]), CLAUSES, Custom())
        mine = pl.col("case_id") == case["case_id"]
        _same(Said(*(getattr(whole, name).filter(mine) for name in TABLES)), alone)


def test_batches_concatenated(whole: Said) -> None:
    names = [case["case_id"] for case in YEAR.cases]
    parts = []
    for first in range(0, len(names), 70):
        batch = set(names[first : first + 70])
        events = [event for event in YEAR.events if event["case_id"] in batch]
        cases = [case for case in YEAR.cases if case["case_id"] in batch]
        parts.append(engine_says(replace(YEAR, events=events, cases=cases), CLAUSES, Custom()))
    _same(whole, Said(*(pl.concat([getattr(part, name) for part in parts]) for name in TABLES)))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=st.data(), unit=st.sampled_from(["workdays", "days", "hours", "office hours"]))
def test_random_histories(drawn: st.DataObject, unit: str) -> None:
    history = drawn.draw(histories(unit=unit))
    text = drawn.draw(promises(unit).flatmap(versions))
    custom = Custom(conventions=drawn.draw(conventions(unit)))
    said = engine_says(history, [text], custom)
    _same(said, engine_says(replace(history, events=drawn.draw(st.permutations(history.events))), [text], custom))
    for case in history.cases:
        alone = engine_says(_alone(history, case["case_id"]), [text], custom)
        mine = pl.col("case_id") == case["case_id"]
        _same(Said(*(getattr(said, name).filter(mine) for name in TABLES)), alone)
