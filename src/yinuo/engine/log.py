"""`Log` in, `Said` out: the named tables the engine reads and answers with (design 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

INSTANT = pl.Datetime("us", "UTC")
WORD = pl.Categorical()
"""Text of few distinct values: four bytes a row however many rows there are."""

EVENT_COLUMNS: dict[str, pl.DataType] = {
    "case_id": pl.String(),
    "activity": pl.String(),
    "at": INSTANT,
    "recorded_at": INSTANT,
    "unit": pl.String(),
    "actor": pl.String(),
    "step": pl.String(),
    "event_id": pl.String(),
    "sequence": pl.Int64(),
}
"""`case_id, activity, at` are compulsory; every further column is an attribute of the event."""

CASE_COLUMNS: dict[str, pl.DataType] = {
    "case_id": pl.String(),
    "kind": pl.String(),
    "item": pl.String(),
    "unit": pl.String(),
    "region": pl.String(),
}
"""`case_id` is compulsory and unique; every further column is a field of the case."""

CLOCK_COLUMNS: dict[str, pl.DataType] = {
    "case_id": pl.String(),
    "thread": WORD,
    "key": WORD,
    "institution": WORD,
    "clause": WORD,
    "opener": pl.String(),
    "occurrence": pl.Int32(),
    "version": WORD,
    "basis": WORD,
    "started_at": INSTANT,
    "due_at": INSTANT,
    "ended_at": INSTANT,
    "state": WORD,
    "allowed": pl.Float64(),
    "used": pl.Float64(),
    "paused": pl.Float64(),
    "extended": pl.Float64(),
    "measure": WORD,
    "level": WORD,
    "unit": WORD,
    "next_at": INSTANT,
    "provisional": pl.Boolean(),
}

FINDING_COLUMNS: dict[str, pl.DataType] = {
    "finding_id": pl.String(),
    "case_id": pl.String(),
    "thread": WORD,
    "key": WORD,
    "institution": WORD,
    "clause": WORD,
    "opener": pl.String(),
    "occurrence": pl.Int32(),
    "version": WORD,
    "level": WORD,
    "raised_at": INSTANT,
    "cleared_at": INSTANT,
    "unit": WORD,
    "actor": pl.String(),
    "why_code": WORD,
    "why_args": pl.String(),
    "evidence": pl.String(),
}
"""`why_args` is a JSON object, `evidence` a JSON list of event ids."""

HOLDING_COLUMNS: dict[str, pl.DataType] = {
    "case_id": pl.String(),
    "unit": pl.String(),
    "actor": pl.String(),
    "from": INSTANT,
    "to": INSTANT,
    "used": pl.Float64(),
}
"""`used` in working days of the pack's calendar."""

INDICATOR_COLUMNS: dict[str, pl.DataType] = {
    "institution": pl.String(),
    "clause": pl.String(),
    "version": pl.String(),
    "unit": pl.String(),
    "item": pl.String(),
    "by": pl.String(),
    "period_start": pl.Date(),
    "period_end": pl.Date(),
    "numerator": pl.Float64(),
    "denominator": pl.Float64(),
    "value": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "excluded": pl.Int64(),
}
"""`unit` holds the subject when it is a unit, `item` when it is an item; `by` is a JSON object of any other breakdown."""

DECISION_COLUMNS: dict[str, pl.DataType] = {
    "institution": pl.String(),
    "clause": pl.String(),
    "version": pl.String(),
    "case_id": pl.String(),
    "event_id": pl.String(),
    "at": INSTANT,
    "unit": pl.String(),
    "row": pl.Int32(),
    "results": pl.String(),
    "nearest": pl.Int32(),
    "lacks": pl.String(),
    "inputs": pl.String(),
}
"""`event_id` is the request; `results` and `inputs` are JSON objects, `lacks` a JSON list of {field, test, wanted, found}."""

SHARE_COLUMNS: dict[str, pl.DataType] = {
    "institution": pl.String(),
    "clause": pl.String(),
    "version": pl.String(),
    "unit": pl.String(),
    "period_start": pl.Date(),
    "period_end": pl.Date(),
    "granted": pl.Int64(),
    "of": pl.Int64(),
    "share": pl.Float64(),
    "cap": pl.Float64(),
    "over": pl.Boolean(),
}
"""`cap` is the share allowed, or the number where the text caps a number."""


@dataclass(frozen=True)
class Log:
    """A bundle of tables. `tables` are the dated tables conditions look up: columns id, from, until (local dates) and more."""

    events: pl.DataFrame
    cases: pl.DataFrame
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """What the text says of a log: columns CLOCK_COLUMNS, FINDING_COLUMNS, HOLDING_COLUMNS."""

    clocks: pl.DataFrame
    findings: pl.DataFrame
    holdings: pl.DataFrame
