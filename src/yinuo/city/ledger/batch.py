"""Many events of many streams at once: heads locked together, events copied in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import orjson
from django.db import connection
from psycopg.errors import UniqueViolation

from yinuo.city.ledger import read
from yinuo.city.ledger.canonical import NotCanonical, encoded
from yinuo.city.ledger.digest import GENESIS, Frames, Numbers, framed, links, trailed
from yinuo.city.ledger.events import NewEvent, StoredEvent, Unfit, check
from yinuo.city.ledger.statements import bigint, binary, copy, instant, sql
from yinuo.kernel.instants import microseconds

RUNNING = 22
"""The lowest bits of a position are a running number, the others the number of a transaction."""
_RUNNING = (1 << RUNNING) - 1
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_THREE, _FIVE, _THIRTEEN = (number.to_bytes(2, "big") for number in (3, 5, 13))
"""How many columns a row has."""
_DIGEST = (32).to_bytes(4, "big")
"""Before a digest."""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of a batch. Every event of it is in one of three: written, there before, or refused with a reason.

    `stored` holds what was written, in the order given; `duplicates` the indexes of events already in their stream, or twice in
    the batch; `refused` indexes and why: not fit to be written, or received before for another stream.
    """

    stored: tuple[StoredEvent, ...]
    duplicates: tuple[int, ...]
    refused: tuple[tuple[int, str], ...]


@dataclass(slots=True)
class _Chain:
    """A stream while a batch is appended to it."""

    version: int = 0
    digest: bytes = GENESIS
    place: int = 0
    trail: bytes = b""
    indexes: list[int] = field(default_factory=list)

    def go_to(self, number: int, own: int) -> int:
        """The next position, by the same rule as `ledger_position` in the database."""
        place = (max(own, self.place >> RUNNING) << RUNNING) | (number & _RUNNING)
        self.place = place = place if place > self.place else place + (1 << RUNNING)
        self.trail = trailed(self.trail, place)
        return place


def append_batch(events: Sequence[NewEvent], *, recorded_at: datetime) -> BatchResult:
    """Append events of any streams inside the caller's transaction, each stream's in the order given.

    Until the transaction ends nobody else can append to these streams. Nothing is expected of their versions, so what must
    be decided first is decided by the caller under a lock of its own, or reported as a fact.
    """
    payloads, duplicates, refused = _fit(events)
    stored: tuple[StoredEvent, ...] = ()
    if payloads:
        with connection.cursor() as cursor, connection.wrap_database_errors:
            new = _as_new(cursor, events, payloads, recorded_at=recorded_at)
            if new is None:
                chains = _locked(cursor, events, payloads)
                _receive(cursor, events, payloads, duplicates, refused)
                stored, rows, _received = _linked(cursor, events, payloads, chains=chains, recorded_at=recorded_at)
                copy(sql(__file__, "copy"), rows)
                _move_heads(cursor, chains)
            else:
                stored = new
    return BatchResult(stored, tuple(sorted(duplicates)), tuple(sorted(refused.items())))


def _as_new(
    cursor: Any, events: Sequence[NewEvent], payloads: dict[int, bytes], *, recorded_at: datetime
) -> tuple[StoredEvent, ...] | None:
    """Append as if nothing of it had been received before, which is the rule: three times COPY, and nothing is searched.

    Null when something had been, or another began one of the streams meanwhile: then nothing was written.
    """
    savepoint = cast(str, connection.savepoint())
    try:
        chains = _begun(cursor, {events[index].stream for index in payloads})
        old = frozenset(chains)
        stored, rows, received = _linked(cursor, events, payloads, chains=chains, recorded_at=recorded_at)
        # In the order in which everybody locks: heads, then ids.
        fresh = sorted(chains.keys() - old)
        copy(sql(__file__, "copy_heads"), [_head_row(stream, chains[stream]) for stream in fresh])
        copy(sql(__file__, "copy_received"), [row for _key, row in sorted(received)])
        copy(sql(__file__, "copy"), rows)
        if old:
            _move_heads(cursor, {stream: chains[stream] for stream in old})
    except UniqueViolation:
        connection.savepoint_rollback(savepoint)
        return None
    connection.savepoint_commit(savepoint)
    for stream in fresh:
        read.remember(stream, (chains[stream].version, chains[stream].digest))
    return stored


def _fit(events: Sequence[NewEvent]) -> tuple[dict[int, bytes], list[int], dict[int, str]]:
    """By index: the payloads of what can be written, what is there twice, and what is refused."""
    payloads: dict[int, bytes] = {}
    duplicates: list[int] = []
    refused: dict[int, str] = {}
    seen: dict[tuple[str, str], str] = {}
    for index, event in enumerate(events):
        try:
            check(event)
            payload = encoded(event.payload)
        except (Unfit, NotCanonical) as reason:
            refused[index] = str(reason)
            continue
        first = seen.get((event.source, event.event_id))
        if first is None:
            seen[event.source, event.event_id] = event.stream
            payloads[index] = payload
        elif first == event.stream:
            duplicates.append(index)
        else:
            refused[index] = _received_before(event, first)
    return payloads, duplicates, refused


def _received_before(event: NewEvent, stream: str) -> str:
    return f"event {event.event_id!r} of {event.source!r} was received before for {stream}"


