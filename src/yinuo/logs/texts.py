"""What the text formats share when a log is written: order, ids, and values as text or JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

ISO_SECONDS = "%Y-%m-%dT%H:%M:%S%.6fZ"


def in_order(events: pl.DataFrame) -> pl.DataFrame:
    """Events by case and time, so that the same log is written the same way."""
    keys = [name for name in ("case_id", "at", "sequence", "activity", "event_id") if name in events.columns]
    return events.sort(keys, maintain_order=True)


def with_ids(events: pl.DataFrame) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each event with an id no other has: its own where it is alone, else a number in the order of the log.

    Where every event has an id of its own, the row no longer carries it.
    """
    own = events["event_id"] if "event_id" in events.columns else pl.repeat(None, len(events), eager=True)
    alone = own.is_unique() & own.is_not_null()
    taken = set(own.filter(alone).to_list())
    all_alone = len(taken) == len(events)
    number = 0
    for is_alone, row in zip(alone.to_list(), events.iter_rows(named=True), strict=True):
        if is_alone:
            yield row.pop("event_id") if all_alone else row["event_id"], row
            continue
        number += 1
        while f"e{number}" in taken:
            number += 1
        yield f"e{number}", row


def told(row: Mapping[str, Any], *, leave: Collection[str] = ()) -> dict[str, Any]:
    """The values a row has, as JSON can hold them; empty ones are left out."""
    return {
        name: _json(value) for name, value in row.items() if name not in leave and value is not None and value != ""
    }


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.isoformat() if isinstance(value, date) else value
