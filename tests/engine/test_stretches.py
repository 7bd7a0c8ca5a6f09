"""The stretches during which clocks stood still, as they are drawn."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from yinuo.engine.log import INSTANT, Log
from yinuo.engine.stretches import STRETCH_COLUMNS, stretches
from yinuo.rulebook.loader import load_pack

RULES = load_pack(str(Path(__file__).parents[1] / "cli" / "report" / "report-test")).rules


def at(day: int, hour: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def log(*events: tuple[str, datetime]) -> Log:
    rows = [
        {"case_id": "c1", "activity": activity, "at": moment, "event_id": f"e{n}"}
        for n, (activity, moment) in enumerate(events)
    ]
    schema = {"case_id": pl.String, "activity": pl.String, "at": INSTANT, "event_id": pl.String}
    return Log(pl.DataFrame(rows, schema=schema), pl.DataFrame({"case_id": ["c1"], "kind": ["application"]}))


def test_a_pause_runs_from_its_event_to_the_event_that_ends_it():
    found = stretches(log(("received", at(2)), ("asked", at(3)), ("answered", at(5))), RULES, as_of=at(20))
    assert found.select("clause", "opener", "from", "to").rows() == [("statutory", "e0", at(3), at(5))]


def test_an_open_pause_has_no_end():
    found = stretches(log(("received", at(2)), ("asked", at(3))), RULES, as_of=at(20))
    assert found["to"].to_list() == [None]


def test_without_a_pause_there_is_nothing():
    found = stretches(log(("received", at(2)), ("decided", at(3))), RULES, as_of=at(20))
    assert found.is_empty()
    assert dict(found.schema) == STRETCH_COLUMNS


def test_what_happens_after_as_of_is_not_known():
    found = stretches(log(("received", at(2)), ("asked", at(3)), ("answered", at(5))), RULES, as_of=at(4))
    assert found["to"].to_list() == [None]
