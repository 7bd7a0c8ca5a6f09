"""Events of the ledger as the log the engine reads: one way for deciding, supervision, figures and exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import polars as pl

from yinuo.city.cases.deciding.conditions import typed
from yinuo.city.cases.deciding.ways import Ways
from yinuo.city.ledger.events import NewEvent, StoredEvent
from yinuo.engine.fieldtypes import column_type
from yinuo.engine.log import CASE_COLUMNS, EVENT_COLUMNS, INSTANT, Log

PREFIX = "case/"
_CASE = ("kind", "item", "unit", "region", "parent")


@dataclass(slots=True)
class Line:
    """One event of a case with its payload read."""

    case_id: str
    activity: str
    at: datetime
    recorded_at: datetime
    unit: str | None
    actor: str | None
    event_id: str
    version: int
    payload: Mapping[str, Any]


def line_of(event: StoredEvent) -> Line:
    """An event as stored."""
    name = _named(event.source, event.event_id)
    return Line(
        event.stream.removeprefix(PREFIX), event.activity, event.at, event.recorded_at, event.unit, event.actor,
        name, event.version, orjson.loads(event.payload),
    )  # fmt: skip


def line_of_new(event: NewEvent, *, version: int, recorded_at: datetime) -> Line:
    """An event that is only proposed, as it would be stored."""
    name = _named(event.source, event.event_id)
    return Line(
        event.stream.removeprefix(PREFIX), event.activity, event.at, recorded_at, event.unit, event.actor,
        name, version, event.payload,
    )  # fmt: skip


def log_of(lines: Sequence[Line], ways: Ways, books: Mapping[str, pl.DataFrame] | None = None) -> Log:
    """The log of these events, cases in the order of their first line, with the dated tables of the text and of `books`.

    `sequence` is the version: at equal instants what was recorded first comes first.
    """
    own: dict[str, Any] = {
        "case_id": [line.case_id for line in lines],
        "activity": [line.activity for line in lines],
        "at": [line.at for line in lines],
        "recorded_at": [line.recorded_at for line in lines],
        "unit": [line.unit for line in lines],
        "actor": [line.actor for line in lines],
        "event_id": [line.event_id for line in lines],
        "sequence": [line.version for line in lines],
    }
    log = _log(own, [line.payload for line in lines], ways)
    return Log(log.events, log.cases, {**log.tables, **books}) if books else log


def log_of_rows(rows: Sequence[tuple[Any, ...]], ways: Ways) -> Log:
    """The same of rows of `history.sql`, whose instants are microseconds."""
    streams, versions, sources, ids, activities, at, recorded_at, units, actors, texts = (
        list(column) for column in (zip(*rows, strict=True) if rows else [()] * 10)
    )
    own: dict[str, Any] = {
        "case_id": [stream.removeprefix(PREFIX) for stream in streams],
        "activity": activities,
        "at": pl.Series(at, dtype=pl.Int64()).cast(INSTANT),
        "recorded_at": pl.Series(recorded_at, dtype=pl.Int64()).cast(INSTANT),
        "unit": units,
        "actor": actors,
        "event_id": [_named(source, id_) for source, id_ in zip(sources, ids, strict=True)],
        "sequence": versions,
    }
    return _log(own, [orjson.loads(text) for text in texts], ways)


def _log(own: dict[str, Any], payloads: Sequence[Mapping[str, Any]], ways: Ways) -> Log:
    cases: dict[str, dict[str, Any]] = {}
    for case_id, payload, unit in zip(own["case_id"], payloads, own["unit"], strict=True):
        if case_id not in cases:
            cases[case_id] = _case_of(case_id, payload, unit)
    kinds = frozenset(str(case["kind"]) for case in cases.values())
    types = {name: type_.is_ for name, type_ in ways.words.fields_of(kinds).items()}
    own["step"] = [payload.get("step") for payload in payloads]
    fields = [payload.get("fields") or {} for payload in payloads]
    names = sorted({name for one in fields for name in one} - EVENT_COLUMNS.keys())
    columns = [_column(name, [one.get(name) for one in fields], types.get(name, "text")) for name in names]
    events = pl.DataFrame({name: own[name] for name in EVENT_COLUMNS}, schema=EVENT_COLUMNS).hstack(columns)
    return Log(events, _cases(cases.values()), ways.pack.tables)


def _named(source: str, event_id: str) -> str:
    """An event's id in a log. The source stands before it unless it is our own: two systems may use one id."""
    return event_id if source == "yinuo" else f"{source}:{event_id}"


def _case_of(case_id: str, payload: Mapping[str, Any], unit: str | None) -> dict[str, Any]:
    case = {name: payload.get(name) for name in _CASE}
    return case | {"case_id": case_id, "unit": payload.get("unit") or unit}


def _cases(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    found = list(rows)
    schema = {**CASE_COLUMNS, "parent": pl.String()}
    return pl.DataFrame({name: [row[name] for row in found] for name in schema}, schema=schema)


def _column(name: str, values: list[Any], word: str) -> pl.Series:
    """A field as a column. Values that are not of the type the text gives now (it was another once) are read as text."""
    if word == "any":
        return pl.Series(name, [None if value is None else str(value) for value in values], dtype=pl.String())
    try:
        read = [None if value is None else typed(value, word) for value in values]
        return pl.Series(name, read, dtype=column_type(word), strict=True)
    except (TypeError, ValueError):
        return pl.Series(name, [None if value is None else str(value) for value in values], dtype=pl.String())
