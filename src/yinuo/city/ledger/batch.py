"""Many events of many streams at once: heads locked together, events copied in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from yinuo.city.ledger import read
from yinuo.city.ledger.canonical import NotCanonical, dumps
from yinuo.city.ledger.digest import Frames, links, moment, trailed
from yinuo.city.ledger.events import NewEvent, StoredEvent, Unfit, check
from yinuo.city.ledger.statements import sql

RUNNING = 22
"""The lowest bits of a position are a running number, the others the number of a transaction."""
_AT_A_TIME = 200
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


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

    version: int
    digest: bytes
    place: int
    trail: bytes
    indexes: list[int] = field(default_factory=list)

    def go_to(self, number: int, own: int) -> int:
        """The next position, by the same rule as `ledger_position` in the database."""
        place = (max(own, self.place >> RUNNING) << RUNNING) | (number & ((1 << RUNNING) - 1))
        self.place = place if place > self.place else place + (1 << RUNNING)
        self.trail = trailed(self.trail, self.place)
        return self.place


def append_batch(events: Sequence[NewEvent], *, recorded_at: datetime) -> BatchResult:
    """Append events of any streams inside the caller's transaction, each stream's in the order given.

    Until the transaction ends nobody else can append to these streams. Nothing is expected of their versions, so what must
    be decided first is decided by the caller under a lock of its own, or reported as a fact.
    """
    payloads, duplicates, refused = _fit(events)
    if payloads:
        with connection.cursor() as cursor:
            chains = _locked(cursor, sorted({events[index].stream for index in payloads}))
            _receive(cursor, events, payloads, duplicates, refused)
            stored = _written(cursor, events, payloads, chains, recorded_at=recorded_at)
    else:
        stored = ()
    return BatchResult(stored, tuple(sorted(duplicates)), tuple(sorted(refused.items())))


def _fit(events: Sequence[NewEvent]) -> tuple[dict[int, str], list[int], dict[int, str]]:
    """By index: the payloads of what can be written, what is there twice, and what is refused."""
    payloads: dict[int, str] = {}
    duplicates: list[int] = []
    refused: dict[int, str] = {}
    seen: dict[tuple[str, str], str] = {}
    for index, event in enumerate(events):
        try:
            check(event)
            payload = dumps(event.payload)
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


def _locked(cursor: Any, streams: list[str]) -> dict[str, _Chain]:
    cursor.execute(sql(__file__, "lock"), {"streams": _json(streams)})
    return {
        stream: _Chain(version, bytes(digest), place, bytes(trail))
        for stream, version, digest, place, trail in cursor.fetchall()
    }


def _receive(
    cursor: Any, events: Sequence[NewEvent], payloads: dict[int, str], duplicates: list[int], refused: dict[int, str]
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


def _written(
    cursor: Any,
    events: Sequence[NewEvent],
    payloads: dict[int, str],
    chains: dict[str, _Chain],
    *,
    recorded_at: datetime,
) -> tuple[StoredEvent, ...]:
    for index in payloads:
        chains[events[index].stream].indexes.append(index)
    cursor.execute(sql(__file__, "numbers"), {"count": len(payloads)})
    own, numbers = cursor.fetchone()
    number = dict(zip(payloads, numbers, strict=True))
    recorded, how, frames, cells = moment(recorded_at), read.hashing(), Frames(), Cells()
    stored: dict[int, StoredEvent] = {}
    lines: list[str] = []
    with cursor.copy(sql(__file__, "copy")) as copy:
        # Sent as they are made: the server writes the first while the digests of the last are computed.
        for stream, chain in chains.items():
            mine = [(events[index], payloads[index]) for index in chain.indexes]
            made = links(how, (stream, chain.version, chain.digest), mine, recorded_at=recorded, frames=frames)
            for index, (event, payload), (at, prev, digest) in zip(chain.indexes, mine, made, strict=True):
                chain.version += 1
                chain.digest = digest
                place = chain.go_to(number[index], own)
                stored[index] = one = StoredEvent(
                    stream, chain.version, event.source, event.event_id, event.activity, event.at, recorded_at,
                    event.actor, event.unit, payload, prev, digest, place,
                )  # fmt: skip
                lines.append(_line(one, cells, at=at, recorded=recorded))
            if len(lines) >= _AT_A_TIME:
                copy.write("".join(lines))
                lines.clear()
        copy.write("".join(lines))
    _move_heads(cursor, chains)
    return tuple(stored[index] for index in sorted(stored))


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


class Cells(dict[str | None, str]):
    """Columns as COPY takes them, each made once."""

    def __missing__(self, text: str | None) -> str:
        self[text] = made = "\\N" if text is None else text.translate(_ESCAPES)
        return made


def cell(text: str) -> str:
    """A text as COPY takes it."""
    return text.translate(_ESCAPES) if _SPECIAL.search(text) else text


def _line(event: StoredEvent, cells: Cells, *, at: str, recorded: str) -> str:
    payload = event.payload.replace("\\", "\\\\")
    return (
        f"{cell(event.stream)}\t{event.version}\t{cells[event.source]}\t{cell(event.event_id)}\t{cells[event.activity]}\t{at}\t"
        f"{recorded}\t{cells[event.actor]}\t{cells[event.unit]}\t{payload}\t\\\\x{event.prev.hex()}\t"
        f"\\\\x{event.digest.hex()}\t{event.position}\n"
    )
