"""What a replay comes down to: the content of summary.json."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from yinuo.engine.log import Log, Said
from yinuo.engine.statistics import wilson
from yinuo.rulebook.loader import Pack
from yinuo.rulebook.words import words_of


def summarise(pack: Pack, log: Log, said: Said, *, counts: Mapping[str, int], as_of: datetime) -> dict[str, Any]:
    """The figures of a replay; `counts` are those of reading the log (mended: read otherwise than written, as `[log] backwards` says). Shares carry Wilson's 95 % interval."""
    return {
        "log": {
            "cases": log.cases.height,
            "events": log.events.height,
            "rejected": counts.get("rejected", 0),
            "mended": counts.get("kept", 0),
            "unknown": _unknown(pack, log),
        },
        "as_of": as_of.isoformat(),
        "pack": {"name": pack.name, "digest": pack.digest},
        "clocks": _count(said.clocks, "state"),
        "findings": _count(said.findings, "level"),
        "late": _late(said.clocks),
    }


def _unknown(pack: Pack, log: Log) -> dict[str, int]:
    """How often activities occur that no text names."""
    known = words_of(pack).activities
    counted = log.events.get_column("activity").value_counts().rows()
    return {name: number for name, number in sorted(counted) if name not in known}


def _count(frame: pl.DataFrame, column: str) -> dict[str, int]:
    return {str(name): number for name, number in sorted(frame.get_column(column).value_counts().rows())}


def _late(clocks: pl.DataFrame) -> dict[str, dict[str, float | int | None]]:
    """For each promise how many of those ended were late."""
    states = clocks.group_by("institution", "clause").agg(
        late=(pl.col("state") == "late").sum(),
        kept=(pl.col("state") == "kept").sum(),
        overdue=(pl.col("state") == "overdue").sum(),
    )
    found: dict[str, dict[str, float | int | None]] = {}
    for institution, clause, late, kept, overdue in states.sort("institution", "clause").iter_rows():
        n = late + kept
        low, high = wilson(late, n)
        sure = (late / n, float(low), float(high)) if n else (None, None, None)
        shares = dict(zip(("share", "low", "high"), sure, strict=True))
        found[f"{institution}/{clause}"] = {"n": n, "late": late, "overdue": overdue, **shares}
    return found
