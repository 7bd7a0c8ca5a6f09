"""SQL that matters lies in named files: `<app>/sql/<name>.sql`, whose first line says what it is for.

`ask` runs one with as little around it as libpq allows: the connection parses and plans it once and keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast
from weakref import WeakKeyDictionary, proxy

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import abc
from psycopg.adapt import AdaptersMap, PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus

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
    one.close_if_health_check_failed()
    if one.connection is None:
        one.ensure_connection()
    own = cast(Connection, one.connection)
    if one.execute_wrappers or one.queries_logged or not _is_ready(own):
        with one.cursor() as cursor:
            cursor.execute(text, given)
            return list(cursor.fetchall())
    one.validate_no_broken_transaction()
    with one.wrap_database_errors:
        return _run(own, text, given)


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
    known = _plans.setdefault(connection, {})
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
