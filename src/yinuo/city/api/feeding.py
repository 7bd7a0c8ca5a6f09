"""The ledger's feed for others: events of cases and what was said of them, within a part of the tree, as CloudEvents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from yinuo.city.api.listing import rows
from yinuo.city.ledger import read
from yinuo.city.ledger.events import StoredEvent
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import row_filter

PREFIXES = ("case/", "said/")
STRIDE = 2_000
"""Events of the ledger read at a time."""
STRIDES = 10
"""So many strides one question reads at most; who sees little of a long feed asks again from the cursor."""


def page(actor: Actor | None, *, after: int, limit: int) -> tuple[list[dict[str, Any]], int]:
    """Events the actor may see after a position, as CloudEvents, and the position to go on from."""
    found: list[StoredEvent] = []
    for _stride in range(STRIDES):
        events = read.feed(after, STRIDE)
        seen = visible(actor, events)
        left = limit - len(found)
        found += seen[:left]
        if len(seen) >= left:
            return [told(event) for event in found], found[-1].position
        if events:
            after = events[-1].position
        if len(events) < STRIDE:
            break
    return [told(event) for event in found], after


def visible(actor: Actor | None, events: Sequence[StoredEvent]) -> list[StoredEvent]:
    """The events of cases the actor may see now."""
    cases = {case for event in events if (case := case_of(event)) is not None}
    if not cases:
        return []
    where, values = row_filter(actor, "feed.read")
    known = {row["case_id"] for row in rows("visible", where, {**values, "case_ids": sorted(cases)})}
    return [event for event in events if case_of(event) in known]


def scopes(events: Iterable[StoredEvent]) -> dict[str, frozenset[str]]:
    """Case → the units it belongs to, of the cases these events are about."""
    cases = sorted({case for event in events if (case := case_of(event)) is not None})
    found = rows("visible", "TRUE", {"case_ids": cases}) if cases else []
    return {row["case_id"]: frozenset(row["scope"]) for row in found}


def case_of(event: StoredEvent) -> str | None:
    """The case an event is about; null when it is about none."""
    prefix, _slash, case = event.stream.partition("/")
    return case if f"{prefix}/" in PREFIXES else None


def told(event: StoredEvent) -> dict[str, Any]:
    """A stored event as a CloudEvent. What stands encrypted apart is not hinted at."""
    payload = orjson.loads(event.payload)
    data = payload.pop("fields", None) or {}
    for name in ("person", "private", "v"):
        payload.pop(name, None)
    own = {"unit": event.unit, "actor": event.actor}
    return {
        "specversion": "1.0", "id": event.event_id, "source": event.source, "type": event.activity,
        "subject": case_of(event), "time": event.at, "recordedtime": event.recorded_at, "stream": event.stream,
        "sequence": event.version,
        "data": {**data, **payload, **{name: value for name, value in own.items() if value is not None}},
    }  # fmt: skip
