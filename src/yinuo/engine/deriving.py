"""Fields of a register that are worked out from others: one operation each, null where an operand is (part 2, 2.7)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from yinuo.engine.clauses.register import Register, RegisterField, Roll
from yinuo.engine.clauses.table import Table
from yinuo.engine.context import references
from yinuo.engine.deciding import first_row, holding
from yinuo.engine.entries import told, with_entries
from yinuo.engine.fieldtypes import column_type
from yinuo.engine.log import Log
from yinuo.engine.matching import Matcher, Rows, Tables
from yinuo.engine.rules import Rules, Ruling
from yinuo.engine.tables import Table as DatedTable
from yinuo.kernel.instants import day_number


def with_derived(log: Log, rules: Rules) -> Log:
    """The log with every derived field of its registers' entries, worked out anew at each of their events."""
    events = log.events
    books = [one for one in rules.of_kind("register") if _book(one).derived and _is_there(log, one)]
    for ruling in sorted(books, key=lambda one: any(field.roll for field in _book(one).derived.values())):
        clause = _book(ruling)
        is_rolled = any(field.roll for field in clause.derived.values())
        tables = with_entries(Log(events, log.cases, log.tables), rules).tables if is_rolled else log.tables
        numbered = Log(events.with_row_index("#row"), log.cases, log.tables)
        mine = derived(told(numbered, ruling.name, clause, zone=rules.zone), clause, rules, tables)
        names = list(clause.derived)
        kept = events.drop([name for name in names if name in events.columns]).with_row_index("#row")
        events = kept.join(mine.select("#row", *names), on="#row", how="left", maintain_order="left").drop("#row")
    return log if events is log.events else Log(events, log.cases, log.tables)


def _book(ruling: Ruling) -> Register:
    clause = ruling.editions[-1].clause
    assert isinstance(clause, Register)
    return clause


def _is_there(log: Log, ruling: Ruling) -> bool:
    return "kind" in log.cases.columns and bool((log.cases["kind"] == ruling.name).any())


def derived(frame: pl.DataFrame, clause: Register, rules: Rules, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows of entries (with `id` and `day`) with their derived fields, those that others need first."""
    frame = frame.drop([name for name in clause.derived if name in frame.columns])
    waiting = dict(clause.derived)
    while waiting:
        ready = {name: one for name, one in waiting.items() if not waiting.keys() & set(one.operands)}
        for name, one in (ready or waiting).items():
            frame = _with_one(frame, name, one, rules=rules, tables=tables)
            del waiting[name]
    return frame


def _with_one(
    frame: pl.DataFrame, name: str, one: RegisterField, *, rules: Rules, tables: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    kind = column_type(one.word)
    if one.roll is not None:
        made = _rolled(frame, one.roll, rules=rules, tables=tables)
    elif one.lookup is not None:
        made = _looked_up(frame, one.lookup, rules=rules, tables=tables)
    else:
        frame = frame.with_columns(
            pl.lit(None, dtype=pl.Float64).alias(operand) for operand in one.operands if operand not in frame.columns
        )
        made = frame.select(worked_out(one)).to_series()
    return frame.with_columns(made.cast(kind, strict=False).alias(name))


def worked_out(one: RegisterField) -> pl.Expr:
    """One operation on two fields; null where one of them is, and for a ratio to nothing."""
    left, right = (pl.col(name) for name in one.operands)
    if one.days:
        return (right.cast(pl.Date) - left.cast(pl.Date)).dt.total_days()
    left, right = left.cast(pl.Float64), right.cast(pl.Float64)
    if one.ratio:
        return pl.when(right != 0).then(left / right)
    return left - right if one.minus else left + right if one.plus else left * right


def _matcher(rules: Rules, tables: Mapping[str, pl.DataFrame]) -> Matcher:
    dated = Tables({name: DatedTable(frame) for name, frame in tables.items()}, references(rules))
    return Matcher(dated, rules.calendar.clock)


def _looked_up(frame: pl.DataFrame, lookup: str, *, rules: Rules, tables: Mapping[str, pl.DataFrame]) -> pl.Series:
    """What a decision table of the day gives for each row."""
    id_, _, output = lookup.removeprefix("table:").rpartition(".")
    ruling = next(one for one in rules.of_kind("table") if one.id == id_)
    day = frame["day"].to_physical().cast(pl.Int64).to_numpy()
    found: list[object] = [None] * len(frame)
    matcher, records = _matcher(rules, tables), Rows(frame, day)
    for edition in ruling.editions:
        clause = edition.clause
        assert isinstance(clause, Table)
        until = day_number(edition.until) if edition.until is not None else 2**40
        rows = np.flatnonzero((day >= day_number(edition.start)) & (day < until))
        for row, held in zip(rows, first_row(holding(clause.rows, matcher, records, at=rows)), strict=True):
            found[row] = clause.rows[held].then.get(output) if held >= 0 else clause.otherwise.get(output)
    return pl.Series([None if value is None else str(value) for value in found], dtype=pl.String)


def _rolled(frame: pl.DataFrame, roll: Roll, *, rules: Rules, tables: Mapping[str, pl.DataFrame]) -> pl.Series:
    """Over the entries of another register that name this one and are in force on the day of each row."""
    book, _, ref = roll.of.removeprefix("register:").rpartition(".")
    others = tables.get(book)
    if others is None or others.is_empty() or ref not in others.columns:
        size = len(frame)
        return pl.Series([0.0] * size if roll.roll in ("count", "distinct") else [None] * size, dtype=pl.Float64)
    every = np.arange(len(others), dtype=np.int64)
    allowed = _matcher(rules, tables).holds(roll.where, Rows(others, np.zeros(len(others), np.int64)), rows=every)
    value = pl.col(roll.field).alias("#value") if roll.field else pl.lit(1).alias("#value")
    others = others.filter(pl.Series(allowed)).select(
        pl.col(ref).alias("id"), pl.col("from").alias("#from"), pl.col("until").alias("#until"), value
    )
    mine = frame.select("id", "day").with_row_index("#mine")
    both = mine.join(others, on="id", how="left").filter(
        pl.col("#from").is_null()
        | ((pl.col("#from") <= pl.col("day")) & (pl.col("#until").is_null() | (pl.col("day") < pl.col("#until"))))
    )
    known = pl.col("#value").filter(pl.col("#from").is_not_null())
    how = {
        "count": known.len(), "sum": known.cast(pl.Float64, strict=False).sum(),
        "latest": pl.col("#value").sort_by("#from").last(), "distinct": known.n_unique(),
    }[roll.roll]  # fmt: skip
    result = mine.join(both.group_by("#mine").agg(how.alias("#made")), on="#mine", how="left", maintain_order="left")
    made = result["#made"]
    return made.fill_null(0) if roll.roll in ("count", "distinct") else made
