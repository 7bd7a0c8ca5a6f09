"""From a table of their columns to events and cases of ours. Nothing is guessed: what is unsure is rejected."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from yinuo.engine.log import CASE_COLUMNS, EVENT_COLUMNS, Log
from yinuo.kernel.logtext import Constant
from yinuo.logs.fields import Words, as_text, blank_is_null, single
from yinuo.logs.heads import heads_of, one_row_each
from yinuo.logs.mapping import Column, Plan
from yinuo.logs.shaping import MOMENT, ROW, Shaping, Turn
from yinuo.logs.tables import Table
from yinuo.logs.turns import forwards, lose_unopened

_NO_EVENTS: Mapping[str, pl.DataType] = {
    "case_id": pl.String(), "activity": pl.String(), "at": EVENT_COLUMNS["at"], ROW: pl.UInt32()
}  # fmt: skip


def shape(
    table: Table, plan: Plan, *, words: Words, turns: Mapping[str, Turn], backwards: str
) -> tuple[Log, pl.DataFrame, pl.Series]:
    """The log, the rejected rows (REJECTED_COLUMNS), and for each event the number of the row that told it."""
    case_ids = blank_is_null(as_text(single(table.rows[plan.case_id]))).alias("case_id")
    work = Shaping(table, plan, words, turns, case_ids)
    rows = _with_case_ids(table.rows.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias(ROW)), work)
    events = None if plan.one_row_per_case else _rows_as_events(rows, work)
    heads = one_row_each(rows, work) if plan.one_row_per_case else heads_of(rows, work)
    cases = _cases(heads, work)
    together = [part for part in (_moments(heads, work, rows=events), events) if part is not None]
    everything = pl.concat(together, how="diagonal") if len(together) > 1 else together[0]
    lose_unopened(cases, work)
    everything, cases = _without_lost(everything, cases, work=work)
    everything = forwards(everything, cases, work=work, backwards=backwards)
    return Log(_tidy(everything), cases), work.rejections.frame(table, work.case_ids), everything[ROW]


def _with_case_ids(rows: pl.DataFrame, work: Shaping) -> pl.DataFrame:
    missing = work.case_ids.is_null()
    if missing.any():
        work.rejections.add(rows[ROW].filter(missing), "no case id", column=work.plan.case_id)
        rows = rows.filter(~missing)
    return rows


def _rows_as_events(rows: pl.DataFrame, work: Shaping) -> pl.DataFrame:
    """The events the rows tell, without those that cannot be read; a row with neither activity nor time tells none."""
    plan = work.plan
    columns: dict[str, pl.Series] = {"case_id": work.ids_of(rows)}
    bad: list[pl.Series] = []
    for ours, theirs in plan.event.items():
        columns[ours], wrong = work.read(ours, theirs, rows=rows)
        if wrong is not None:
            bad.append(wrong)
    events = pl.DataFrame([*(series.alias(name) for name, series in columns.items()), rows[ROW]])
    if not {"activity", "at"} <= plan.event.keys():
        return events.clear()
    bad += _incomplete(rows, events, work=work)
    if not bad:
        return _recorded(events)
    lost = pl.select(pl.any_horizontal(bad)).to_series()
    work.lost_events.append(events.filter(lost).select("case_id", "activity", ROW).drop_nulls())
    return _recorded(events.filter(~lost))


def _incomplete(rows: pl.DataFrame, events: pl.DataFrame, *, work: Shaping) -> list[pl.Series]:
    """Rows with no activity or no time; rows with neither are left out without a word: an empty cell is no event."""
    if not events["activity"].null_count() and not events["at"].null_count():
        return []
    at = work.plan.event["at"]
    blank_at = blank_is_null(rows[str(at)]).is_null()
    blank_activity = events["activity"].is_null() | isinstance(work.plan.event["activity"], Constant)
    bare = blank_at & blank_activity
    no_time = blank_at & ~blank_activity
    no_activity = events["activity"].is_null() & ~blank_at
    work.rejections.add(rows[ROW].filter(no_time), "no time", column=str(at))
    work.rejections.add(rows[ROW].filter(no_activity), "no activity", column=str(work.plan.event["activity"]))
    return [bare, no_time, no_activity]


def _recorded(events: pl.DataFrame) -> pl.DataFrame:
    """`recorded_at` defaults to `at`."""
    if "recorded_at" not in events.columns or not events["recorded_at"].null_count():
        return events
    return events.with_columns(pl.coalesce("recorded_at", "at").alias("recorded_at"))


def _cases(heads: pl.DataFrame, work: Shaping) -> pl.DataFrame:
    columns: dict[str, pl.Series] = {"case_id": heads["case_id"]}
    for ours, theirs in work.plan.case.items():
        columns[ours], wrong = work.read(ours, theirs, rows=heads)
        if wrong is not None:
            work.lost_cases.append(heads.filter(wrong).select("case_id", ROW))
    for ours in CASE_COLUMNS:
        columns.setdefault(ours, pl.repeat(None, len(heads), dtype=pl.String, eager=True))
    ordered = [*CASE_COLUMNS, *(name for name in columns if name not in CASE_COLUMNS)]
    return pl.DataFrame([columns[name].alias(name) for name in ordered])


def _moments(heads: pl.DataFrame, work: Shaping, *, rows: pl.DataFrame | None) -> pl.DataFrame | None:
    """Events held in columns; at equal instants they follow the list of the text and precede the rows."""
    plan = work.plan
    if not plan.moments:
        return None if rows is not None else pl.DataFrame(schema=_NO_EVENTS)
    first = 0
    if rows is not None:
        lowest = rows["sequence"].min() if "sequence" in rows.columns else None
        first = min(0, lowest if isinstance(lowest, int) else 0) - len(plan.moments)
    shared = {
        ours: theirs for ours, theirs in plan.event.items()
        if plan.one_row_per_case and ours in ("actor", "step", "recorded_at")
    }  # fmt: skip
    found = []
    for number, moment in enumerate(plan.moments):
        own: dict[str, Column] = {**shared, "at": moment.at, **moment.fields}
        own |= {
            ours: theirs for ours in ("recorded_at", "actor", "unit")
            if (theirs := getattr(moment, ours)) is not None
        }  # fmt: skip
        found.append(_one_moment(heads, work, do=moment.do, own=own).with_columns(
            pl.lit(first + number, pl.Int64).alias("sequence"), pl.lit(number, pl.Int32).alias(MOMENT)
        ))  # fmt: skip
    return _recorded(pl.concat(found, how="diagonal"))


def _one_moment(heads: pl.DataFrame, work: Shaping, *, do: str, own: Mapping[str, Column]) -> pl.DataFrame:
    present = {ours: theirs for ours, theirs in own.items() if isinstance(theirs, Constant) or theirs in heads.columns}
    if "at" not in present:
        return pl.DataFrame(schema=_NO_EVENTS)
    held = heads.filter(blank_is_null(heads[str(present["at"])]).is_not_null())
    columns = [held["case_id"], pl.repeat(do, len(held), dtype=pl.String, eager=True).alias("activity"), held[ROW]]
    bad: list[pl.Series] = []
    for ours, theirs in present.items():
        series, wrong = work.read(ours, theirs, rows=held)
        columns.append(series)
        if wrong is not None:
            bad.append(wrong)
    events = pl.DataFrame(columns)
    if not bad:
        return events
    lost = pl.select(pl.any_horizontal(bad)).to_series()
    work.lost_events.append(events.filter(lost).select("case_id", "activity", ROW))
    return events.filter(~lost)


def _without_lost(events: pl.DataFrame, cases: pl.DataFrame, *, work: Shaping) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Take the rejected cases out; each of their rows that is not listed yet is listed too."""
    if not work.lost_cases:
        return events, cases
    lost = pl.concat(work.lost_cases).group_by("case_id").agg(pl.col(ROW).min().alias("__cause"))
    listed = work.rejections.rows().to_frame()
    gone = events.join(lost, on="case_id").unique(ROW).join(listed, on=ROW, how="anti")
    causes = work.table.lines(gone["__cause"]).alias("line").to_frame()
    reasons = causes.select(pl.format("its case is rejected: see line {}", "line")).to_series()
    work.rejections.add(gone[ROW], reasons)
    return events.join(lost, on="case_id", how="anti"), cases.join(lost, on="case_id", how="anti")


def _tidy(events: pl.DataFrame) -> pl.DataFrame:
    """Our columns in our order, then the attributes; `sequence` of rows beside moments is 0 unless the log says it."""
    if MOMENT in events.columns and "sequence" in events.columns:
        events = events.with_columns(
            pl.when(pl.col(MOMENT).is_null())
            .then(pl.col("sequence").fill_null(0))
            .otherwise("sequence")
            .alias("sequence")
        )
    attributes = [name for name in events.columns if name not in EVENT_COLUMNS and name not in (ROW, MOMENT)]
    own = [name for name in EVENT_COLUMNS if name in events.columns]
    return pl.DataFrame([events[name] for name in (*own, *attributes)])
