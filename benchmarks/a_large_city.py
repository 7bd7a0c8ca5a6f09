"""A city of a million cases in minutes: a few thousand come about as they do, then their rows are copied with other names and hours.

Nobody verifies or rebuilds such a city (its digests are not its own); it is for lists, counts and pages.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import a_city

BASE = 2_000
PATHS = (
    ("received", "accepted"), ("received", "accepted", "reviewed"), ("received", "supplement_requested"),
    ("received", "accepted", "reviewed", "granted"), ("received", "accepted", "granted"), ("received", "refused_acceptance"),
    ("received", "accepted", "reviewed", "refused"), ("received", "accepted", "withdrawn"),
)  # fmt: skip
"""What becomes of the cases; five in eight have ended."""
NAMED = {"case_id", "parent", "stream", "event_id", "finding_id", "card", "about", "measure_id"}
"""Columns that name a case, an event or a card: each copy has its own."""
TABLES = (
    "cases_case", "cases_task", "cases_handover", "cases_thread", "supervision_clock", "supervision_finding",
    "supervision_holding", "supervision_moment", "supervision_thread", "ledger_event", "ledger_head", "ledger_received",
)  # fmt: skip
RECEIPT = "left(t.receipt, 8) || lpad(((right(t.receipt, 8)::bigint + n * 7919) % 100000000)::text, 8, '0')"


def fill(cases: int) -> None:
    """Let the city of this process have so many cases, spread over a year."""
    _come_about()
    _multiply(cases // BASE)


def _come_about() -> None:
    from yinuo.city.api import incoming
    from yinuo.city.people.actor import Actor, Grant
    from yinuo.city.supervision.sweep import sweep

    actor = Actor("system:bench", "bench", (Grant("system", "city"),), "city", is_system=True)
    now = datetime.now(UTC)
    for seed, path in enumerate(PATHS, start=1):
        told = list(a_city.events(BASE // len(PATHS), activities=path, seed=seed, days=90, end=now))
        for start in range(0, len(told), 1000):
            taken = incoming.take(told[start : start + 1000], actor=actor, now=now)
            wrong = next((one for one in taken if one.status != "stored"), None)
            if wrong is not None:
                raise RuntimeError(f"a case did not come about: {wrong}")
    while not sweep(now, 500).is_idle:
        pass


def _multiply(times: int) -> None:
    """Copy every row `times` - 1 times. Indexes are made again afterwards: that is quicker than keeping them up."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in TABLES:
            indexes = _without_indexes(cursor, table)
            columns = _columns(cursor, table)
            values = ", ".join(_value(table, name, kind) for name, kind in columns)
            only = "WHERE t.stream ~ '^(case|said)/'" if any(name == "stream" for name, _kind in columns) else ""
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(name for name, _kind in columns)}) "
                f"SELECT {values} FROM {table} AS t, generate_series(1, {times - 1}) AS n {only}"
            )
            for index in indexes:
                cursor.execute(index)
            cursor.execute(f"VACUUM ANALYZE {table}")


def _without_indexes(cursor: object, table: str) -> list[str]:
    """Drop the indexes that hold no constraint and no partition; what makes them again."""
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
        "WHERE i.indrelid = %s::regclass AND c.relkind = 'r' AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)",
        [table],
    )
    found = cursor.fetchall()  # type: ignore[attr-defined]
    for name, _made in found:
        cursor.execute(f"DROP INDEX {name}")  # type: ignore[attr-defined]
    return [made for _name, made in found]


def _columns(cursor: object, table: str) -> list[tuple[str, str]]:
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = %s "
        "AND is_identity = 'NO' ORDER BY ordinal_position",
        [table],
    )
    return list(cursor.fetchall())  # type: ignore[attr-defined]


def _value(table: str, name: str, kind: str) -> str:
    if name in NAMED:
        return f"t.{name} || '-' || n"
    if name == "receipt":
        return RECEIPT
    if name == "words":
        whole = f"array_replace(t.words, t.receipt, {RECEIPT})"
        return f"array_replace({whole}, right(t.receipt, 8), right({RECEIPT}, 8))"
    if kind.startswith("timestamp") and not (table.startswith("supervision") and name in ("next_at", "evaluated_at")):
        return f"t.{name} - n * interval '13 minutes'"
    return f"t.{name}"
