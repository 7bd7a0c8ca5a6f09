"""Decision tables and registers: the engine against the slow reference, random rows over random histories."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.reference import deciding
from tests.reference.comparison import Custom, History, Text, differences
from tests.reference.entries import in_force, shown
from tests.reference.place import matches, read
from tests.reference.strategies import MANY, ZONE
from yinuo.engine.clauses.register import Register
from yinuo.engine.clauses.table import Table
from yinuo.engine.decisions import decide, shares
from yinuo.engine.entries import entries
from yinuo.engine.rules import Edition, Rules, Ruling

FIELDS = {"lane": ["green", "urgent", None], "ground": ["fire", "flood", None], "size": [1, 4, 9, None]}
TESTS = st.one_of(
    st.tuples(st.just("ground"), st.sampled_from(["fire", ["fire", "flood"], {"not": "flood"}, {"known": True}])),
    st.tuples(
        st.just("size"),
        st.sampled_from(
            [4, {"min": 4}, {"max": 4}, {"above": 1, "below": 9}, {"known": False}, {"min": {"field": "most"}}]
        ),
    ),
    st.tuples(st.just("unit"), st.sampled_from(["land", {"not": "land"}])),
)
WAYS = st.lists(TESTS, min_size=1, max_size=3).map(dict)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    rows = [
        {
            "when": draw(st.one_of(WAYS, st.lists(WAYS, min_size=1, max_size=2))),
            "then": {"lane": draw(st.sampled_from(["green", "urgent"]))},
        }
        for _ in range(draw(st.integers(1, 4)))
    ]
    match = draw(st.sampled_from(["first", "all"]))
    return {"zh": "通道", "on": "asked", "gives": "given", "rows": rows, "match": match, "otherwise": {"lane": "slow"}}


@st.composite
def logs(draw: st.DrawFn) -> History:
    cases = [{"case_id": f"c{n}", "kind": "permit", "most": draw(st.sampled_from([2, 5]))} for n in range(3)]
    events = []
    for n in range(draw(st.integers(1, 14))):
        at = datetime(2026, 3, 2, 1, tzinfo=UTC) + timedelta(hours=draw(st.integers(0, 24 * 80)))
        row = {
            "case_id": f"c{draw(st.integers(0, 2))}",
            "at": at,
            "recorded_at": at,
            "event_id": f"e{n:02}",
            "sequence": n,
        }
        row |= {"activity": draw(st.sampled_from(["asked", "given", "noted"])), "actor": None}
        row |= {"unit": draw(st.sampled_from(["fire", "land"]))}
        events.append(row | {name: draw(st.sampled_from(values)) for name, values in FIELDS.items()})
    return History(events, cases, datetime(2026, 5, 30, tzinfo=UTC))


def ruling(kind: str, clause: Any) -> Ruling:
    return Ruling("test", kind, "lane" if kind == "table" else "book", (Edition(date(2009, 1, 1), None, clause),))


@given(raw=tables(), history=logs())
@MANY
def test_every_request_gets_the_row_its_results_and_the_nearest_refusal(raw: dict[str, Any], history: History):
    table = Table.model_validate(raw)
    said = decide(history.log(), _rules(ruling("table", table)), as_of=history.as_of)
    records = read(history.events, {one["case_id"]: one for one in history.cases}, as_of=history.as_of)
    wanted = {one["event_id"]: one for one in records if matches(table.on, one)}
    assert set(said["event_id"]) == wanted.keys()
    for row in said.iter_rows(named=True):
        record = wanted[row["event_id"]]
        assert row["row"] == deciding.row_of(table, record)
        assert json.loads(row["results"]) == deciding.results_of(table, record)
        if row["row"] is None:
            number, lacking = deciding.lacking(table, record)
            assert row["nearest"] == number
            assert tuple(one["field"] for one in json.loads(row["lacks"])) == lacking


@given(raw=tables(), history=logs())
@MANY
def test_what_is_given_is_what_the_rows_give(raw: dict[str, Any], history: History):
    rule = {"rule": "entitled", "event": raw["gives"], "rows": raw["rows"], "match": raw["match"], "level": "broken"}
    wrong = differences(history, [Text.always("lane.given", "constraint", **rule)])
    assert not wrong, str(wrong)


@given(history=logs(), cap=st.sampled_from([{"share": "0.5", "of": "asked"}, {"most": 2}]))
@MANY
def test_shares_are_counted_by_unit_and_month(history: History, cap: dict[str, Any]):
    raw = {
        "zh": "通道",
        "on": "asked",
        "gives": "given",
        "rows": [{"when": {"size": {"known": True}}}],
        "level": "broken",
    }
    table = Table.model_validate({**raw, "grant": {"cap": cap}})
    said = shares(history.log(), _rules(ruling("table", table)), as_of=history.as_of)
    found = {}
    for event in history.events:
        month = event["at"].astimezone(ZONE).date().replace(day=1)
        counts = found.setdefault((event["unit"], month), {"asked": 0, "given": 0})
        if event["activity"] in counts:
            counts[event["activity"]] += 1
    wanted = {
        (unit, month, counts["given"], counts["asked"] if "share" in cap else 0)
        for (unit, month), counts in found.items()
        if counts["given"] or ("share" in cap and counts["asked"])
    }
    assert {tuple(row) for row in said.select("unit", "period_start", "granted", "of").iter_rows()} == wanted
    for granted, of, over in said.select("granted", "of", "over").iter_rows():
        assert over == (granted * 2 > of if "share" in cap else granted > 2)


@st.composite
def books(draw: st.DrawFn) -> tuple[Register, History]:
    checked = draw(st.booleans())
    raw = {
        "zh": "名录", "key": ["number"], "enter": "handler", "level": "broken",
        "fields": {"number": "text!", "size": "int", "note": "text"}, **({"verify": "approver"} if checked else {}),
    }  # fmt: skip
    events = []
    for n in range(draw(st.integers(1, 16))):
        at = datetime(2026, 3, 2, 1, tzinfo=UTC) + timedelta(hours=draw(st.integers(0, 24 * 9)))
        activity = draw(st.sampled_from(["entered", "changed", "changed", "verified", "verified", "closed", "struck"]))
        row = {
            "case_id": f"c{draw(st.integers(0, 2))}",
            "at": at,
            "recorded_at": at,
            "event_id": f"e{n:02}",
            "sequence": n,
        }
        row |= {"activity": activity, "unit": "fire", "actor": None, "number": draw(st.sampled_from(["a", "b", None]))}
        events.append(row | {"size": draw(st.sampled_from([1, 2, None])), "note": None})
    cases = [{"case_id": f"c{n}", "kind": "test/book"} for n in range(3)]
    return Register.model_validate(raw), History(draw(st.permutations(events)), cases, datetime(2026, 4, 1, tzinfo=UTC))


@given(book=books(), offset=st.integers(0, 12))
@MANY
def test_a_register_is_read_as_it_stood_on_any_day(book: tuple[Register, History], offset: int):
    clause, history = book
    rows = entries(history.log(), ruling("register", clause), zone="Asia/Shanghai")
    day = datetime(2026, 3, 1, tzinfo=ZONE).date() + timedelta(days=offset)
    assert shown(rows.iter_rows(named=True), clause, day=day) == in_force(clause, history.events, day=day, zone=ZONE)


def _rules(one: Ruling) -> Rules:
    return replace(Custom().rules([]), rulings=(one,))
