"""OCEL 2.0 in (JSON and SQLite): the objects of one type are the cases, their events the rows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from yinuo.logs.gather import Gather
from yinuo.logs.tables import REJECTED_COLUMNS, LogError, Table, no_rejected

_MOST_JSON = 2 << 30


@dataclass(frozen=True)
class _Event:
    id: str | None
    type: str | None
    time: str | None
    attributes: dict[str, Any]
    objects: list[str]


@dataclass
class _Objects:
    """Every object's type, and the first value in time of each of its attributes."""

    types: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)

    def of_type(self, word: str) -> list[str]:
        """The ids of one type."""
        return [one for one, its in self.types.items() if its == word]


def read_ocel_json(path: Path, wanted: Callable[[str], bool], *, case_object: str | None, name: str) -> Table:
    """Rows of an OCEL 2.0 JSON file. Raises LogError when it is none."""
    if path.stat().st_size > _MOST_JSON:
        raise LogError(f"{name}: more than {_MOST_JSON:,} bytes of JSON. Store the log as OCEL SQLite or Parquet.")
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise LogError(f"{name}: this is no whole JSON file ({error}). Fetch or write it again.") from error
    if not isinstance(found, dict) or not _records(found.get("events")) or not _records(found.get("objects")):
        raise LogError(f'{name}: this is no OCEL 2.0 log: it needs the lists "events" and "objects" of JSON objects.')
    objects = _Objects()
    for one in found["objects"]:
        objects.types[str(one.get("id"))] = str(one.get("type"))
        objects.values[str(one.get("id"))] = _earliest(
            (str(value.get("time", "")), value.get("name"), value.get("value"))
            for value in _parts(one, "attributes", name=name)
        )
    return _table(
        objects, (_json_event(one, name) for one in found["events"]), wanted=wanted, case_object=case_object, name=name
    )


def _records(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(one, dict) for one in found)


def _parts(one: dict[str, Any], key: str, *, name: str) -> list[dict[str, Any]]:
    found = one.get(key) or []
    if not _records(found):
        raise LogError(f'{name}: "{key}" of "{one.get("id")}" is no list of JSON objects, as OCEL 2.0 has it.')
    return list(found)


def _json_event(one: dict[str, Any], name: str) -> _Event:
    attributes = {str(value.get("name")): value.get("value") for value in _parts(one, "attributes", name=name)}
    related = [str(link.get("objectId")) for link in _parts(one, "relationships", name=name)]
    return _Event(one.get("id"), one.get("type"), one.get("time"), attributes, related)


def _earliest(values: Iterable[tuple[str, Any, Any]]) -> dict[str, Any]:
    first: dict[str, Any] = {}
    for _, name, value in sorted(values, key=lambda one: one[0]):
        if name is not None and value is not None:
            first.setdefault(str(name), value)
    return first


def read_ocel_sqlite(path: Path, wanted: Callable[[str], bool], *, case_object: str | None, name: str) -> Table:
    """Rows of an OCEL 2.0 SQLite file. Raises LogError when it is none."""
    try:
        base = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            base.execute("PRAGMA trusted_schema = OFF")
            return _sqlite_table(base, wanted, case_object=case_object, name=name)
        finally:
            base.close()
    except (sqlite3.Error, UnicodeError) as error:
        raise LogError(f"{name}: this is no whole OCEL 2.0 SQLite file ({error}). Fetch or write it again.") from error


def _sqlite_table(
    base: sqlite3.Connection, wanted: Callable[[str], bool], *, case_object: str | None, name: str
) -> Table:
    objects = _Objects()
    for kind, stored in base.execute("SELECT ocel_type, ocel_type_map FROM object_map_type").fetchall():
        changes: dict[str, list[tuple[str, Any, Any]]] = {}
        for row in _rows(base, f"object_{stored}"):
            key, at = str(row.pop("ocel_id")), str(row.pop("ocel_time", "") or "")
            row.pop("ocel_changed_field", None)
            changes.setdefault(key, []).extend((at, column, value) for column, value in row.items())
        for key, values in changes.items():
            objects.types[key], objects.values[key] = kind, _earliest(values)
    for key, kind in base.execute("SELECT ocel_id, ocel_type FROM object"):
        objects.types.setdefault(str(key), kind)
    return _table(objects, _sqlite_events(base), wanted=wanted, case_object=case_object, name=name)


def _sqlite_events(base: sqlite3.Connection) -> Iterator[_Event]:
    related: dict[str, list[str]] = {}
    for event, item in base.execute("SELECT ocel_event_id, ocel_object_id FROM event_object ORDER BY rowid"):
        related.setdefault(str(event), []).append(str(item))
    for kind, stored in base.execute("SELECT ocel_type, ocel_type_map FROM event_map_type").fetchall():
        for row in _rows(base, f"event_{stored}"):
            key, at = str(row.pop("ocel_id")), row.pop("ocel_time", None)
            yield _Event(key, kind, at, row, related.get(key, []))


def _rows(base: sqlite3.Connection, table: str) -> Iterator[dict[str, Any]]:
    quoted = table.replace('"', '""')
    found = base.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608 - an identifier cannot be a parameter
    columns = [one[0] for one in found.description]
    for row in found:
        if any(isinstance(value, bytes) for value in row):
            raise sqlite3.DataError(f"a BLOB in {table}, where text or a number is needed")
        yield dict(zip(columns, row, strict=True))


def _table(
    objects: _Objects, events: Iterable[_Event], *, wanted: Callable[[str], bool], case_object: str | None, name: str
) -> Table:
    kind = _case_type(objects, case_object, name=name)
    gather = Gather(wanted)
    cases = {
        one: {"ocel:oid": one} | {f"case:{key}": value for key, value in objects.values.get(one, {}).items()}
        for one in objects.of_type(kind)
    }
    seen: set[str] = set()
    wrong: list[tuple[int, None, None, str, str, bool]] = []
    number = 0
    for number, event in enumerate(events, 1):
        row = _event_row(event, objects, kind=kind)
        for one in dict.fromkeys(event.objects):
            if one in cases:
                seen.add(one)
                gather.add(cases[one] | row, number)
            elif one not in objects.types:
                wrong.append(
                    (number, None, None, one, f'event "{event.id}" names an object that the file lacks', False)
                )
    for further, one in enumerate((one for one in cases if one not in seen), number + 1):
        gather.add(cases[one], further)
    rejected = pl.DataFrame(wrong, schema=REJECTED_COLUMNS, orient="row") if wrong else no_rejected()
    return gather.table(rejected)


def _event_row(event: _Event, objects: _Objects, *, kind: str) -> dict[str, Any]:
    """The event's columns; other objects it names are `ocel:type:<type>`."""
    row = {"ocel:eid": event.id, "ocel:activity": event.type, "ocel:timestamp": event.time} | event.attributes
    others: dict[str, list[str]] = {}
    for one in event.objects:
        its = objects.types.get(one)
        if its is not None and its != kind:
            others.setdefault(f"ocel:type:{its}", []).append(one)
    return row | {key: ids[0] if len(ids) == 1 else ids for key, ids in others.items()}


def _case_type(objects: _Objects, case_object: str | None, *, name: str) -> str:
    known = sorted(set(objects.types.values()))
    if case_object is None and len(known) == 1:
        return known[0]
    if case_object is None or case_object not in known:
        asked = f'there is no object type "{case_object}"' if case_object else "it has several types of objects"
        raise LogError(
            f"{name}: {asked}. Say which are the cases: case_object in [log] of pack.toml. Types: {', '.join(known)}."
        )
    return case_object
