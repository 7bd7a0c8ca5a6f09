"""Where cases begin and end: a rejected opening takes its case along, an end may not stand before its start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from yinuo.logs.shaping import MOMENT, ROW, Shaping, Turn

_KIND = "__kind"


def lose_unopened(cases: pl.DataFrame, work: Shaping) -> None:
    """Reject the cases of which an opening was rejected."""
    if work.lost_events:
        turning = _Turning.of(pl.concat(work.lost_events).lazy(), cases, turns=work.turns)
        work.lost_cases.append(turning.events.filter(turning.opens).select("case_id", ROW).collect())


def forwards(events: pl.DataFrame, cases: pl.DataFrame, *, work: Shaping, backwards: str) -> pl.DataFrame:
    """The events with no end before the first opening of its case (`[log] backwards`). Each one found is listed."""
    if not work.turns or events.is_empty():
        return events
    keys = [name for name in (ROW, MOMENT) if name in events.columns]
    ordered = [name for name in ("sequence",) if name in events.columns]
    seen = events.lazy().select("case_id", "activity", "at", *ordered, *keys)
    turning = _Turning.of(seen, cases, turns=work.turns)
    found = turning.early()
    if found.is_empty():
        return events
    early = events.join(found.select(*keys, "__start"), on=keys, nulls_equal=True)
    moved = backwards == "end_at_start"
    _list(early, work, kept=moved)
    rest = events.join(found, on=keys, how="anti", nulls_equal=True)
    return pl.concat([rest, _after_start(early, turning)], how="diagonal") if moved else rest


@dataclass(frozen=True)
class _Turning:
    """Events that may open or end their case, and the tests of which do; a case of no known kind turns as any does."""

    events: pl.LazyFrame
    opens: pl.Expr
    ends: pl.Expr

    @classmethod
    def of(cls, events: pl.LazyFrame, cases: pl.DataFrame, *, turns: Mapping[str, Turn]) -> _Turning:
        anyhow = Turn(
            frozenset().union(*(turn.opens for turn in turns.values())),
            frozenset().union(*(turn.ends for turn in turns.values())),
        )
        kinds = cases["kind"].unique().to_list()
        known = {kind: turns[kind] for kind in kinds if kind in turns}
        events = events.filter(_one_of(anyhow.opens | anyhow.ends))
        if len(kinds) > 1 and known:
            events = events.join(cases.lazy().select("case_id", pl.col("kind").alias(_KIND)), on="case_id", how="left")
            other = ~pl.col(_KIND).is_in(list(known)).fill_null(value=False)
            opens = pl.any_horizontal(
                other & _one_of(anyhow.opens),
                *((pl.col(_KIND) == kind) & _one_of(turn.opens) for kind, turn in known.items()),
            )
            ends = pl.any_horizontal(
                other & _one_of(anyhow.ends),
                *((pl.col(_KIND) == kind) & _one_of(turn.ends) for kind, turn in known.items()),
            )
        else:
            turn = known.get(kinds[0], anyhow) if kinds else anyhow
            opens, ends = _one_of(turn.opens), _one_of(turn.ends)
        return cls(events, opens, ends & ~opens)

    def early(self) -> pl.DataFrame:
        """The ends before the first opening of their case, with that opening as `__start`."""
        few = (
            self.events.select(
                "case_id", pl.when(self.opens).then("at").alias("__start"), pl.when(self.ends).then("at").alias("__end")
            )
            .group_by("case_id")
            .agg(pl.col("__start").min(), pl.col("__end").min())
            .filter(pl.col("__end") < pl.col("__start"))
            .select("case_id", "__start")
            .collect(engine="streaming")
        )
        if few.is_empty():
            return few
        ends = self.events.filter(self.ends).join(few.lazy(), on="case_id")
        return ends.filter(pl.col("at") < pl.col("__start")).collect()


def _one_of(activities: frozenset[str]) -> pl.Expr:
    return pl.col("activity").is_in(sorted(activities))


def _after_start(early: pl.DataFrame, turning: _Turning) -> pl.DataFrame:
    """The ends moved to the instant of their start, in order directly behind the opening."""
    ordered = "sequence" in early.columns
    after = pl.col("sequence").fill_null(0).max() + 1 if ordered else pl.lit(1, pl.Int64)
    starts = early.lazy().select("case_id", "__start").unique("case_id")
    openings = (
        turning.events.filter(turning.opens)
        .join(starts, left_on=["case_id", "at"], right_on=["case_id", "__start"], how="semi")
        .group_by("case_id")
        .agg(after.alias("__after"))
        .collect()
    )
    own = [pl.col("sequence")] if ordered else []
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
