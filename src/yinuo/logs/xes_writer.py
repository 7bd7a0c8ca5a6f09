"""XES out (IEEE 1849): traces with the case's fields, events with theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import IO, Any
from xml.sax.saxutils import quoteattr

import polars as pl

from yinuo.engine.log import Log
from yinuo.logs.tables import LogError
from yinuo.logs.texts import in_order, told

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
\t<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
\t<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
\t<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
\t<global scope="trace">
\t\t<string key="concept:name" value="UNKNOWN"/>
\t</global>
\t<global scope="event">
\t\t<string key="concept:name" value="UNKNOWN"/>
\t\t<date key="time:timestamp" value="1970-01-01T00:00:00.000Z"/>
\t</global>
\t<classifier name="Activity" keys="concept:name"/>
"""
_NAMES = {"activity": "concept:name", "at": "time:timestamp", "actor": "org:resource", "unit": "org:group"}
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_xes(log: Log, target: IO[str]) -> None:
    """Write every case as a trace. Raises LogError for a character XML cannot hold."""
    target.write(_HEAD)
    traces = {row["case_id"]: told(row, leave=("case_id",)) for row in log.cases.iter_rows(named=True)}
    case_tags, event_tags = _tags(log.cases), _tags(log.events)
    lonely = dict.fromkeys(traces)
    for (case_id,), events in in_order(log.events).partition_by("case_id", as_dict=True, maintain_order=True).items():
        lonely.pop(case_id, None)
        _open_trace(target, str(case_id), fields=traces.get(case_id, {}), tags=case_tags)
        for row in events.iter_rows(named=True):
            target.write("\t\t<event>\n")
            own = told(row, leave=("case_id",))
            _attributes(
                target, {_NAMES.get(name, name): value for name, value in own.items()}, tags=event_tags, depth=3
            )
            target.write("\t\t</event>\n")
        target.write("\t</trace>\n")
    for case_id in lonely:
        _open_trace(target, case_id, fields=traces[case_id], tags=case_tags)
        target.write("\t</trace>\n")
    target.write("</log>\n")


def _tags(rows: pl.DataFrame) -> dict[str, str]:
    return {_NAMES.get(name, name): _tag(kind) for name, kind in rows.schema.items()}


def _tag(kind: pl.DataType) -> str:
    if isinstance(kind, pl.Datetime):
        return "date"
    if isinstance(kind, pl.List):
        return "list"
    if kind.is_integer():
        return "int"
    return "float" if kind.is_float() else "boolean" if kind == pl.Boolean else "string"


def _open_trace(target: IO[str], case_id: str, *, fields: Mapping[str, Any], tags: Mapping[str, str]) -> None:
    target.write("\t<trace>\n")
    _attributes(target, {"concept:name": case_id}, tags={}, depth=2)
    _attributes(target, fields, tags=tags, depth=2)


def _attributes(target: IO[str], values: Mapping[str, Any], *, tags: Mapping[str, str], depth: int) -> None:
    for key, value in values.items():
        tag = tags.get(key, "string")
        if tag == "list":
            inside = "".join(f"<string key={_quoted(key)} value={_quoted(one)}/>" for one in value)
            target.write("\t" * depth + f"<list key={_quoted(key)}><values>{inside}</values></list>\n")
        else:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            target.write("\t" * depth + f"<{tag} key={_quoted(key)} value={_quoted(text)}/>\n")


def _quoted(text: str) -> str:
    if found := _FORBIDDEN.search(text):
        raise LogError(f"XES cannot hold the character U+{ord(found[0]):04X} of {text[:40]!r}. Write Parquet or JSON.")
    return quoteattr(text)
