"""Walking through a database, each partition by itself, in one snapshot. Needs psycopg only, so that processes start fast."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import psycopg

from yinuo.city.ledger import statements
from yinuo.city.ledger.digest import Hash
from yinuo.city.ledger.verify.chains import Row, Walk

PARTITIONS = tuple(f"ledger_event_{part:02}" for part in range(16))
EVERYTHING = "ledger_event"
_AT_A_TIME = 5_000


def walk(connection: psycopg.Connection, table: str, *, how: Hash, upto: int | None) -> Walk:
    """Walk through one partition, or the whole table."""
    done = Walk(how, upto)
    done.through(rows(connection, table))
    return done


def walk_apart(address: str, snapshot: str, table: str, *, how: tuple[str, bytes], upto: int | None) -> Walk:
    """`walk` in a process of its own: connects by itself and looks at the snapshot that was exported."""
    with psycopg.connect(address) as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute(f"set transaction snapshot '{snapshot}'")
        return walk(connection, table, how=Hash(*how), upto=upto)


def rows(connection: psycopg.Connection, table: str) -> Iterator[Row]:
    """The events of a partition, or of all of them, by stream and version."""
    connection.execute("set local timezone = 'UTC'")
    with psycopg.ServerCursor(connection, "ledger_walk") as cursor:
        cursor.execute(statements.sql(statements.__file__, "walk").replace("ledger_event", table), binary=True)
        while some := cursor.fetchmany(_AT_A_TIME):
            yield from cast("list[Row]", some)
