"""The entries of a register on a day, one entry after the other (grammar 1.6, 2.7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from tests.reference.place import Record
from yinuo.engine.clauses.register import Register


def in_force(clause: Register, events: Iterable[Record], *, day: date, zone: ZoneInfo) -> dict[str, dict[str, Any]]:
    """Case → what the book says of it at the end of a local day; an entry not yet counted or already over is not there."""
    said: dict[str, dict[str, Any]] = {}
    counted: dict[str, dict[str, Any]] = {}
    over: set[str] = set()
    for event in sorted(events, key=lambda one: (one["at"], one["sequence"], one["event_id"])):
        case = event["case_id"]
        if event["at"].astimezone(zone).date() > day:
            continue
        known = {name: event[name] for name in clause.fields if event.get(name) is not None}
        said[case] = {**said.get(case, {}), **known}
        if event["activity"] in ("closed", "struck"):
            over.add(case)
        if event["activity"] in ({"verified"} if clause.verify else {"entered", "changed"}):
            counted[case] = dict(said[case])
    return {case: row for case, row in counted.items() if case not in over}


def shown(frame_rows: Iterable[Mapping[str, Any]], clause: Register, *, day: date) -> dict[str, dict[str, Any]]:
    """The same of a dated table: the rows in force that day."""
    return {
        row["id"]: {name: row[name] for name in clause.fields if row[name] is not None}
        for row in frame_rows
        if row["from"] <= day and (row["until"] is None or day < row["until"])
    }
