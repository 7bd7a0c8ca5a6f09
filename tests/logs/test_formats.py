"""XES, OCEL and CloudEvents as others write them."""

from __future__ import annotations

import json
import sqlite3

import polars as pl
import pytest

from yinuo.logs import LogError

ATTRIBUTES = """<?xml version="1.0"?>
<x:log xes.version="1849-2016" xmlns:x="http://www.xes-standard.org/">
  <x:string key="concept:name" value="the log itself"><x:string key="deep" value="no"/></x:string>
  <x:trace>
    <x:string key="concept:name" value="案1"/>
    <x:string key="channel" value="窗口"><x:string key="note" value="nested"/></x:string>
    <x:event>
      <x:string key="concept:name" value="受理"/>
      <x:date key="time:timestamp" value="2026-01-05T09:00:00.000+08:00"/>
      <x:string key="org:resource" value="王敏"/>
      <x:string key="org:group" value="一楼 &amp; 二楼"/>
      <x:int key="cost" value="7"><x:int key="deep" value="8"/></x:int>
      <x:list key="units"><x:values><x:string key="u" value="a"/><x:string key="u" value="b"/></x:values></x:list>
    </x:event>
  </x:trace>
  <x:trace><x:string key="concept:name" value="案2"/></x:trace>
</x:log>
"""


def test_xes_attributes_of_trace_and_event(read, tmp_path):
    path = tmp_path / "log.xes"
    path.write_text(ATTRIBUTES, encoding="utf-8")
    found = read(path, types={"channel": "text", "cost": "int", "units": "list:unit", "note": "text", "deep": "text"})
    assert found.log.cases.select("case_id", "channel").rows() == [("案1", "窗口"), ("案2", None)]
    event = found.log.events.to_dicts()[0]
    assert (event["activity"], event["unit"], event["actor"], event["cost"], event["units"]) == (
        "受理", "一楼 & 二楼", "王敏", 7, ["a", "b"]
    )  # fmt: skip
    assert "deep" not in found.log.events.columns


def test_xes_of_a_declared_or_a_given_encoding(read, tmp_path):
    path = tmp_path / "log.xes"
    path.write_bytes(ATTRIBUTES.replace('"1.0"?', '"1.0" encoding="utf-16"?').encode("utf-16"))
    assert read(path, types={"channel": "text"}).counts["cases"] == 2
    path.write_bytes(ATTRIBUTES.replace('"1.0"?', '"1.0" encoding="GB18030"?').encode("gb18030"))
    with pytest.raises(LogError, match=r"log.xes, line 1"):
        read(path)
    assert read(path, override="gb18030").log.cases["case_id"].to_list() == ["案1", "案2"]


def test_an_xes_event_outside_a_trace_has_no_case(read, tmp_path):
    path = tmp_path / "log.xes"
    lone = '<x:event><x:string key="concept:name" value="x"/></x:event>'
    path.write_text(ATTRIBUTES.replace("</x:log>", lone + "</x:log>"), encoding="utf-8")
    found = read(path)
    assert found.rejected.select("line", "reason").rows() == [(17, "no case id")]


ORDERS = {
    "objectTypes": [{"name": "order", "attributes": [{"name": "price", "type": "float"}]}, {"name": "clerk", "attributes": []}],
    "eventTypes": [{"name": "placed", "attributes": []}],
    "objects": [
        {
            "id": "o1", "type": "order", "relationships": [{"objectId": "k", "qualifier": "by"}],
            "attributes": [
                {"name": "price", "time": "2026-01-09T00:00:00Z", "value": 9},
                {"name": "price", "time": "1970-01-01T00:00:00Z", "value": 5.5},
            ],
        },
        {"id": "o2", "type": "order"},
        {"id": "o3", "type": "order"},
        {"id": "k", "type": "clerk"},
    ],
    "events": [
        {
            "id": "e1", "type": "placed", "time": "2026-01-05T09:00:00Z", "attributes": [{"name": "urgent", "value": True}],
            "relationships": [
                {"objectId": "o1", "qualifier": "x"}, {"objectId": "o1", "qualifier": "y"},
                {"objectId": "o2", "qualifier": "x"}, {"objectId": "k", "qualifier": "by"},
            ],
        },
        {"id": "e2", "type": "rested", "time": "2026-01-05T09:00:00Z", "relationships": [{"objectId": "k"}]},
        {"id": "e3", "type": "placed", "time": "2026-01-06T09:00:00Z", "relationships": [{"objectId": "gone"}]},
    ],
}  # fmt: skip


def test_ocel_objects_of_one_type_are_the_cases(read, tmp_path):
    path = tmp_path / "log.json"
    path.write_text(json.dumps(ORDERS), encoding="utf-8")
    found = read(path, case_object="order", actor="ocel:type:clerk", types={"price": "number", "urgent": "bool"})
    events = found.log.events.sort("case_id")
    assert events.select("case_id", "activity", "event_id", "actor", "urgent").rows() == [
        ("o1", "placed", "e1", "k", True), ("o2", "placed", "e1", "k", True)
    ]  # fmt: skip
    assert found.log.cases.sort("case_id").select("case_id", "price").rows() == [
        ("o1", 5.5),
        ("o2", None),
        ("o3", None),
    ]
    assert found.rejected.select("line", "value").rows() == [(3, "gone")]


