"""SQL that matters lies in named files: `<app>/sql/<name>.sql`, whose first line says what it is for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

Cursor = psycopg.Cursor[tuple[Any, ...]]


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


def ask(package_file: str, name: str, given: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """All rows of a named statement that the connection parses and plans once and keeps: for what every act asks.

    Like any statement it is seen by `connection.execute_wrapper` and by the log of queries, and raises Django's errors.
    Its parameters go beside it instead of in it: where PostgreSQL cannot tell a type, the text casts (`%(name)s::text`).
    """
    text, one = sql(package_file, name), connections[DEFAULT_DB_ALIAS]
    if one.execute_wrappers or one.queries_logged:
        with one.cursor() as cursor:
            cursor.execute(text, given)
            return list(cursor.fetchall())
    one.close_if_health_check_failed()
    one.ensure_connection()
    one.validate_no_broken_transaction()
    with one.wrap_database_errors:
        return _cursor(one).execute(text, given, prepare=True).fetchall()


_cursors: WeakKeyDictionary[BaseDatabaseWrapper, Cursor] = WeakKeyDictionary()


def _cursor(one: BaseDatabaseWrapper) -> Cursor:
    """The cursor of a thread's connection, made once: making it takes as long as a short statement."""
    found = _cursors.get(one)
    if found is None or found.connection is not one.connection:
        found = _cursors[one] = psycopg.Cursor(cast(Any, one.connection))
    return found
