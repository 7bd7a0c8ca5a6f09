"""Writing the ledger: a few events of one stream in one round trip, or a batch of many streams (`append_batch`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast

from yinuo.city.ledger import read
from yinuo.city.ledger.batch import BatchResult, append_batch
from yinuo.city.ledger.canonical import encoded
from yinuo.city.ledger.digest import GENESIS, Frames, Numbers, links
from yinuo.city.ledger.events import Conflict, NewEvent, StoredEvent, Unfit, WrongStream, check
from yinuo.city.ledger.read import Head, hashing
from yinuo.city.ledger.statements import ask

__all__ = ["BatchResult", "append", "append_batch", "asked_of", "linked"]

UNKNOWN = b""
"""In place of the digest of a head that this process has not seen: it never matches, and the database answers with it."""


def append(events: Sequence[NewEvent], *, expected: int | None, recorded_at: datetime) -> tuple[StoredEvent, ...]:
    """Append events of one stream, in order, inside the caller's transaction; return them as stored.

    `expected` is the version the caller saw (0 = the stream is new, None = whatever it is). An event that is in the stream
    already (same source, same id) is returned as it was stored and not written again. Until the transaction ends nobody else
    can append to the stream. Raises Conflict when the stream has another version, WrongStream when an event was received
    before for another stream, Unfit and NotCanonical for what cannot be written; in all these cases nothing is written.
    """
    if not events:
        return ()
    name = events[0].stream
    asked: dict[tuple[str, str], NewEvent] = {}
    for event in events:
        check(event)
        if event.stream != name:
            raise Unfit(f"stream: {event.stream!r} and {name!r} in one append; append_batch takes several streams")
        asked.setdefault((event.source, event.event_id), event)
    stored = _append(asked, read.remembered(name), expected, recorded_at=recorded_at)
    return tuple(stored[event.source, event.event_id] for event in events)


def _append(
    fresh: dict[tuple[str, str], NewEvent], head: Head, expected: int | None, *, recorded_at: datetime
) -> dict[tuple[str, str], StoredEvent]:
    name = next(iter(fresh.values())).stream
    stored: dict[tuple[str, str], StoredEvent] = {}
    if expected is not None and head[0] != expected:
        head = (0, GENESIS) if expected == 0 else (expected, UNKNOWN)
    while fresh:
        outcome, written, head = _write(tuple(fresh.values()), head, recorded_at)
        if outcome == "written":
            return stored | {(event.source, event.event_id): event for event in written}
        is_stale = expected is not None and head[0] != expected
        if outcome == "known" or is_stale:
            known = _known(fresh, name)
            stored |= known
            fresh = {key: event for key, event in fresh.items() if key not in known}
        if fresh and is_stale:
            raise Conflict(name, expected=cast(int, expected), found=head[0])
    return stored


def _write(events: Sequence[NewEvent], head: Head, recorded_at: datetime) -> tuple[str, tuple[StoredEvent, ...], Head]:
    """One try to append after `head`: what came of it, what was written, and the head there is now."""
    made = linked(events, head, recorded_at=recorded_at)
    if len(made) == 1:
        found = ask(__file__, "append_one", asked_of(made[0]))
    else:
        found = ask(__file__, "append", _asked_of_many(made))
    outcome, version, digest, positions = found[0]
    now: Head = (version, bytes(digest))
    read.remember(events[0].stream, now)
    if outcome != "written":
        return outcome, (), now
    return outcome, tuple(one._replace(position=place) for one, place in zip(made, positions, strict=True)), now


def linked(events: Sequence[NewEvent], head: Head, *, recorded_at: datetime) -> list[StoredEvent]:
    """Events of one stream as they will be stored after `head`, but for their positions, which only the database knows.

    Raises NotCanonical.
    """
    version, prev = head
    texts = [(event, encoded(event.payload)) for event in events]
    before = (events[0].stream, version, prev)
    chain = links(hashing(), before, texts, recorded_at=recorded_at, frames=Frames(), numbers=Numbers())
    return [
        StoredEvent(
            event.stream, version + index, event.source, event.event_id, event.activity, event.at, recorded_at,
            event.actor, event.unit, payload.decode(), previous, digest, 0,
        )
        for index, ((event, payload), (_at, previous, digest, *_frames)) in enumerate(zip(texts, chain, strict=True), start=1)
    ]  # fmt: skip


def asked_of(event: StoredEvent) -> dict[str, Any]:
    """What `ledger_append_one` is given for a linked event."""
    return {
        "stream": event.stream, "version": event.version - 1, "digest": event.prev, "recorded_at": event.recorded_at,
        "source": event.source, "event_id": event.event_id, "activity": event.activity, "at": event.at, "actor": event.actor,
        "unit": event.unit, "payload": event.payload, "new_digest": event.digest,
    }  # fmt: skip


def _asked_of_many(events: Sequence[StoredEvent]) -> dict[str, Any]:
    first = events[0]
    return {
        "stream": first.stream, "version": first.version - 1, "digest": first.prev, "recorded_at": first.recorded_at,
        "sources": [event.source for event in events],
        "event_ids": [event.event_id for event in events],
        "activities": [event.activity for event in events],
        "ats": [event.at for event in events],
        "actors": [event.actor for event in events],
        "units": [event.unit for event in events],
        "payloads": [event.payload for event in events],
        "digests": [event.digest for event in events],
    }  # fmt: skip


def _known(fresh: Collection[tuple[str, str]], name: str) -> dict[tuple[str, str], StoredEvent]:
    """Those of these events that are stored in the stream. Raises WrongStream."""
    found = read.received(fresh)
    for event in found.values():
        if event.stream != name:
            raise WrongStream(event.source, event.event_id, stream=event.stream)
    return found
