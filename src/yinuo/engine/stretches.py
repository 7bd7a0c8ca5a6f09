"""The stretches during which clocks stood still, as moments: for drawing a time line, never for judging."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl

from yinuo.engine.context import Context
from yinuo.engine.findings import instants
from yinuo.engine.history import History
from yinuo.engine.log import INSTANT, Log
from yinuo.engine.promises.openings import openings
from yinuo.engine.promises.running import Running, running
from yinuo.engine.rules import Rules, Ruling
from yinuo.kernel.instants import NEVER, microseconds

STRETCH_COLUMNS: dict[str, pl.DataType] = {
    "case_id": pl.String(),
    "institution": pl.String(),
    "clause": pl.String(),
    "opener": pl.String(),
    "occurrence": pl.Int32(),
    "from": INSTANT,
    "to": INSTANT,
}
"""`to` is null while the pause still runs. Stretches of one clock may overlap."""


def stretches(log: Log, rules: Rules, *, as_of: datetime, known_at: datetime | None = None) -> pl.DataFrame:
    """The pauses of every clock that an event of the log opened, columns STRETCH_COLUMNS.

    Each begins at its event and ends at the event that ends it or when its cap is reached. Clocks opened by what
    another clause deems have none here.
    """
    known = None if known_at is None else microseconds(known_at)
    context = Context.of(History.read(log, rules, as_of=microseconds(as_of), known_at=known))
    parts = [
        _of_clocks(context, ruling, clocks=clocks)
        for ruling in rules.of_kind("promise")
        for opened in openings(context, ruling)
        for clocks in running(context, opened)
    ]
    return pl.concat([pl.DataFrame(schema=STRETCH_COLUMNS), *(part for part in parts if part is not None)])


def _of_clocks(context: Context, ruling: Ruling, *, clocks: Running) -> pl.DataFrame | None:
    touched, history = clocks.suspended, context.history
    if touched is None or touched.owner.size == 0:
        return None
    scale = clocks.terms.scale
    step = 1 if scale.counts_dates else 0
    capped = np.where(touched.cap == NEVER, 0, touched.cap) + step
    cap = np.where(touched.cap == NEVER, NEVER, scale.begin(capped))
    rows = np.arange(len(history)) if "case" in clocks.clause.thread else np.argsort(context.time_rank)
    event = np.where(touched.end_place >= 0, history.at[rows[np.maximum(touched.end_place, 0)]], NEVER)
    end = np.minimum(event, cap)
    opener = clocks.opened.opener[touched.owner]
    return pl.DataFrame({
        "case_id": history.log.cases["case_id"][history.case[opener]],
        "opener": history.event_ids(opener),
        "occurrence": clocks.opened.occurrence[touched.owner].astype(np.int32),
        "from": instants(history.at[rows[touched.begin_place]]),
        "to": instants(np.where(end > history.as_of, NEVER, end)),
    }).with_columns(
        pl.lit(ruling.institution).alias("institution"), pl.lit(ruling.id).alias("clause")
    ).select(pl.col(name).cast(kind) for name, kind in STRETCH_COLUMNS.items())  # fmt: skip
