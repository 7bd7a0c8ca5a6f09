"""Lengths of elapsed time as fields: how late an event was recorded, how long a case took."""

from __future__ import annotations

from datetime import date

import pytest

from tests.engine.told import History, at, history
from tests.reference.comparison import Custom, Text
from yinuo.engine.clauses.indicator import Indicator
from yinuo.engine.evaluate import evaluate
from yinuo.engine.measure import measure
from yinuo.engine.rules import Edition, Rules, Ruling

FLOW = Text.always("permit", "flow", opens="accepted", ends=["decided"])


@pytest.mark.holds("peer 63", "peer 69", shows="yinuo replay")
@pytest.mark.parametrize(("limit", "accused"), [("6 days", 1), ("7 days", 0), ("167 hours", 1), ("168 hours", 0)])
def test_an_entry_a_week_late_is_found_by_its_lag(limit: str, accused: int) -> None:
    rule = Text.always(
        "late-entry",
        "constraint",
        rule="absence",
        level="red",
        event={"event": "decided", "entry_lag": {"above": limit}},
    )
    log = history(["06-01 accepted", ("06-05 10:00 decided", {"recorded_at": at("06-12 10:00")})], "06-20")
    assert evaluate(log.log(), Custom().rules([rule]), as_of=log.as_of).findings.height == accused


def test_a_case_is_measured_by_its_span() -> None:
    log = history(["06-01 10:00 accepted", "06-04 22:00 decided"], "06-20")
    log = History(log.events, [{"case_id": "c", "kind": "permit"}], log.as_of)
    rules = Custom().rules([FLOW])
    figures = [
        {"measure": "median", "value": "span"},
        {"measure": "share", "count": {"span": {"max": "84 hours"}}},
        {"measure": "share", "count": {"span": {"max": "83 hours"}}},
    ]
    rulings = tuple(
        Ruling(
            "test",
            "indicator",
            f"figure-{number}",
            (
                Edition(
                    date(2009, 1, 1),
                    None,
                    Indicator.model_validate(
                        {"zh": "办理时长", "over": "cases", "subject": "city", "period": "year", **figure}
                    ),
                ),
            ),
        )
        for number, figure in enumerate(figures)
    )
    rules = Rules(rules.calendar, rules.conventions, rules.levels, rules.ladders, (*rules.rulings, *rulings))
    said = evaluate(log.log(), rules, as_of=log.as_of)
    told = measure(log.log(), said, rules=rules, as_of=log.as_of)
    assert told.sort("clause")["value"].to_list() == [3.5, 1.0, 0.0]