@pytest.mark.parametrize("asked", [None, "parcel"])
def test_ocel_does_not_guess_which_objects_are_cases(read, tmp_path, asked):
    path = tmp_path / "log.json"
    path.write_text(json.dumps(ORDERS), encoding="utf-8")
    with pytest.raises(LogError, match=r"case_object in \[log\].*Types: clerk, order"):
        read(path, case_object=asked)


def test_ocel_sqlite_as_the_standard_lays_it_out(read, tmp_path):
    path = tmp_path / "log.sqlite"
    base = sqlite3.connect(path)
    base.executescript("""
        CREATE TABLE event (ocel_id TEXT, ocel_type TEXT); INSERT INTO event VALUES ('e1', 'Place Order');
        CREATE TABLE object (ocel_id TEXT, ocel_type TEXT); INSERT INTO object VALUES ('o1', 'Order'), ('o2', 'Order');
        CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);
        INSERT INTO event_map_type VALUES ('Place Order', 'PlaceOrder');
        CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT); INSERT INTO object_map_type VALUES ('Order', 'O');
        CREATE TABLE event_PlaceOrder (ocel_id TEXT, ocel_time TIMESTAMP, cost REAL);
        INSERT INTO event_PlaceOrder VALUES ('e1', '2026-01-05 09:00:00', 1.5);
        CREATE TABLE object_O (ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT, price INTEGER, place TEXT);
        INSERT INTO object_O VALUES ('o1', '1970-01-01 00:00:00', NULL, 5, 'here'),
            ('o1', '2026-02-01 00:00:00', 'price', 9, NULL), ('o2', '1970-01-01 00:00:00', NULL, 7, NULL);
        CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
        INSERT INTO event_object VALUES ('e1', 'o1', 'order');
    """)
    base.close()
    found = read(path, types={"price": "int", "place": "text", "cost": "money"}, zone="UTC")
    assert found.log.cases.sort("case_id").select("case_id", "price", "place").rows() == [
        ("o1", 5, "here"),
        ("o2", 7, None),
    ]
    assert found.log.events.select("activity", "event_id", "cost").rows() == [("Place Order", "e1", 1.5)]


def test_cloudevents_as_a_producer_writes_them(read, tmp_path):
    event = {
        "specversion": "1.0", "id": "1", "source": "/hall", "type": "cn.hall.accepted", "subject": "c1",
        "time": "2026-01-05T09:00:00+08:00", "recordedtime": "2026-01-05T09:01:00+08:00",
        "data": {"unit": "u1", "fee": 0, "docs": ["a", "b"], "case": {"channel": "web", "kind": "licence"}, "x": None},
    }  # fmt: skip
    path = tmp_path / "log.ndjson"
    path.write_text(json.dumps(event) + "\n", encoding="utf-8")
    found = read(
        path, types={"fee": "money", "docs": "list:file", "channel": "choice"},
        vocabulary={"activities": {"cn.hall.accepted": "accepted"}},
    )  # fmt: skip
    row = found.log.events.to_dicts()[0]
    assert (row["activity"], row["unit"], row["fee"], row["docs"], row["event_id"]) == (
        "accepted",
        "u1",
        0.0,
        ["a", "b"],
        "1",
    )
    assert row["recorded_at"] > row["at"]
    assert found.log.cases.select("case_id", "kind", "channel").rows() == [("c1", "licence", "web")]


def test_lists_in_some_blocks_only_are_lists_everywhere(read, tmp_path):
    path = tmp_path / "log.jsonl"
    base = {"specversion": "1.0", "source": "s", "type": "a", "subject": "c", "time": "2026-01-05T09:00:00Z"}
    lines = [json.dumps(base | {"id": str(n), "data": {"f": "x" if n < 60_000 else ["y", "z"]}}) for n in range(60_001)]
    path.write_text("\n".join(lines), encoding="utf-8")
    found = read(path)
    assert found.log.events.schema["f"] == pl.List(pl.String)
    assert found.log.events["f"].to_list()[-1] == ["y", "z"]


def test_a_list_where_one_value_is_needed_rejects_its_event_alone(read, tmp_path):
    path = tmp_path / "log.jsonl"
    base = {"specversion": "1.0", "source": "s", "type": "a", "time": "2026-01-05T09:00:00Z"}
    odd = [
        {"data": {"fee": [1, 2]}},
        {"data": {"fee": [3]}},
        {"data": {"fee": 4, "note": ["a", "b"]}},
        {"time": [1, 2]},
        {"subject": ["x", "y"]},
    ]
    path.write_text("\n".join(json.dumps(base | {"id": str(n), "subject": "c"} | more) for n, more in enumerate(odd)))
    found = read(path, types={"fee": "money", "note": "text"})
    assert found.log.events["fee"].to_list() == [3.0]
    assert found.rejected.select("line", "column").rows() == [
        (1, "data.fee"),
        (3, "data.note"),
        (4, "time"),
        (5, "subject"),
    ]
