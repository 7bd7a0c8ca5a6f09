"""One row per case: where case columns and moments are read from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from yinuo.kernel.logtext import Constant
from yinuo.logs.mapping import Plan
from yinuo.logs.rejected import Rejections

if TYPE_CHECKING:
    from yinuo.logs.shape import Shaping

ROW = "__row"


def one_row_each(rows: pl.DataFrame, case_ids: pl.Series, rejections: Rejections, *, columns: list[str]) -> pl.DataFrame:
    """The rows of a table of cases. Rows that repeat a case word for word are one; rows that differ reject the case."""
    own = [name for name in columns if name in rows.columns]
    rows = rows.with_columns(case_ids.gather(rows[ROW]).alias("case_id"))
    if rows["case_id"].n_unique() == len(rows):
        return rows
    rows = rows.sort(ROW).unique(list(dict.fromkeys(["case_id", *own])), keep="first", maintain_order=True)
    twice = rows["case_id"].is_duplicated()
    rejections.add(rows[ROW].filter(twice), "the case id stands on several rows that differ")
    return rows.filter(~twice)


def heads_of(rows: pl.DataFrame, plan: Plan, work: Shaping) -> pl.DataFrame:
    """For each case of a table of events the columns that belong to the case, from its first row in time."""
    asked = [theirs for theirs in plan.case.values() if not isinstance(theirs, Constant)]
    asked += [name for one in plan.moments for name in _columns_of(one.model_dump().values()) if name in rows.columns]
    asked = list(dict.fromkeys(asked))
    case_ids = work.case_ids.gather(rows[ROW]) if len(rows) < len(work.case_ids) else work.case_ids
    narrow = pl.DataFrame([case_ids, rows[ROW], *(rows[name] for name in asked if name != "case_id")])
    runs = _starts_of_runs(narrow, asked)
    cases = runs["case_id"].n_unique()
    if cases == len(runs):
        return runs
    alike = runs.unique(["case_id", *asked], keep="any")
    if len(alike) == cases:
        return alike.sort(ROW)
    return _first_in_time(rows, narrow, asked, work)


def _columns_of(values: object) -> list[str]:
    found: list[str] = []
    for value in values:  # type: ignore[attr-defined]
        if isinstance(value, dict):
            found += _columns_of(value.values())
        elif isinstance(value, str):
            found.append(value)
    return found


def _starts_of_runs(narrow: pl.DataFrame, asked: list[str]) -> pl.DataFrame:
    """Rows that differ from the one before in the case or in a case column: all there is to see in a sorted log."""
    if not len(narrow):
        return narrow
    differs = [pl.col(name).ne_missing(pl.col(name).shift(1)) for name in ("case_id", *asked)]
    return narrow.filter(pl.any_horizontal(differs) | (pl.int_range(pl.len()) == 0))


def _first_in_time(rows: pl.DataFrame, narrow: pl.DataFrame, asked: list[str], work: Shaping) -> pl.DataFrame:
    """Where case columns vary, the earliest row says; equal ones are parted by their content, never by their row."""
    at = work.plan.event.get("at")
    if at is None:
        return narrow.sort("case_id", *asked, nulls_last=True).unique("case_id", keep="first", maintain_order=True)
    moments = work.words.read("at", rows, at).alias("__at")
    order = ["case_id", "__at", *asked]
    ordered = narrow.with_columns(moments).sort(order, nulls_last=True)
    return ordered.unique("case_id", keep="first", maintain_order=True).drop("__at")
