"""OCEL 2.0 out (JSON and SQLite): cases are objects of the one type `case`, events name theirs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import polars as pl

from yinuo.engine.log import Log
from yinuo.logs.tables import LogError
from yinuo.logs.texts import in_order, told, with_ids

CASE = "case"
_ALWAYS = "1970-01-01T00:00:00Z"
_OWN = ("case_id", "activity", "at")


def write_ocel_json(log: Log, target: IO[str]) -> None:
    """Write objects and events one a line, inside one JSON object."""
    events = in_order(log.events)
    types = {
        "objectTypes": [{"name": CASE, "attributes": _declared(log.cases)}],
        "eventTypes": [{"name": name, "attributes": _declared(events)} for name in _activities(events)],
    }
    target.write("{\n")
    for key, value in types.items():
        target.write(f'"{key}": {_dumped(value)},\n')
    _write_list(target, "objects", items=(_object(row) for row in log.cases.iter_rows(named=True)))
    target.write(",\n")
    _write_list(target, "events", items=(_event(made, row) for made, row in with_ids(events)))
    target.write("\n}\n")


def _write_list(target: IO[str], key: str, *, items: Iterator[dict[str, Any]]) -> None:
    target.write(f'"{key}": [')
    for number, item in enumerate(items):
        target.write((",\n" if number else "\n") + _dumped(item))
    target.write("\n]")


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _object(row: dict[str, Any]) -> dict[str, Any]:
    attributes = [{"name": name, "time": _ALWAYS, "value": value} for name, value in _told(row, ("case_id",)).items()]
    return {"id": row["case_id"], "type": CASE, "attributes": attributes, "relationships": []}


def _event(made: str, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": made,
        "type": row["activity"],
        "time": told({"at": row["at"]})["at"],
        "attributes": [{"name": name, "value": value} for name, value in _told(row, _OWN).items()],
        "relationships": [{"objectId": row["case_id"], "qualifier": CASE}],
    }


def _told(row: dict[str, Any], leave: tuple[str, ...]) -> dict[str, Any]:
    """Values as OCEL has them: a list is its JSON text."""
    values = told(row, leave=leave)
    return {name: _dumped(value) if isinstance(value, list) else value for name, value in values.items()}


def _activities(events: pl.DataFrame) -> list[str]:
    return events["activity"].unique().sort().to_list()


def _declared(rows: pl.DataFrame) -> list[dict[str, str]]:
    return [{"name": name, "type": _type(kind)} for name, kind in rows.schema.items() if name not in _OWN]


def _type(kind: pl.DataType) -> str:
    if isinstance(kind, pl.Datetime):
        return "time"
    if kind.is_integer():
        return "integer"
    return "float" if kind.is_float() else "boolean" if kind == pl.Boolean else "string"


_SQL_TYPES = {"time": "TIMESTAMP", "integer": "INTEGER", "float": "REAL", "boolean": "BOOLEAN", "string": "TEXT"}
_TABLES = """
CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL);
CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL);
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
CREATE TABLE event_object (
  ocel_event_id TEXT REFERENCES event (ocel_id), ocel_object_id TEXT REFERENCES object (ocel_id), ocel_qualifier TEXT,
  PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier));
CREATE TABLE object_object (
  ocel_source_id TEXT REFERENCES object (ocel_id), ocel_target_id TEXT REFERENCES object (ocel_id), ocel_qualifier TEXT,
  PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier));
"""


def write_ocel_sqlite(log: Log, path: Path) -> None:
    """Write a new SQLite file. Raises LogError when the file exists or two columns differ only in case."""
    if path.exists():
        raise LogError(f"{path}: exists already. Remove it or choose another name.")
    for rows in (log.events, log.cases):
        if len({name.casefold() for name in rows.columns}) < len(rows.columns):
            raise LogError("SQLite cannot hold two columns whose names differ only in upper and lower case.")
    base = sqlite3.connect(path)
    try:
        base.execute("PRAGMA synchronous = OFF")  # a file cut short by a crash is written again
        with base:
            base.executescript(_TABLES)
            _write_objects(base, log)
            _write_events(base, log)
    finally:
        base.close()


def _write_objects(base: sqlite3.Connection, log: Log) -> None:
    declared = _declared(log.cases)
    base.execute("INSERT INTO object_map_type VALUES (?, ?)", (CASE, CASE))
    _create(base, "object_case", own=["ocel_time TIMESTAMP", "ocel_changed_field TEXT"], declared=declared)
    names = [one["name"] for one in declared]
    for row in log.cases.iter_rows(named=True):
        values = _told(row, ("case_id",))
        base.execute("INSERT INTO object VALUES (?, ?)", (row["case_id"], CASE))
        base.execute(_insert("object_case", 3 + len(names)), (row["case_id"], _ALWAYS, None, *map(values.get, names)))


def _write_events(base: sqlite3.Connection, log: Log) -> None:
    events = in_order(log.events)
    declared = _declared(events)
    names = [one["name"] for one in declared]
    tables = {activity: f"event_type{number}" for number, activity in enumerate(_activities(events), 1)}
    for activity, table in tables.items():
        base.execute("INSERT INTO event_map_type VALUES (?, ?)", (activity, table.removeprefix("event_")))
        _create(base, table, own=["ocel_time TIMESTAMP"], declared=declared)
    for made, row in with_ids(events):
        values = _told(row, _OWN)
        at = told({"at": row["at"]})["at"]
        base.execute("INSERT INTO event VALUES (?, ?)", (made, row["activity"]))
        base.execute(_insert(tables[row["activity"]], 2 + len(names)), (made, at, *map(values.get, names)))
        base.execute("INSERT INTO event_object VALUES (?, ?, ?)", (made, row["case_id"], CASE))


def _create(base: sqlite3.Connection, table: str, *, own: list[str], declared: list[dict[str, str]]) -> None:
    parent = table.partition("_")[0]
    columns = [f"ocel_id TEXT PRIMARY KEY REFERENCES {parent} (ocel_id)", *own]
    columns += ['"' + one["name"].replace('"', '""') + '" ' + _SQL_TYPES[one["type"]] for one in declared]
    base.execute(f"CREATE TABLE {table} ({', '.join(columns)})")


def _insert(table: str, width: int) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join('?' * width)})"  # noqa: S608 - our own table names
