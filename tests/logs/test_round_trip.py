"""What is written is read back the same, in every format, and by the published structure of each."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from yinuo.engine.fieldtypes import column_type
from yinuo.engine.log import CASE_COLUMNS, EVENT_COLUMNS, Log
from yinuo.logs import LogError, read_plain, write_log

FORMATS = ["csv", "csv.gz", "parquet", "xes", "xes.gz", "json", "json.gz", "jsonocel", "sqlite", "jsonl", "ndjson.gz"]
TYPES = {
    "note": "text",
    "fee": "money",
    "n": "int",
    "ok": "bool",
    "day": "date",
    "moment": "moment",
    "docs": "list:file",
}
EVENT_SCHEMA = EVENT_COLUMNS | {name: column_type(word) for name, word in TYPES.items()}
CASE_SCHEMA = CASE_COLUMNS | {name: column_type(word) for name, word in TYPES.items()}

# no surrogates (no UTF-8), no control characters (no XML); line breaks, quotes and Chinese are in
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn", "Co"]) | st.sampled_from("\n\r\t\"',;&<>[]办好"),
    min_size=1, max_size=12,
)  # fmt: skip
instants = st.datetimes(datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2199-12-30")).map(
    lambda at: at.replace(tzinfo=UTC)
)
values = {
    "note": texts, "fee": st.floats(allow_nan=False, allow_infinity=False), "n": st.integers(-(2**53), 2**53), "ok": st.booleans(),
    "day": st.dates(date(1900, 1, 1), date(2199, 12, 31)), "moment": instants, "docs": st.lists(texts, min_size=1, max_size=3),
}  # fmt: skip
maybe = {name: st.none() | strategy for name, strategy in values.items()}


@st.composite
def logs(draw: st.DrawFn) -> Log:
    """A few cases with a few events each; every event its own id, so that all formats can tell them apart."""
    ids = draw(st.lists(texts, min_size=1, max_size=4, unique=True))
    case = st.fixed_dictionaries({name: st.none() | texts for name in ("kind", "item", "unit", "region")} | maybe)
    event = st.fixed_dictionaries(
        {"activity": texts, "at": instants, "sequence": st.none() | st.integers(-5, 5), "recorded_at": instants}
        | {name: st.none() | texts for name in ("unit", "actor", "step")} | maybe
    )  # fmt: skip
    cases = [{"case_id": one} | draw(case) for one in ids]
    events = [{"case_id": one} | row for one in ids for row in draw(st.lists(event, min_size=1, max_size=3))]
    for number, row in enumerate(events):
        row["event_id"] = f"id-{number}"
    return Log(pl.DataFrame(events, schema=EVENT_SCHEMA), pl.DataFrame(cases, schema=CASE_SCHEMA))


def back(log: Log, ending: str) -> Log:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"log.{ending}"
        write_log(log, path)
        found = read_plain(path, types=TYPES)
    assert not len(found.rejected), found.rejected
    return found.log


def assert_same(left: Log, right: Log) -> None:
    for one, other, key in ((left.events, right.events, "event_id"), (left.cases, right.cases, "case_id")):
        known = [name for name in one.columns if one[name].null_count() < len(one)]
        assert set(known) <= set(other.columns)
        assert all(other[name].null_count() == len(other) for name in set(other.columns) - set(known))
        assert_frame_equal(other.select(known).sort(key), one.select(known).sort(key), check_exact=True)


@pytest.mark.parametrize("ending", ["csv", "parquet", "xes", "json", "sqlite", "jsonl"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(log=logs())
def test_a_log_comes_back_the_same(ending: str, log: Log) -> None:
    assert_same(log, back(log, ending))


def example(**more: object) -> Log:
    at = datetime(2026, 1, 5, 1, tzinfo=UTC)
    events = pl.DataFrame(
        {"case_id": ["a", "a", "b"], "activity": ["受理", "办结", "受理"], "at": [at, at + timedelta(days=1), at]}
        | more,
        schema_overrides={"at": EVENT_COLUMNS["at"]},
    )
    return Log(events, pl.DataFrame({"case_id": ["a", "b", "c"], "kind": ["licence"] * 3, "fee": [1.5, None, None]}))


@pytest.mark.parametrize("ending", ["csv", "parquet", "xes", "json", "sqlite"])
def test_a_case_without_events_comes_back(ending: str) -> None:
    assert back(example(event_id=["1", "2", "3"]), ending).cases.sort("case_id")["case_id"].to_list() == ["a", "b", "c"]


def test_cloudevents_cannot_hold_a_case_without_events(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"1 cases have no event"):
        write_log(example(), tmp_path / "log.jsonl")


@pytest.mark.parametrize("ending", ["json", "sqlite", "jsonl"])
def test_one_id_in_two_cases_stays_one_id_each(ending: str) -> None:
    log = example(event_id=["1", "2", "1"])
    found = back(Log(log.events, log.cases.head(2)), ending).events
    assert sorted(found.select("case_id", "event_id").rows()) == [("a", "1"), ("a", "2"), ("b", "1")]


@pytest.mark.parametrize("ending", [one for one in FORMATS if one != "sqlite"])  # SQLite counts its writes in the file
def test_the_same_log_makes_the_same_bytes(ending: str, tmp_path: Path) -> None:
    log = example(event_id=["1", "2", "3"])
    log = Log(log.events, log.cases.head(2))
    shuffled = Log(log.events.reverse(), log.cases) if ending not in ("csv", "csv.gz", "parquet") else log
    write_log(log, tmp_path / f"one.{ending}")
    write_log(shuffled, tmp_path / f"two.{ending}")
    assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()


def test_xes_has_the_published_structure(tmp_path: Path) -> None:
    write_log(example(), tmp_path / "log.xes")
    root = ET.parse(tmp_path / "log.xes").getroot()
    ns = "{http://www.xes-standard.org/}"
    order = [child.tag.removeprefix(ns) for child in root]
    assert root.tag == f"{ns}log"
    assert order == sorted(order, key=["extension", "global", "classifier", "trace"].index)
    allowed = {"string", "date", "int", "float", "boolean", "list"}
    for trace in root.iter(f"{ns}trace"):
        keys = [child.get("key") for child in trace if child.tag != f"{ns}event"]
        assert keys[0] == "concept:name"
        assert len(keys) == len(set(keys))
        for event in trace.iter(f"{ns}event"):
            assert {child.tag.removeprefix(ns) for child in event} <= allowed
            assert {"concept:name", "time:timestamp"} <= {child.get("key") for child in event}


def test_ocel_json_has_the_published_structure(tmp_path: Path) -> None:
    write_log(example(), tmp_path / "log.json")
    found = json.loads((tmp_path / "log.json").read_text(encoding="utf-8"))
    assert set(found) == {"objectTypes", "eventTypes", "objects", "events"}
    types = {"string", "time", "integer", "float", "boolean"}
    for kind in (*found["objectTypes"], *found["eventTypes"]):
        assert set(kind) == {"name", "attributes"}
        assert {one["type"] for one in kind["attributes"]} <= types
    assert {one["type"] for one in found["events"]} <= {kind["name"] for kind in found["eventTypes"]}
    ids = {one["id"] for one in found["objects"]}
    for event in found["events"]:
        assert {"id", "type", "time", "attributes", "relationships"} == set(event)
        assert {link["objectId"] for link in event["relationships"]} <= ids
    assert all({"name", "time", "value"} == set(one) for thing in found["objects"] for one in thing["attributes"])


def test_ocel_sqlite_has_the_published_structure(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    write_log(example(), path)
    with pytest.raises(LogError, match=r"exists already"):
        write_log(example(), path)
    base = sqlite3.connect(path)
    tables = {row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    mapped = {f"event_{row[0]}" for row in base.execute("SELECT ocel_type_map FROM event_map_type")}
    mapped |= {f"object_{row[0]}" for row in base.execute("SELECT ocel_type_map FROM object_map_type")}
    assert tables == mapped | {"event", "object", "event_map_type", "object_map_type", "event_object", "object_object"}
    assert base.execute("PRAGMA foreign_key_check").fetchall() == []
    base.close()


def test_what_a_format_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"XES cannot hold the character U\+0007"):
        write_log(example(actor=["\a", "x", "y"]), tmp_path / "log.xes")
    with pytest.raises(LogError, match=r"no format that is written"):
        write_log(example(), tmp_path / "log.xlsx")
    with pytest.raises(LogError, match=r"leave out .gz"):
        write_log(example(), tmp_path / "log.parquet.gz")
    with pytest.raises(LogError, match=r"only in upper and lower case"):
        write_log(example(Actor=["1", "2", "3"], actor=["1", "2", "3"]), tmp_path / "log.sqlite")
