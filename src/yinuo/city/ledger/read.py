"""Reading the ledger: a stream, several streams, and the feed of everything in one order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from typing import Any, cast

import psycopg
from django.conf import settings
from django.db import connection

from yinuo.city.ledger.digest import GENESIS, Hash
from yinuo.city.ledger.events import StoredEvent
from yinuo.city.ledger.statements import sql

PARTITIONS = tuple(f"ledger_event_{part:02}" for part in range(16))
"""The tables over which events are spread by their stream."""
Head = tuple[int, bytes]
"""The version and digest of a stream's last event."""

_MOST_HEADS = 20_000
_heads: dict[str, Head] = {}


def stream(name: str, after: int = 0) -> tuple[StoredEvent, ...]:
    """The events of a stream with a version above `after`, in order; none when there is no such stream."""
    return _streams([name], after)


def streams(names: Collection[str]) -> dict[str, tuple[StoredEvent, ...]]:
    """The events of several streams, in order; a stream that does not exist is an empty tuple."""
    found = {name: tuple(one) for name, one in groupby(_streams(list(names), 0), key=lambda event: event.stream)}
    return {name: found.get(name, ()) for name in names}


def feed(after: int, limit: int) -> tuple[StoredEvent, ...]:
    """At most `limit` events after a position, in the order of positions; 0 begins at the beginning.

    Whoever goes on from the position of the last event skips nothing and sees each stream in its order: the feed stops before
    the oldest transaction that is still open in the database server.
    """
    return _rows("feed", {"after": after, "limit": limit})


def replay(prefixes: Collection[str], *, at_a_time: int) -> Iterator[tuple[StoredEvent, ...]]:
    """Every event of the streams whose names begin so, in the order of the feed, some at a time.

    Inside the caller's transaction, which keeps others from appending meanwhile.
    """
    connection.ensure_connection()
    with psycopg.ServerCursor(cast(Any, connection.connection), "ledger_replay") as cursor:
        cursor.execute(sql(__file__, "replay"), {"prefixes": list(prefixes)}, binary=True)
        while rows := cursor.fetchmany(at_a_time):
            yield tuple(StoredEvent(*row) for row in rows)


def replay_streams(prefixes: Collection[str], *, at_a_time: int) -> Iterator[tuple[StoredEvent, ...]]:
    """The same events stream by stream, each in its order and in one piece: `at_a_time` or more, to the end of the last stream.

    Inside the caller's transaction, which keeps others from appending meanwhile.
    """
    connection.ensure_connection()
    left: list[StoredEvent] = []
    for partition in PARTITIONS:
        with psycopg.ServerCursor(cast(Any, connection.connection), "ledger_replay_streams") as cursor:
            statement = sql(__file__, "replay_streams").replace("ledger_event", partition)
            cursor.execute(statement, {"prefixes": list(prefixes)}, binary=True)
            while rows := cursor.fetchmany(at_a_time):
                left += [StoredEvent(*row) for row in rows]
                last = left[-1].stream
                cut = next((place for place in range(len(left) - 1, -1, -1) if left[place].stream != last), -1) + 1
                if cut >= at_a_time:
                    yield tuple(left[:cut])
                    del left[:cut]
    if left:
        yield tuple(left)


def received(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], StoredEvent]:
    """What was stored under these pairs of source and event id, whatever stream it is in."""
    wanted = list(keys)
    asked = {"sources": [source for source, _ in wanted], "event_ids": [event_id for _, event_id in wanted]}
    return {(event.source, event.event_id): event for event in _rows("received", asked)}


def remembered(name: str) -> Head:
    """The head of a stream as last seen by this process: a guess, which the database checks when something is appended."""
    return _heads.get(name, (0, GENESIS))


def remember(name: str, head: Head) -> None:
    """Keep a head for the next append."""
    if len(_heads) >= _MOST_HEADS:
        _heads.clear()
    _heads[name] = head


def hashing() -> Hash:
    """How this city makes digests, by its settings."""
    return _hashing(settings.LEDGER_HASH, settings.LEDGER_KEY)


@lru_cache(maxsize=4)
def _hashing(name: str, key: str) -> Hash:
    return Hash(name, key.encode())


def _streams(names: list[str], after: int) -> tuple[StoredEvent, ...]:
    events = _rows("stream", {"streams": names, "after": after})
    for event in events:
        remember(event.stream, (event.version, event.digest))
    return events


def _rows(statement: str, asked: Mapping[str, Any]) -> tuple[StoredEvent, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, statement), asked)
        return tuple(StoredEvent(*row) for row in cursor.fetchall())
