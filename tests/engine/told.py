"""One case told in a few words, on which engine and reference must agree."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tests.reference.comparison import Custom, History, Text, differences, reference_says
from tests.reference.strategies import ZONE

Row = dict[str, Any]


def at(text: str) -> datetime:
    """Local time in China, of 2026 unless a year is written: "03-09 16:00", "2025-01-24"; a date alone is noon."""
    day, _, clock = text.partition(" ")
    written = day if len(day) > len("03-09") else f"2026-{day}"
    local = datetime.combine(date.fromisoformat(written), time.fromisoformat(clock or "12:00"), ZONE)
    return local.astimezone(UTC)


def end(text: str) -> datetime:
    """The last instant of a day."""
    return at(f"{text} 00:00") + timedelta(days=1, microseconds=-1)


def history(events: list[str | tuple[str, dict[str, Any]]], as_of: str, known_at: str | None = None) -> History:
    """Events written "03-09 16:00 suspended"; with fields as a pair. `as_of` a date means its end."""
    rows = []
    for n, written in enumerate(events):
        text, fields = written if isinstance(written, tuple) else (written, {})
        moment, activity = text.rsplit(" ", 1)
        row = {"case_id": "c", "activity": activity, "at": at(moment), "event_id": f"e{n:02}", "sequence": n}
        rows.append({"recorded_at": row["at"], "unit": "u", "actor": "a", **row, **fields})
    names = dict.fromkeys(name for row in rows for name in row)
    rows = [{name: row.get(name) for name in names} for row in rows]
    now = end(as_of) if " " not in as_of else at(as_of)
    known = None if known_at is None else end(known_at)
    return History(rows, [{"case_id": "c", "kind": "permit"}], now, known)


def told(
    events: list[Any], as_of: str, known_at: str | None = None, conventions: dict[str, str] | None = None, **raw: Any
) -> tuple[list[Row], list[Row]]:
    """Clocks and findings by name, on which engine and reference agree."""
    promise = {"on": "accepted", "until": "decided", **raw}
    texts, log = [Text.always("p", "promise", **promise)], history(events, as_of, known_at)
    assert not (wrong := differences(log, texts, conventions)), str(wrong)
    clocks, findings, _ = reference_says(log, texts, Custom(conventions or {}))
    names = ("clause", "case_id", "opener", "started_at", "due_at", "ended_at", "state", "allowed", "used", "paused")
    return (
        [dict(zip(names, row, strict=False)) for row in clocks],
        [
            dict(zip(("clause", "case_id", "opener", "level", "raised_at", "cleared_at"), row, strict=True))
            for row in findings
        ],
    )


def expect(rows: list[Row], **columns: Any) -> None:
    assert len(rows) == 1
    assert {name: rows[0][name] for name in columns} == columns
