"""Many events of many streams at once: heads locked together, events copied in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple, cast

import orjson
from django.db import connection
from psycopg.errors import UniqueViolation

from yinuo.city.ledger import read
from yinuo.city.ledger.canonical import NotCanonical, encoded
from yinuo.city.ledger.digest import GENESIS, Frames, Link, Numbers, framed, links, trailed
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


class Written(NamedTuple):
    """What a batch wrote to one stream: after which version, the indexes of the events in order, their links and positions."""

    stream: str
    after: int
    indexes: Sequence[int]
    links: Sequence[Link]
    places: Sequence[int]


@dataclass(frozen=True)
class BatchResult:
    """What became of a batch. Every event of it is in one of three: written, there before, or refused with a reason.

    `written` holds what was written, stream by stream; `duplicates` the indexes of events already in their stream, or twice in
    the batch; `refused` indexes and why: not fit to be written, or received before for another stream.
    """

    events: Sequence[NewEvent] = field(repr=False)
    payloads: Mapping[int, bytes] = field(repr=False)
    recorded_at: datetime
    written: tuple[Written, ...]
    duplicates: tuple[int, ...]
    refused: tuple[tuple[int, str], ...]

    @cached_property
    def stored(self) -> tuple[StoredEvent, ...]:
        """What was written as it is stored, in the order given."""
        found: dict[int, StoredEvent] = {}
        for stream, after, indexes, made, places in self.written:
            linked = zip(indexes, made, places, strict=True)
            for version, (index, (_at, prev, digest, *_frames), place) in enumerate(linked, after + 1):
                _stream, source, event_id, activity, at, _payload, actor, unit = self.events[index]
                found[index] = StoredEvent(
                    stream, version, source, event_id, activity, at, self.recorded_at, actor, unit,
                    self.payloads[index].decode(), prev, digest, place,
                )  # fmt: skip
        return tuple([found[index] for index in sorted(found)])


@dataclass(slots=True)
class _Chain:
    """A stream while a batch is appended to it."""

    version: int = 0
    digest: bytes = GENESIS
    place: int = 0
    trail: bytes = b""
    indexes: list[int] = field(default_factory=list)

    def go_on(self, made: Sequence[Link], numbers: Iterable[int], own: int) -> list[int]:
        """Go on by these links; their positions, by the same rule as `ledger_position` in the database."""
        place, trail, places = self.place, self.trail, []
        for number in numbers:
            next_ = (max(own, place >> RUNNING) << RUNNING) | (number & _RUNNING)
            place = next_ if next_ > place else next_ + (1 << RUNNING)
            trail = trailed(trail, place)
            places.append(place)
        self.version, self.digest, self.place, self.trail = self.version + len(made), made[-1][2], place, trail
        return places


def append_batch(events: Sequence[NewEvent], *, recorded_at: datetime) -> BatchResult:
    """Append events of any streams inside the caller's transaction, each stream's in the order given.

    Until the transaction ends nobody else can append to these streams. Nothing is expected of their versions, so what must
    be decided first is decided by the caller under a lock of its own, or reported as a fact.
    """
    payloads, duplicates, refused = _fit(events)
    written: tuple[Written, ...] = ()
    if payloads:
        with connection.cursor() as cursor, connection.wrap_database_errors:
            new = _as_new(cursor, events, payloads, recorded_at=recorded_at)
            if new is None:
                chains = _locked(cursor, events, payloads)
                _receive(cursor, events, payloads, duplicates, refused)
                written, rows, _received = _linked(cursor, events, payloads, chains=chains, recorded_at=recorded_at)
                copy(sql(__file__, "copy"), rows)
                _move_heads(cursor, chains)
            else:
                written = new
    return BatchResult(
        events, payloads, recorded_at, written, tuple(sorted(duplicates)), tuple(sorted(refused.items()))
    )


def _as_new(
    cursor: Any, events: Sequence[NewEvent], payloads: dict[int, bytes], *, recorded_at: datetime
) -> tuple[Written, ...] | None:
    """Append as if nothing of it had been received before, which is the rule: three times COPY, and nothing is searched.

    Null when something had been, or another began one of the streams meanwhile: then nothing was written.
    """
    savepoint = cast(str, connection.savepoint())
    try:
        chains = _begun(cursor, {events[index].stream for index in payloads})
        old = frozenset(chains)
        written, rows, received = _linked(cursor, events, payloads, chains=chains, recorded_at=recorded_at)
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
    return written


def _fit(events: Sequence[NewEvent]) -> tuple[dict[int, bytes], list[int], dict[int, str]]:
    """By index: the payloads of what can be written, what is there twice, and what is refused."""
    payloads: dict[int, bytes] = {}
    duplicates: list[int] = []
    refused: dict[int, str] = {}
    seen: dict[tuple[str, str], int] = {}
    for index, event in enumerate(events):
        try:
            check(event)
            payload = encoded(event.payload)
        except (Unfit, NotCanonical) as reason:
            refused[index] = str(reason)
            continue
        first = seen.setdefault((event.source, event.event_id), index)
        if first == index:
            payloads[index] = payload
        elif events[first].stream == event.stream:
            duplicates.append(index)
        else:
            refused[index] = _received_before(event, events[first].stream)
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
) -> tuple[tuple[Written, ...], list[bytes], list[tuple[str, bytes]]]:
    """What will be written to each stream; its rows for COPY, and those of `ledger_received` by what sorts them.

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
    written: list[Written] = []
    rows: list[bytes] = []
    received: list[tuple[str, bytes]] = []
    for stream, chain in chains.items():
        if not chain.indexes:
            continue
        name, version = framed(stream), chain.version
        mine = [(events[index], payloads[index]) for index in chain.indexes]
        made = links(
            how, (stream, version, chain.digest), mine, recorded_at=recorded_at, frames=frames, numbers=versions
        )
        places = chain.go_on(made, [number[index] for index in chain.indexes], own)
        written.append(Written(stream, version, chain.indexes, made, places))
        for (event, _payload), (at, prev, digest, key, said), place in zip(mine, made, places, strict=True):
            version += 1
            rows.append(b"".join((
                _THIRTEEN, name, bigint(version), key, frames[event.activity], instant(at), now, said, _DIGEST, prev, _DIGEST,
                digest, bigint(place),
            )))  # fmt: skip
            received.append((f"{event.source}\t{event.event_id}", _THREE + key + name))
    return tuple(written), rows, received


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
