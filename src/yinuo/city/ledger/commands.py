"""What is done to the ledger as a whole: take a root, rebuild what is made from it, go on after a restore."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, connections, transaction

from yinuo.city.ledger import projections, read, roots
from yinuo.city.ledger.events import StoredEvent
from yinuo.city.ledger.projections import Projection
from yinuo.city.ledger.roots import Root
from yinuo.city.ledger.statements import sql

SORTING = "256MB"
"""Memory in which an index is sorted when a table was rebuilt."""
AT_A_TIME = 10_000
"""Events a projection takes at a time when it is rebuilt."""
_Portion = tuple[StoredEvent, ...]
ROOT_LOG = "roots.jsonl"
"""The file in the home folder to which every root is written: copy it to where this city's administrators cannot reach."""


def take_root(now: datetime) -> Root:
    """Take a root over everything settled, write it to the root log's file and send it out by every registered way."""
    with transaction.atomic():
        root = roots.take(now)
    roots.write(settings.HOME / ROOT_LOG)
    roots.send(root)
    return root


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was rebuilt: the projections in order, and how many events they were made from."""

    projections: tuple[str, ...]
    events: int
    """An event counts twice that went into tables made in the order of the feed and into others made stream by stream."""


class NoProjection(Exception):
    """A projection of that name is not registered; the message names those that are."""


def rebuild(names: Collection[str] = ()) -> Rebuilt:
    """Empty projections (all of them when none is named) and make them again from the events.

    It is one transaction: readers see the old tables until it ends, and whoever wants to append waits. Raises NoProjection.
    """
    known = {one.name: one for one in projections.registered()}
    for name in names:
        if name not in known:
            raise NoProjection(f"There is no projection {name!r}; there are {', '.join(known) or 'none'}.")
    chosen = [one for one in known.values() if not names or one.name in names]
    is_whole = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("lock table ledger_head in share row exclusive mode")
        for one in chosen:
            one.reset()
        with _unindexed([table for one in chosen for table in one.tables]):
            count = _apply([one for one in chosen if not one.by_stream], read.replay, ahead=is_whole)
            by_stream = [one for one in chosen if one.by_stream]
            for prefix in dict.fromkeys(one.prefix for one in by_stream):
                mine = [one for one in by_stream if one.prefix == prefix]
                count += _apply(mine, read.replay_streams, ahead=is_whole)
        for one in chosen:
            projections.finished(one.name)
    return Rebuilt(tuple(one.name for one in chosen), count)


@contextmanager
def _unindexed(tables: Sequence[str]) -> Iterator[None]:
    """While tables are filled they are without the indexes that keep nothing unique: sorting once is cheaper."""
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "indexes"), {"tables": list(tables)})
        found = cursor.fetchall()
        for name, _definition in found:
            cursor.execute(f"drop index {name}")
        yield
        cursor.execute(f"set local maintenance_work_mem = '{SORTING}'")
        for _name, definition in found:
            cursor.execute(definition)


def _apply(chosen: Sequence[Projection], replayed: Callable[..., Iterator[_Portion]], *, ahead: bool) -> int:
    """Hand the events on. `ahead`: they are read by a thread of its own, which a transaction of the caller would hide from."""
    count = 0
    prefixes = {one.prefix for one in chosen}
    if not prefixes:
        return count
    found = replayed(prefixes, at_a_time=AT_A_TIME)
    for events in _ahead(found) if ahead else found:
        count += len(events)
        for one in chosen:
            mine = events if prefixes == {one.prefix} else [e for e in events if e.stream.startswith(one.prefix)]
            if mine:
                one.apply(mine)
    return count


def _ahead(replayed: Iterator[_Portion]) -> Iterator[_Portion]:
    """What `replay` or `replay_streams` gives, read by a thread with a connection and a transaction of its own.

    It is one portion ahead: while that is made, the caller's own connection writes. It sees what was committed by the time
    the first portion is asked for; the caller holds the lock under which nobody appends.
    """
    source = _in_transaction(replayed)
    with ThreadPoolExecutor(1, "ahead") as reader:
        coming = reader.submit(next, source, ())
        try:
            while events := coming.result():
                coming = reader.submit(next, source, ())
                yield events
        finally:
            reader.submit(_leave, source).result()


def _in_transaction(replayed: Iterator[_Portion]) -> Generator[_Portion, None, None]:
    with transaction.atomic():
        yield from replayed


def _leave(source: Generator[_Portion, None, None]) -> None:
    try:
        source.close()
    finally:
        connections.close_all()


def rebuild_heads() -> None:
    """Make ledger_head and ledger_received again from the events. Verify first: heads are what shows a tail cut off lately."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("lock table ledger_head in access exclusive mode")
        cursor.execute(sql(__file__, "rebuild_heads"))


def go_on_after_restore() -> int:
    """Let positions go on above those restored; how far they were moved. Twice does no harm.

    A server that a ledger was restored into counts its transactions from a low number again.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql(__file__, "go_on"))
        (moved,) = cursor.fetchone()
    return int(moved)
