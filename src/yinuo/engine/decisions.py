"""Decision tables over a log: which request got what by which row, and how much of a share was granted (grammar 2.4)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import polars as pl

from yinuo.engine.clauses.conditions import Condition, Event
from yinuo.engine.clauses.table import Cap, FromRegister, Table
from yinuo.engine.columns import Bool
from yinuo.engine.context import Context, editions
from yinuo.engine.deciding import first_row, holding, nearest, shown
from yinuo.engine.deriving import with_derived
from yinuo.engine.findings import instants
from yinuo.engine.history import History
from yinuo.engine.log import DECISION_COLUMNS, SHARE_COLUMNS, Log
from yinuo.engine.periods import period_begin, period_end
from yinuo.engine.rules import Edition, Rules, Ruling
from yinuo.kernel.instants import Int64, day_number, microseconds


def decide(log: Log, rules: Rules, *, as_of: datetime) -> pl.DataFrame:
    """Every request of every table and what the text gives it, columns DECISION_COLUMNS, in order of case and time.

    The edition is that of the request's local day. `row` counts from 1 and is null when none holds; then `nearest` is the
    row that lacks least and `lacks` names each test that fails, with what was found. With match = "all" the results are
    those of all rows that hold, the first one's word first.
    """
    if not _asked(log, rules):
        return pl.DataFrame(schema=DECISION_COLUMNS)
    context = _context(log, rules, as_of)
    parts = [pl.DataFrame(schema=DECISION_COLUMNS)]
    for ruling in rules.of_kind("table"):
        requests = [event for edition in ruling.editions for event in _table(edition).on]
        rows = context.found(tuple(dict.fromkeys(requests)))
        used = context.edition_of(ruling, context.history.days(rows))
        for index, edition in editions(ruling, used):
            mine = rows[used == index]
            clause = _table(edition)
            mine = mine[context.applies(clause, mine)]
            mine = mine[context.matcher.matches(clause.on, context.history, rows=mine)]
            parts.append(_decided(context, ruling, edition=edition, rows=mine))
    return pl.concat(parts).sort("case_id", "at", "event_id", "institution", "clause")


def shares(log: Log, rules: Rules, *, as_of: datetime) -> pl.DataFrame:
    """How many each table with a cap granted, of how many, columns SHARE_COLUMNS: one row a unit (or the city) and period.

    The cap is that of the edition in force on the period's first day. `over` says that more were granted than it allows.
    """
    context = _context(log, rules, as_of)
    parts = [pl.DataFrame(schema=SHARE_COLUMNS)]
    for ruling in rules.of_kind("table"):
        for edition in ruling.editions:
            clause = _table(edition)
            if clause.grant is not None and clause.grant.cap is not None:
                parts.append(_shared(context, ruling, edition=edition, cap=clause.grant.cap))
    return pl.concat(parts).sort("institution", "clause", "period_start", "unit")


def _asked(log: Log, rules: Rules) -> bool:
    """Whether anybody requests what some table decides: else there is no history to be put in order."""
    requests = (event for one in rules.of_kind("table") for edition in one.editions for event in _table(edition).on)
    wanted = {name for event in requests for name in event.activities}
    return "any" in wanted or bool(log.events["activity"].is_in(sorted(wanted)).any())


def _context(log: Log, rules: Rules, as_of: datetime) -> Context:
    return Context.of(History.read(with_derived(log, rules), rules, as_of=microseconds(as_of), known_at=None))


def _table(edition: Edition) -> Table:
    assert isinstance(edition.clause, Table)
    return edition.clause


def _decided(context: Context, ruling: Ruling, *, edition: Edition, rows: Int64) -> pl.DataFrame:
    clause, history = _table(edition), context.history
    if rows.size == 0:
        return pl.DataFrame(schema=DECISION_COLUMNS)
    held = holding(clause.rows, context.matcher, history, at=rows)
    row = first_row(held)
    read_from = clause.rows_from if isinstance(clause.rows_from, FromRegister) else None
    refused = np.flatnonzero(row < 0)
    near = dict(zip(refused.tolist(), nearest(clause.rows, context.matcher, history, at=rows[refused]), strict=True))
    read = tuple(sorted({name for one in clause.rows for name in one.when.fields()}))
    frame = pl.DataFrame({
        "case_id": history.log.cases["case_id"][history.case[rows]],
        "event_id": history.event_ids(rows), "at": instants(history.at[rows]),
        "unit": history.column("unit", rows).series().cast(pl.String),
        "row": pl.Series([int(one) + 1 if one >= 0 else None for one in row], dtype=pl.Int32),
        "results": [_results(clause, one) if read_from is None or not one.any() else _of_register(context, read_from, row)
                    for one, row in zip(held, np.split(rows, rows.size), strict=True)],
        "nearest": pl.Series([near[n].row + 1 if n in near else None for n in range(rows.size)], dtype=pl.Int32),
        "lacks": [_json(list(near[n].lacks)) if n in near else None for n in range(rows.size)],
        "inputs": [_inputs(context, read, rows[n : n + 1]) for n in range(rows.size)],
    })  # fmt: skip
    return frame.with_columns(
        pl.lit(ruling.institution).alias("institution"), pl.lit(ruling.id).alias("clause"),
        pl.lit(edition.version).alias("version"),
    ).select(pl.col(name).cast(kind) for name, kind in DECISION_COLUMNS.items())  # fmt: skip


def _results(clause: Table, held: Bool) -> str:
    """The results of the row that holds (of all that hold), else those of `otherwise`, as JSON."""
    numbers = np.flatnonzero(held)
    if numbers.size == 0:
        return _json({name: _plain(value) for name, value in clause.otherwise.items()})
    if clause.match == "first":
        return _json({name: _plain(value) for name, value in clause.rows[int(numbers[0])].then.items()})
    several: dict[str, list[object]] = {}
    for number in numbers:
        for name, value in clause.rows[int(number)].then.items():
            if _plain(value) not in several.setdefault(name, []):
                several[name].append(_plain(value))
    return _json(several)


def _of_register(context: Context, read: FromRegister, row: Int64) -> str:
    """The results as the entry in force on the day of the request gives them; of several the one that began last."""
    history = context.history
    table = context.matcher.tables.tables[read.register_]
    wanted = [(column, context.matcher.value(field, history, rows=row)) for column, field in read.on.items()]
    (place,) = table.newest(wanted, history.days(row))
    if place < 0:
        return _json({})
    found = table.frame.row(int(place), named=True)
    return _json({field: _plain(found[column]) for field, column in read.then.items()})


def _inputs(context: Context, names: Sequence[str], row: Int64) -> str:
    """What the rows of the table read of one request."""
    return _json({name: shown(name, context.matcher, context.history, at=row) for name in names})


def _plain(value: object) -> object:
    return value if isinstance(value, (bool, int, str)) else str(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _shared(context: Context, ruling: Ruling, *, edition: Edition, cap: Cap) -> pl.DataFrame:
    clause = _table(edition)
    granted = _counted(context, clause.gives, cap, condition=clause.for_)
    of = _counted(context, cap.of, cap, condition=cap.for_)
    counts = granted.group_by("unit", "begin").len("granted").join(
        of.group_by("unit", "begin").len("of"), on=["unit", "begin"], how="full", coalesce=True, nulls_equal=True
    ).with_columns(pl.col("granted").fill_null(0), pl.col("of").fill_null(0))  # fmt: skip
    until = day_number(edition.until) if edition.until is not None else 2**40
    counts = counts.filter((pl.col("begin") >= day_number(edition.start)) & (pl.col("begin") < until))
    begin = counts["begin"].to_numpy()
    allowed = pl.col("of") * float(cap.share) + 1e-9 if cap.share is not None else pl.lit(float(cap.most or 0))
    share = pl.when(pl.col("of") > 0).then(pl.col("granted") / pl.col("of"))
    return counts.with_columns(
        pl.lit(ruling.institution).alias("institution"), pl.lit(ruling.id).alias("clause"),
        pl.lit(edition.version).alias("version"),
        pl.Series(begin).cast(pl.Int32).cast(pl.Date).alias("period_start"),
        pl.Series(period_end(begin, cap.per) - 1).cast(pl.Int32).cast(pl.Date).alias("period_end"),
        (share if cap.of else pl.lit(None)).alias("share"),
        pl.lit(float(cap.share) if cap.share is not None else float(cap.most or 0)).alias("cap"),
        (pl.col("granted") > allowed).alias("over"),
    ).select(pl.col(name).cast(kind) for name, kind in SHARE_COLUMNS.items())  # fmt: skip


def _counted(context: Context, events: tuple[Event, ...], cap: Cap, *, condition: Condition | None) -> pl.DataFrame:
    """Events with their unit (null for the whole city) and the first day of their period."""
    history = context.history
    rows = context.found(events)
    rows = rows[context.matcher.holds(condition, history, rows=rows)]
    begin = period_begin(history.days(rows), cap.per)
    unit = history.column("unit", rows).series().cast(pl.String)
    if cap.by == "city":
        unit = pl.Series([None] * rows.size, dtype=pl.String)
    return pl.DataFrame({"unit": unit, "begin": pl.Series(begin, dtype=pl.Int64)})
