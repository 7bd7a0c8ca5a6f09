"""Fields of a register that are worked out from others: one operation each, null where an operand is (part 2, 2.7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from yinuo.engine.clauses.register import Register, RegisterField, Roll
from yinuo.engine.clauses.table import Table
from yinuo.engine.context import references
from yinuo.engine.deciding import first_row, holding
from yinuo.engine.entries import by_edition, child_of, registers, told, with_entries
from yinuo.engine.fieldtypes import column_type
from yinuo.engine.log import Log
from yinuo.engine.matching import Matcher, Rows, Tables
from yinuo.engine.rules import Rules, Ruling
from yinuo.engine.tables import Table as DatedTable
from yinuo.kernel.instants import day_number


def with_derived(log: Log, rules: Rules) -> Log:
    """The log with every derived field of its registers' entries, worked out anew at each of their events."""
    events = log.events
    books = [one for one in rules.of_kind("register") if _derived(one) and _is_there(log, one)]
    for ruling in _in_order(books):
        is_rolled = any(field.roll for field in _derived(ruling))
        tables = with_entries(Log(events, log.cases, log.tables), rules).tables if is_rolled else log.tables
        numbered = Log(events.with_row_index("#row"), log.cases, log.tables)
        for clause, its in by_edition(numbered, ruling, zone=rules.zone):
            if not clause.derived:
                continue
            mine = derived(told(its, ruling.name, clause, zone=rules.zone), clause, rules, tables)
            events = _replaced(events, mine.select("#row", *clause.derived))
    return log if events is log.events else Log(events, log.cases, log.tables)


def _replaced(events: pl.DataFrame, made: pl.DataFrame) -> pl.DataFrame:
    """The events with the columns made for some of them (by `#row`); what the others carry stays."""
    names = [name for name in made.columns if name != "#row"]
    made = made.rename({name: f"#{name}" for name in names}).with_columns(pl.lit(value=True).alias("#is"))
    joined = events.with_row_index("#row").join(made, on="#row", how="left", maintain_order="left")
    kept = []
    for name in names:
        own = pl.col(name) if name in events.columns else pl.lit(None)
        own = own.cast(made.schema[f"#{name}"], strict=False)
        kept.append(pl.when("#is").then(f"#{name}").otherwise(own).alias(name))
    return joined.with_columns(kept).drop("#row", "#is", *(f"#{name}" for name in names))


def _in_order(books: Sequence[Ruling]) -> Iterator[Ruling]:
    """Those first that another rolls up, however they are written."""
    waiting = {one.id: one for one in sorted(books, key=lambda one: one.name)}
    while waiting:
        ready = [one for one in waiting.values() if not _rolled_by(one) & waiting.keys() - {one.id}]
        for one in ready or tuple(waiting.values()):
            yield waiting.pop(one.id)


def _rolled_by(ruling: Ruling) -> set[str]:
    """The registers whose entries come together in a register's fields."""
    return {child_of(one.roll.of)[0] for one in _derived(ruling) if one.roll is not None}


def _derived(ruling: Ruling) -> list[RegisterField]:
    """What is worked out in a register, in any of its editions."""
    return [field for clause in registers(ruling) for field in clause.derived.values()]


def _is_there(log: Log, ruling: Ruling) -> bool:
    return "kind" in log.cases.columns and bool((log.cases["kind"] == ruling.name).any())


def derived(frame: pl.DataFrame, clause: Register, rules: Rules, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows of entries (with `id` and `day`) with their derived fields, those that others need first."""
    frame = frame.drop([name for name in clause.derived if name in frame.columns])
    for name in (*(order := ordered(clause, rules)), *sorted(clause.derived.keys() - set(order))):
        frame = _with_one(frame, name, clause.derived[name], rules=rules, tables=tables)
    return frame


def ordered(clause: Register, rules: Rules) -> tuple[str, ...]:
    """The derived fields of a register, each after those it is worked out from; those that wait for themselves are left out."""
    waiting = {name: _needs(one, rules) for name, one in sorted(clause.derived.items())}
    found: list[str] = []
    while ready := [name for name, needs in waiting.items() if not needs & waiting.keys()]:
        found += ready
        for name in ready:
            del waiting[name]
    return tuple(found)


def _needs(one: RegisterField, rules: Rules) -> set[str]:
    """The fields of the entry one is worked out from: its operands, and what the rows of the table it looks into read."""
    editions = _table(one.lookup, rules).editions if one.lookup is not None else ()
    rows = [row for edition in editions if isinstance(edition.clause, Table) for row in edition.clause.rows]
    return {*one.operands, *(name.partition(".")[0] for row in rows for name in row.when.fields())}


def _table(lookup: str, rules: Rules) -> Ruling:
    """The decision table of `table:id.output`."""
    id_ = child_of(lookup.removeprefix("table:"))[0]
    return next(one for one in rules.of_kind("table") if one.id == id_)


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
    ruling, output = _table(lookup, rules), lookup.rpartition(".")[2]
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
    """Over the entries of another register that name this one and are in force on the day of each row.

    Of no entries the count is 0, and there is no sum and no latest; an entry that does not say the field counts for none.
    """
    book, ref = child_of(roll.of)
    others = tables.get(book)
    counts = roll.roll in ("count", "distinct")
    if others is None or ref not in others.columns:
        return pl.Series([0.0 if counts else None] * len(frame), dtype=pl.Float64)
    every = np.arange(len(others), dtype=np.int64)
    allowed = _matcher(rules, tables).holds(roll.where, Rows(others, np.zeros(len(others), np.int64)), rows=every)
    value = pl.col(roll.field).alias("#value") if roll.field else pl.lit(1).alias("#value")
    others = others.filter(pl.Series(allowed, dtype=pl.Boolean)).select(
        pl.col(ref).alias("id"), pl.col("from").alias("#from"), pl.col("until").alias("#until"), value
    )
    mine = frame.select("id", "day").with_row_index("#mine")
    begun = pl.col("#from").is_null() | (pl.col("#from") <= pl.col("day"))
    lasts = pl.col("#until").is_null() | (pl.col("day") < pl.col("#until"))
    there = mine.join(others, on="id", how="inner", maintain_order="left_right").filter(begun & lasts)
    known = pl.col("#value").drop_nulls()
    how = {
        "count": pl.len(), "sum": pl.when(known.len() > 0).then(known.cast(pl.Float64, strict=False).sum()),
        "latest": pl.col("#value").sort_by("#from", maintain_order=True).last(), "distinct": known.n_unique(),
    }[roll.roll]  # fmt: skip
    made = mine.join(there.group_by("#mine").agg(how.alias("#made")), on="#mine", how="left", maintain_order="left")
    return made["#made"].fill_null(0) if counts else made["#made"]
