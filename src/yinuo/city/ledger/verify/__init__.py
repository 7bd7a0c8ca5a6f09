"""`yinuo verify`: whether the ledger is what was written, by itself and against roots that others hold."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import psycopg
from django.db import connection, transaction
from psycopg.conninfo import make_conninfo

from yinuo.city.ledger import roots
from yinuo.city.ledger.digest import Hash
from yinuo.city.ledger.read import hashing
from yinuo.city.ledger.statements import sql
from yinuo.city.ledger.verify import export, partition, rootlog
from yinuo.city.ledger.verify.chains import Problem, Walk
from yinuo.city.ledger.verify.rootlog import Line

SMALL = 64 * 2**20
"""Bytes of events that one process looks through faster than others start."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked through, and every problem: the first of each stream, then those of the whole.

    Streams are in the order of their names, or of the exported file.
    """

    events: int
    streams: int
    root: int | None
    """The number of the root it was compared with."""
    problems: tuple[Problem, ...]


def database(held: Sequence[Line] = (), *, processes: int = 1) -> Verified:
    """Verify the database's ledger: chains, heads, its root log, and the last root.

    With `held`, a root log from outside, also that it is the database's own, and against its last root. More than one process
    look at committed events only; a small ledger is looked at by one. Raises NotALine for a root log that is none.
    """
    how = hashing()
    with _one_moment():
        problems, line = _roots(how, held)
        walk = _walk(how, line["upto"] if line else None, processes)
        problems += _heads(walk)
        if line is not None:
            problems += rootlog.root_problems(walk, line, _kept_parts(line["number"]))
    walk.problems.sort()
    return _verified(walk, line, problems)


def exported(lines: Iterable[bytes], name: str, *, how: Hash, held: Sequence[Line] = ()) -> Verified:
    """Verify an exported ledger, without a database, against the last root of a root log."""
    line = held[-1] if held else None
    walk = Walk(how, line["upto"] if line else None)
    export.walk(walk, lines, name)
    problems = rootlog.chain_problems(how, held)
    if line is not None:
        problems += rootlog.root_problems(walk, line)
    return _verified(walk, line, problems)


def write(out: BinaryIO) -> int:
    """Export the database's ledger as lines; how many events. Nothing is checked."""
    with _one_moment():
        return export.write(partition.rows(_raw(), partition.EVERYTHING), out)


@contextmanager
def _one_moment() -> Iterator[None]:
    """Everything read inside is as of one moment, unless the caller has a transaction open already."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read, read only")
        yield


def _verified(walk: Walk, line: Line | None, problems: list[Problem]) -> Verified:
    number = line["number"] if line else None
    return Verified(walk.events, len(walk.heads), number, (*walk.problems, *problems))


def _raw() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    return cast("psycopg.Connection[Any]", connection.connection)


def _walk(how: Hash, upto: int | None, processes: int) -> Walk:
    raw = _raw()
    whole = Walk(how, upto)
    if processes < 2 or _bytes() < SMALL:
        for table in partition.PARTITIONS:
            whole.take(partition.walk(raw, table, how=how, upto=upto))
        return whole
    snapshot = raw.execute("select pg_export_snapshot()").fetchone()[0]  # type: ignore[index]
    address = make_conninfo(raw.info.dsn, password=raw.info.password, options="-c timezone=UTC")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        looking = [
            pool.submit(partition.walk_apart, address, snapshot, table, how=(how.name, how.key), upto=upto)
            for table in partition.PARTITIONS
        ]
        for one in looking:
            whole.take(one.result())
    return whole


def _bytes() -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql(roots.__file__, "size"))
        (found,) = cursor.fetchone()
    return int(found)


def _roots(how: Hash, held: Sequence[Line]) -> tuple[list[Problem], Line | None]:
    """Problems of the root logs, and the root to compare with."""
    own = [root.as_line() for root in roots.after(0)]
    problems = rootlog.chain_problems(how, own) + rootlog.chain_problems(how, held)
    mine = {line["number"]: line for line in own}
    for line in held:
        if mine.get(line["number"]) != line:
            said = "is another one here" if line["number"] in mine else "is not here"
            problems.append(Problem("", 0, f"root log: root {line['number']} of {line['at']} {said}"))
            break
    return problems, held[-1] if held else (own[-1] if own else None)


def _kept_parts(number: int) -> list[tuple[str, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute("select first_stream, root from ledger_root_part where number = %s order by part", [number])
        return [(first, bytes(root)) for first, root in cursor.fetchall()]


def _heads(walk: Walk) -> list[Problem]:
    """Where ledger_head says other than the events: a tail that was cut is found even before the next root."""
    broken = {problem.stream for problem in walk.problems}
    problems = []
    with connection.cursor() as cursor:
        cursor.execute("select stream, version, digest, trail from ledger_head where version > 0")
        heads = {stream: (version, bytes(digest), bytes(trail)) for stream, version, digest, trail in cursor.fetchall()}
    for stream in sorted(heads.keys() | walk.heads.keys()):
        end, head = walk.heads.get(stream), heads.get(stream)
        if stream in broken or end == head:
            continue
        if head is None or end is None or head[0] != end[0]:
            there, noted = end[0] if end else 0, head[0] if head else 0
            problems.append(
                Problem(stream, min(there, noted) + 1, f"{noted} events were noted at its head, {there} are there")
            )
        else:
            problems.append(
                Problem(stream, end[0], "its digest or the stream's positions are not those noted at the head")
            )
    return problems
