"""安全审计: who came in, who was refused, who looked at personal data, who changed what people may do and what the text says."""

from __future__ import annotations

import csv
import heapq
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from yinuo.city.ledger.statements import sql

COLUMNS = ("at", "what", "actor", "unit", "stream", "version", "event_id", "details", "digest")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is a formula to a spreadsheet; it gets an apostrophe in front."""
BATCH = 2000


def export(file: Path, *, since: date, until: date) -> int:
    """Write the audit of the days from `since` to `until`, both included, as CSV; how many lines that were.

    Days are those of the city's clock. Sign-ins are not the ledger's, so they carry no digest. Raises FileExistsError, and
    ValueError when the days are the wrong way round.
    """
    if until < since:
        raise ValueError(f"--from {since} lies after --to {until}.")
    days = {"since": _midnight(since), "until": _midnight(until + timedelta(days=1))}
    with file.open("x", encoding="utf-8-sig", newline="") as out, transaction.atomic():
        file.chmod(0o600)
        lines = csv.writer(out)
        lines.writerow(COLUMNS)
        found = heapq.merge(_events(days), _sign_ins(days), key=lambda line: line[0])
        written = [lines.writerow([at.isoformat(), *map(_cell, rest)]) for at, *rest in found]
    return len(written)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _events(days: dict[str, datetime]) -> Iterator[Sequence[Any]]:
    yield from _rows("audit_events", days)


def _sign_ins(days: dict[str, datetime]) -> Iterator[Sequence[Any]]:
    for at, succeeded, username, address in _rows("audit_sign_ins", days):
        what = "signed_in" if succeeded else "sign_in_failed"
        yield (at, what, username, None, None, None, None, f"address {address}" if address else None, None)


def _rows(name: str, days: dict[str, datetime]) -> Iterator[Sequence[Any]]:
    """Rows of a statement, a batch at a time: an audit of years does not fit into memory."""
    with connection.cursor() as cursor:
        cursor.execute(f"DECLARE {name} NO SCROLL CURSOR FOR {sql(__file__, name)}", days)
        while True:
            cursor.execute(f"FETCH {BATCH} FROM {name}")
            rows = cursor.fetchall()
            yield from rows
            if len(rows) < BATCH:
                return
