"""Events that clauses bring about: what silence means, and the reserved `lapsed`, `raised`, `found` (grammar 2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from yinuo.engine.clauses.promise import Promise
from yinuo.engine.context import Context
from yinuo.engine.findings import answerers, instants
from yinuo.engine.order import LAST
from yinuo.engine.promises.clocks import Lapse
from yinuo.engine.rules import Ruling
from yinuo.kernel.instants import Int64


@dataclass(frozen=True)
class Wanted:
    """Which derived events some later clause reads."""

    activities: frozenset[str]
    clauses: frozenset[str]
    """Ids or names of clauses whose reserved events are read; empty = of every clause."""

    def reserved(self, activity: str, ruling: Ruling) -> bool:
        """Whether the reserved events of a ruling are read by anyone."""
        return activity in self.activities and (not self.clauses or bool(self.clauses & {ruling.id, ruling.name}))


def from_silence(context: Context, ruling: Ruling, *, clause: Promise, lapse: Lapse) -> pl.DataFrame | None:
    """The events a promise's silence deems: attributes of the opener, dated at its start or at the lapse."""
    silence = clause.silence
    if silence is None or lapse.opener.size == 0:
        return None
    history = context.history
    frame = history.table[history.places(lapse.opener)]
    at = history.at[lapse.opener] if silence.dated == "start" else lapse.at
    earliest = np.maximum(lapse.at, history.earliest(lapse.opener))
    name = f"{silence.means}:deemed:{ruling.name}:"
    return _stamped(
        frame,
        silence.means,
        at=at,
        known_from=earliest,
        ids=pl.Series([name]).new_from_index(0, len(frame)) + history.event_ids(lapse.opener),
    ).with_columns(
        pl.lit(True).alias("deemed"), *(_constant(key, value, frame=frame) for key, value in silence.with_.items())
    )


def from_lapses(context: Context, ruling: Ruling, *, clause: Promise, lapse: Lapse) -> pl.DataFrame | None:
    """`lapsed { clause, unit, holder, due }` for each clock that passed its due moment."""
    if lapse.opener.size == 0:
        return None
    history = context.history
    who = answerers(context, clause.answers, opener=lapse.opener, moment=lapse.at)
    frame = pl.DataFrame({
        "case_id": history.log.cases["case_id"][history.case[lapse.opener]],
        "unit": who.unit.series(), "holder": who.actor.otherwise(who.unit).series(),
        "due": instants(lapse.due),
    }).with_columns(pl.lit(ruling.id).alias("clause"), pl.lit(ruling.institution).alias("institution"))  # fmt: skip
    ids = f"lapsed:{ruling.name}:" + history.event_ids(lapse.opener)
    return _stamped(
        frame, "lapsed", at=lapse.at, known_from=np.maximum(lapse.at, history.earliest(lapse.opener)), ids=ids
    )


def from_findings(findings: pl.DataFrame, activity: str) -> pl.DataFrame | None:
    """`raised` (promises) or `found` (constraints) `{ clause, level, finding }` for each finding."""
    if findings.is_empty():
        return None
    at = findings["raised_at"].dt.epoch("us").to_numpy()
    frame = findings.select(
        "case_id", "unit", "actor", "institution", "clause", "level", pl.col("finding_id").alias("finding")
    )
    ids = f"{activity}:" + findings["finding_id"]
    return _stamped(frame, activity, at=at, known_from=at, ids=ids)


def _stamped(frame: pl.DataFrame, activity: str, *, at: Int64, known_from: Int64, ids: pl.Series) -> pl.DataFrame:
    return frame.with_columns(
        pl.lit(activity).alias("activity"),
        instants(at).alias("at"),
        instants(at).alias("recorded_at"),
        instants(known_from).alias("known_from"),
        ids.alias("event_id"),
        pl.lit(LAST, dtype=pl.Int64).alias("sequence"),
    )


def _constant(name: str, value: Any, *, frame: pl.DataFrame) -> pl.Expr:
    kind = frame.schema.get(name)
    return pl.lit(value, dtype=kind).alias(name) if kind is not None else pl.lit(value).alias(name)


def appended(context: Context, derived: list[pl.DataFrame]) -> pl.DataFrame:
    """The log's events and the derived ones; real events get the ids they would have had."""
    history = context.history
    events = history.events
    if "event_id" not in events.columns or events["event_id"].null_count():
        ids = history.event_ids(np.arange(len(history), dtype=np.int64))
        events = events.with_columns(ids.alias("event_id"))
    return pl.concat([events, *derived], how="diagonal_relaxed")
