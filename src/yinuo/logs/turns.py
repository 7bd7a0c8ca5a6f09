"""Where cases begin and end: a rejected opening takes its case along, an end may not stand before its start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from yinuo.logs.shaping import MOMENT, ROW, Shaping, Turn


def lose_unopened(cases: pl.DataFrame, work: Shaping) -> None:
    """Reject the cases whose opening was rejected."""
    if not work.lost_events:
        return
    lost = pl.concat(work.lost_events)
    for turn, some in _by_kind(lost, cases, turns=work.turns):
        work.lost_cases.append(some.filter(pl.col("activity").is_in(list(turn.opens))).select("case_id", ROW))


def forwards(events: pl.DataFrame, cases: pl.DataFrame, *, work: Shaping, backwards: str) -> pl.DataFrame:
    """The events with no end before the first opening of its case (`[log] backwards`). Each one found is listed."""
    told = frozenset().union(*(turn.opens | turn.ends for turn in work.turns.values()))
    if not told or not len(events):
        return events
    turning = events.filter(pl.col("activity").is_in(list(told)))
    early = [_early(some, turn) for turn, some in _by_kind(turning, cases, turns=work.turns)]
    found = pl.concat(early) if early else turning.clear()
    if not len(found):
        return events
    moved = backwards == "end_at_start"
    _list(found, work, kept=moved)
    keys = [name for name in (ROW, MOMENT) if name in events.columns]
    rest = events.join(found, on=keys, how="anti", nulls_equal=True)
    return pl.concat([rest, _after_start(found, turning)], how="diagonal") if moved else rest


def _by_kind(
    events: pl.DataFrame, cases: pl.DataFrame, *, turns: Mapping[str, Turn]
) -> Iterator[tuple[Turn, pl.DataFrame]]:
    """The events of each kind of case with its turns; a case of no known kind turns where any kind does."""
    anyhow = Turn(
        frozenset().union(*(turn.opens for turn in turns.values())),
        frozenset().union(*(turn.ends for turn in turns.values())),
    )
    kinds = cases["kind"].unique().to_list()
    if len(kinds) == 1:
        yield turns.get(kinds[0], anyhow), events
        return
    kinded = events.join(cases.select("case_id", pl.col("kind").alias("__kind")), on="case_id", how="left")
    for kind, some in kinded.partition_by("__kind", include_key=False, as_dict=True).items():
        yield turns.get(str(kind[0]), anyhow), some


def _early(events: pl.DataFrame, turn: Turn) -> pl.DataFrame:
    """Ends before the first opening of their case, with that opening as `__start`."""
    activity = pl.col("activity")
    starts = (
        events.filter(activity.is_in(list(turn.opens))).group_by("case_id").agg(pl.col("at").min().alias("__start"))
    )
    ends = events.filter(activity.is_in(list(turn.ends - turn.opens)))
    return ends.join(starts, on="case_id").filter(pl.col("at") < pl.col("__start"))


def _after_start(early: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """The ends moved to the instant of their start, in order behind what turns the case at that instant."""
    ordered = events if "sequence" in events.columns else events.with_columns(pl.lit(0, pl.Int64).alias("sequence"))
    openings = (
        ordered.join(early.select("case_id", "__start").unique("case_id"), on="case_id")
        .filter(pl.col("at") == pl.col("__start"))
        .group_by("case_id")
        .agg(pl.col("sequence").fill_null(0).max().alias("__after") + 1)
    )
    own = [pl.col("sequence")] if "sequence" in early.columns else []
    return (
        early.join(openings, on="case_id", how="left")
        .with_columns(pl.col("__start").alias("at"), pl.max_horizontal(*own, "__after").alias("sequence"))
        .drop("__start", "__after")
    )


def _list(early: pl.DataFrame, work: Shaping, *, kept: bool) -> None:
    reason = "an end before its start" + ("; read directly after the start" if kept else "")
    parts = early.partition_by(MOMENT) if MOMENT in early.columns else [early]
    for some in parts:
        moment = some[MOMENT][0] if MOMENT in some.columns else None
        theirs = str(work.plan.event["at"]) if moment is None else work.plan.moments[moment].at
        values = work.table.rows[theirs].gather(some[ROW])
        work.rejections.add(some[ROW], reason, column=theirs, values=values, kept=kept)
