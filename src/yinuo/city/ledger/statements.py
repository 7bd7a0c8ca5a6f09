"""SQL that matters lies in named files: `<app>/sql/<name>.sql`, whose first line says what it is for.

`ask` runs one with as little around it as libpq allows: the connection parses and plans it once and keeps it. `copy` sends
rows as PostgreSQL takes them fastest, in its binary format; a text is framed there just as digests frame it.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from struct import Struct
from typing import Any, cast
from weakref import WeakKeyDictionary, WeakSet, proxy

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import abc
from psycopg.adapt import AdaptersMap, PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus

NULL = b"\xff\xff\xff\xff"
"""A column of a row to be copied that is null."""
_START, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_EIGHT, _FOUR = Struct("!iq").pack, Struct("!ii").pack
_EPOCH = 946_684_800_000_000
"""The moment from which PostgreSQL counts, in microseconds since 1970."""
_SENT_AT_ONCE = 4 << 20
"""Bytes that a local socket is asked to hold: a batch of an import is about two millions."""

Connection = psycopg.Connection[Any]
_PLACE = re.compile(r"%\((\w+)\)s")
_NOTHING: Mapping[str, Any] = {}


class NoPurpose(Exception):
    """A statement does not begin with `-- purpose: …`."""


@cache
def sql(package_file: str, name: str) -> str:
    """The statement `sql/<name>.sql` beside the module whose `__file__` is given, read once.

    Raises FileNotFoundError, and NoPurpose when its first line does not say what it is for.
    """
    file = Path(package_file).parent / "sql" / f"{name}.sql"
    text = file.read_text(encoding="utf-8")
    if not text.startswith("-- purpose: "):
        raise NoPurpose(f"{file.name} must begin with a line “-- purpose: …”.")
    return text


def ask(package_file: str, name: str, given: Mapping[str, Any] = _NOTHING) -> list[tuple[Any, ...]]:
    """All rows of a named statement that the connection parses and plans once and keeps: for what every act asks.

    Like any statement it is seen by `connection.execute_wrapper` and by the log of queries, and raises Django's errors.
    Its parameters go beside it instead of in it: where PostgreSQL cannot tell a type, the text casts (`%(name)s::text`).
    """
    text, one = sql(package_file, name), connections[DEFAULT_DB_ALIAS]
    if one.health_check_enabled and not one.health_check_done:
        one.close_if_health_check_failed()
    if one.connection is None:
        one.ensure_connection()
    own = cast(Connection, one.connection)
    if one.execute_wrappers or one.queries_logged or not _is_ready(own):
        with one.cursor() as cursor:
            cursor.execute(text, given)
            return list(cursor.fetchall())
    one.validate_no_broken_transaction()
    try:
        return _run(own, text, given)
    except psycopg.Error:
        with one.wrap_database_errors:
            raise


def copy(statement: str, rows: Sequence[bytes]) -> None:
    """Send rows to a `COPY … FROM STDIN (FORMAT BINARY)`.

    A row is two bytes of how many columns it has and the columns, each as `bigint`, `framed` and the others below give it.
    """
    if rows:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor, cursor.copy(statement) as copying:
            _widen(copying.connection)
            copying.write(b"".join((_START, *rows, _END)))


def _widen(connection: Connection) -> None:
    """Let a local socket take a whole batch: sent by pieces, the server waits at each for whoever else computes in this process."""
    if connection not in _wide:
        _wide.add(connection)
        with socket.socket(fileno=os.dup(connection.fileno())) as line:
            if line.family == socket.AF_UNIX:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SENT_AT_ONCE)


_wide: WeakSet[Connection] = WeakSet()


def bigint(number: int) -> bytes:
    """A bigint of a row to be copied."""
    return _EIGHT(8, number)


def integer(number: int) -> bytes:
    """An integer of a row to be copied."""
    return _FOUR(4, number)


def instant(at: int | None) -> bytes:
    """A timestamptz of a row to be copied, of microseconds since 1970."""
    return NULL if at is None else _EIGHT(8, at - _EPOCH)


def binary(value: bytes) -> bytes:
    """A bytea of a row to be copied, or the UTF-8 of a text."""
    return len(value).to_bytes(4, "big") + value


def jsonb(text: bytes) -> bytes:
    """A jsonb of a row to be copied, of its text."""
    return (len(text) + 1).to_bytes(4, "big") + b"\x01" + text


def array(framed: Mapping[str | None, bytes], texts: Sequence[str]) -> bytes:
    """A text[] of a row to be copied, of texts and how each is framed."""
    if not texts:
        return _ARRAY + _NO_TEXTS
    many = b"".join(map(framed.__getitem__, texts))
    return b"".join(((20 + len(many)).to_bytes(4, "big"), _TEXTS, len(texts).to_bytes(4, "big"), _FROM_ONE, many))


_OF_TEXT = (25).to_bytes(4, "big")
_ARRAY, _NO_TEXTS = (12).to_bytes(4, "big"), bytes(8) + _OF_TEXT
_TEXTS, _FROM_ONE = (1).to_bytes(4, "big") + bytes(4) + _OF_TEXT, (1).to_bytes(4, "big")


@dataclass(frozen=True, slots=True)
class Adapting:
    """How a connection turns values into texts and back (an AdaptContext); it does not keep the connection alive."""

    adapters: AdaptersMap
    connection: Any


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement as the server knows it, and the order in which it takes its parameters."""

    name: bytes
    order: tuple[str, ...]
    formats: tuple[PyFormat, ...]
    adapting: abc.Transformer


_plans: WeakKeyDictionary[Connection, dict[str, Plan]] = WeakKeyDictionary()


def _is_ready(connection: Connection) -> bool:
    """Whether a statement sent now lands where it should: psycopg has still to begin a transaction that is asked for."""
    return connection.autocommit or connection.info.transaction_status != TransactionStatus.IDLE


def _run(connection: Connection, text: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement with placeholders `%(name)s`. Raises psycopg.Error."""
    known = _plans.get(connection)
    if known is None:
        known = _plans[connection] = {}
    plan = known.get(text) or _prepare(connection, text, known)
    adapting = plan.adapting
    values: Any = adapting.dump_sequence([given[name] for name in plan.order], plan.formats)
    result = connection.pgconn.exec_prepared(plan.name, values)
    if result.status != ExecStatus.TUPLES_OK:
        raise error_from_result(result)
    adapting.set_pgresult(result)
    return adapting.load_rows(0, result.ntuples, tuple)


def _prepare(connection: Connection, text: str, known: dict[str, Plan]) -> Plan:
    order = tuple(dict.fromkeys(_PLACE.findall(text)))
    numbered = _PLACE.sub(lambda place: f"${order.index(place[1]) + 1}", text)
    plan = Plan(
        f"yinuo_{len(known)}".encode(),
        order,
        (PyFormat.TEXT,) * len(order),
        Transformer(Adapting(connection.adapters, proxy(connection))),
    )
    result = connection.pgconn.prepare(plan.name, numbered.encode())
    if result.status != ExecStatus.COMMAND_OK:
        raise error_from_result(result)
    known[text] = plan
    return plan
