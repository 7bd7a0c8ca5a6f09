"""Ends that stand before their start: rejected, or read directly after it (`[log] backwards`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from yinuo.logs.shape import Shaping

ROW = "__row"
MOMENT = "__moment"


def forwards(events: pl.DataFrame, work: Shaping, *, backwards: str) -> pl.DataFrame:
    """The events with no end before the first opening of its case. Each one found is listed."""
    turns = work.turns
    if not turns.opens or not turns.ends or not len(events):
        return events
    activity = pl.col("activity")
    starts = (
        events.lazy()
        .filter(activity.is_in(list(turns.opens)))
        .group_by("case_id")
        .agg(pl.col("at").min().alias("__start"))
        .collect()
    )
    ends = events.filter(activity.is_in(list(turns.ends - turns.opens)))
    early = ends.join(starts, on="case_id").filter(pl.col("at") < pl.col("__start"))
    if not len(early):
        return events
    _list(early, work, kept=backwards == "end_at_start")
    keys = [name for name in (ROW, MOMENT) if name in events.columns]
    rest = events.join(early, on=keys, how="anti", nulls_equal=True)
    if backwards != "end_at_start":
        return rest
    return pl.concat([rest, _after_start(early, events)], how="diagonal")


def _after_start(early: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """The ends moved to the instant of their start, in order behind every opening at that instant."""
    if "sequence" not in events.columns:
        return early.with_columns(pl.col("__start").alias("at"), pl.lit(1, pl.Int64).alias("sequence")).drop("__start")
    openings = (
        events.join(early.select("case_id", "__start").unique("case_id"), on="case_id")
        .filter(pl.col("at") == pl.col("__start"))
        .group_by("case_id")
        .agg(pl.col("sequence").max().alias("__after"))
    )
    later = pl.max_horizontal("sequence", pl.col("__after").fill_null(0) + 1)
    moved = early.join(openings, on="case_id", how="left").with_columns(pl.col("__start").alias("at"), later.alias("sequence"))
    return moved.drop("__start", "__after")


def _list(early: pl.DataFrame, work: Shaping, *, kept: bool) -> None:
    reason = "an end before its start" + ("; read directly after the start" if kept else "")
    plan = work.plan
    for number in early[MOMENT].unique() if MOMENT in early.columns else [None]:
        some = early.filter(pl.col(MOMENT).eq_missing(number)) if MOMENT in early.columns else early
        theirs = str(plan.event["at"]) if number is None else plan.moments[number].at
        values = work.table.rows[theirs].gather(some[ROW])
        work.rejections.add(some[ROW], reason, column=theirs, values=values, kept=kept)