def _begun(cursor: Any, streams: Iterable[str]) -> dict[str, _Chain]:
    """Those of these streams that have a head, which is locked."""
    cursor.execute(sql(__file__, "begun"), {"streams": _json(sorted(streams))})
    return {
        stream: _Chain(version, digest, place, trail) for stream, version, digest, place, trail in cursor.fetchall()
    }


def _locked(cursor: Any, events: Sequence[NewEvent], payloads: dict[int, bytes]) -> dict[str, _Chain]:
    """All streams of the batch, their heads locked; heads are made for those that have none."""
    streams = sorted({events[index].stream for index in payloads})
    _begun(cursor, streams)  # those that exist first, as everybody does
    cursor.execute(sql(__file__, "lock"), {"streams": _json(streams)})
    return {
        stream: _Chain(version, digest, place, trail) for stream, version, digest, place, trail in cursor.fetchall()
    }


def _receive(
    cursor: Any, events: Sequence[NewEvent], payloads: dict[int, bytes], duplicates: list[int], refused: dict[int, str]
) -> None:
    """Take out of `payloads` what was received before."""
    some = [events[index] for index in payloads]
    asked = {
        "sources": _json([event.source for event in some]),
        "event_ids": _json([event.event_id for event in some]),
        "streams": _json([event.stream for event in some]),
    }
    cursor.execute(sql(__file__, "receive"), asked)
    before = set(cursor.fetchall())
    if not before:
        return
    found = read.received(before)
    for index in [one for one in payloads if (events[one].source, events[one].event_id) in before]:
        event = events[index]
        del payloads[index]
        stream = found[event.source, event.event_id].stream
        if stream == event.stream:
            duplicates.append(index)
        else:
            refused[index] = _received_before(event, stream)


def _linked(
    cursor: Any,
    events: Sequence[NewEvent],
    payloads: dict[int, bytes],
    *,
    chains: dict[str, _Chain],
    recorded_at: datetime,
) -> tuple[tuple[StoredEvent, ...], list[bytes], list[tuple[str, bytes]]]:
    """The events as they will be stored, in the order given; their rows for COPY, and those of `ledger_received` by what sorts them.

    The chains go on accordingly.
    """
    for index in payloads:
        chain = chains.get(events[index].stream)
        if chain is None:
            chain = chains[events[index].stream] = _Chain()
        chain.indexes.append(index)
    cursor.execute(sql(__file__, "numbers"), {"count": len(payloads)})
    own, numbers = cursor.fetchone()
    number = dict(zip(payloads, numbers, strict=True))
    how, frames, versions = read.hashing(), Frames(), Numbers()
    now = instant(microseconds(recorded_at))
    stored: dict[int, StoredEvent] = {}
    rows: list[bytes] = []
    received: list[tuple[str, bytes]] = []
    for stream, chain in chains.items():
        name, version = framed(stream), chain.version
        mine = [(events[index], payloads[index]) for index in chain.indexes]
        head = (stream, version, chain.digest)
        made = links(how, head, mine, recorded_at=recorded_at, frames=frames, numbers=versions)
        for index, (event, payload), (at, prev, digest, key, said) in zip(chain.indexes, mine, made, strict=True):
            version += 1
            _stream, source, event_id, activity, when, _payload, actor, unit = event
            place = chain.go_to(number[index], own)
            stored[index] = tuple.__new__(StoredEvent, (
                stream, version, source, event_id, activity, when, recorded_at, actor, unit, payload.decode(), prev,
                digest, place,
            ))  # fmt: skip
            rows.append(b"".join((
                _THIRTEEN, name, bigint(version), key, frames[activity], instant(at), now, said, _DIGEST, prev, _DIGEST,
                digest, bigint(place),
            )))  # fmt: skip
            received.append((f"{source}\t{event_id}", _THREE + key + name))
        if made:
            chain.version, chain.digest = version, digest
    return tuple([stored[index] for index in payloads]), rows, received


def _head_row(stream: str, chain: _Chain) -> bytes:
    parts = (framed(stream), bigint(chain.version), binary(chain.digest), bigint(chain.place), binary(chain.trail))
    return b"".join((_FIVE, *parts))


def _move_heads(cursor: Any, chains: dict[str, _Chain]) -> None:
    used = {stream: chain for stream, chain in chains.items() if chain.indexes}
    moved = used.values()
    asked = {
        "streams": _json(list(used)),
        "versions": ",".join([str(chain.version) for chain in moved]),
        "digests": ",".join([chain.digest.hex() for chain in moved]),
        "places": ",".join([str(chain.place) for chain in moved]),
        "trails": ",".join([chain.trail.hex() for chain in moved]),
        "unused": [stream for stream, chain in chains.items() if not chain.indexes],
    }
    cursor.execute(sql(__file__, "heads"), asked)
    for stream, chain in used.items():
        read.remember(stream, (chain.version, chain.digest))


def _json(texts: list[str]) -> str:
    """Texts as they cross the wire fastest."""
    return orjson.dumps(texts).decode()


def cell(text: str) -> str:
    """A text as COPY takes it in its text format."""
    return text.translate(_ESCAPES) if _SPECIAL.search(text) else text
