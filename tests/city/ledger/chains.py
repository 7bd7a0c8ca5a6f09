"""What must hold of every stream, said plainly: the tests' own words, not the verifier's."""

from __future__ import annotations

from django.db import connection

from yinuo.city.ledger import read
from yinuo.city.ledger.digest import GENESIS, trailed


def whole_ledger() -> dict[str, list]:
    """Every stream with its events by version; asserts that chains, heads and received ids agree."""
    with connection.cursor() as cursor:
        cursor.execute("select stream, version, digest, position, trail from ledger_head order by stream")
        heads = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute("select source, event_id, stream from ledger_received")
        received = {(source, event_id): stream for source, event_id, stream in cursor.fetchall()}
    streams = {name: list(events) for name, events in read.streams(heads).items()}
    seen = {}
    for name, events in streams.items():
        prev, place, trail = GENESIS, 0, b""
        for version, event in enumerate(events, start=1):
            assert (event.version, event.prev) == (version, prev), f"{name} is forked or has a gap"
            assert event.position > place, f"{name} goes back in the feed"
            seen[event.source, event.event_id] = name
            prev, place, trail = event.digest, event.position, trailed(trail, event.position)
        assert heads[name] == (len(events), prev, place, trail)
    assert received == seen
    return streams
