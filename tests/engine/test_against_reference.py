"""The engine against the slow, obvious evaluator: the same log and text, and not one row different."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference.comparison import Custom, Text, differences, engine_says
from tests.reference.strategies import MANY, conventions, histories, pauses, promises, versions

UNITS = ["workdays", "days", "weeks", "hours", "minutes", "office hours", "months", "half-workdays"]
LATE = [{"level": "yellow", "late": 0}]


def _check(drawn: st.DataObject, raw: dict[str, Any], unit: str = "workdays") -> None:
    history = drawn.draw(histories(unit=unit), label="log")
    settled = drawn.draw(conventions(unit), label="conventions")
    wrong = differences(history, [Text.always("promise", "promise", **raw)], settled)
    assert not wrong, str(wrong)


@pytest.mark.parametrize("unit", UNITS)
@MANY
@given(drawn=st.data())
def test_promises(unit: str, drawn: st.DataObject) -> None:
    history = drawn.draw(histories(unit=unit), label="log")
    text = drawn.draw(promises(unit).flatmap(versions), label="text")
    settled = drawn.draw(conventions(unit), label="conventions")
    wrong = differences(history, [text], settled)
    assert not wrong, str(wrong)


@pytest.mark.parametrize("due_time", ["closing", "same_time"])
@MANY
@given(drawn=st.data())
def test_due_times(due_time: str, drawn: st.DataObject) -> None:
    _check(drawn, {**drawn.draw(promises("workdays")), "due_time": due_time})


@pytest.mark.parametrize("unit", ["workdays", "days", "hours"])
@MANY
@given(drawn=st.data())
def test_dates_counted_from(unit: str, drawn: st.DataObject) -> None:
    _check(drawn, {**drawn.draw(promises(unit)), "dated": "received"}, unit)


@pytest.mark.parametrize("unit", ["workdays", "hours"])
@MANY
@given(drawn=st.data())
def test_keys(unit: str, drawn: st.DataObject) -> None:
    _check(drawn, {**drawn.draw(promises(unit)), "match": {"order": "order"}}, unit)


@MANY
@given(drawn=st.data())
def test_threads_along_other_fields_than_the_case(drawn: st.DataObject) -> None:
    _check(drawn, {**drawn.draw(promises("workdays")), "thread": ["place"]})


@pytest.mark.parametrize("field", ["until_date", "until_moment"])
@MANY
@given(drawn=st.data())
def test_ordered_dates(field: str, drawn: st.DataObject) -> None:
    raw = {key: value for key, value in drawn.draw(promises("workdays")).items() if key not in {"within", "silence"}}
    raw |= {"due_on": field, "levels": LATE}
    raw["ahead"] = drawn.draw(st.sampled_from([None, "2 workdays", "3 days", "1 week", "1 month", "5 hours"]))
    raw["roll"] = drawn.draw(st.sampled_from([None, "next", "previous"]))
    raw.pop("extend", None)
    _check(drawn, raw)


@pytest.mark.parametrize("ordered", [False, True])
@MANY
@given(drawn=st.data())
def test_extensions_to_a_date(ordered: bool, drawn: st.DataObject) -> None:
    field = st.sampled_from(["until_date", "until_moment"])
    raw = drawn.draw(promises("workdays"))
    raw.pop("pause", None)
    if ordered:
        raw.pop("within")
        raw["due_on"] = drawn.draw(field)
    raw["levels"] = [*LATE, {"level": "red", "late": "2 workdays"}]
    raw["extend"] = {"on": "extended", "to": drawn.draw(field), "times": 2, "if_void": "extension-void"}
    _check(drawn, raw)


@MANY
@given(drawn=st.data())
def test_last_days_that_roll_back(drawn: st.DataObject) -> None:
    raw = {**drawn.draw(promises("days")), "roll": "previous"}
    raw.pop("pause", None)  # out of a pause and back off a rest day need not end
    _check(drawn, raw, "days")


@pytest.mark.parametrize("unit", ["workdays", "days", "hours", "office hours"])
@MANY
@given(drawn=st.data())
def test_rungs_in_another_unit(unit: str, drawn: st.DataObject) -> None:
    late = drawn.draw(st.sampled_from(["2 workdays", "30 hours", "3 days", "1 week", "5 office hours"]))
    _check(drawn, {**drawn.draw(promises(unit)), "levels": [*LATE, {"level": "red", "late": late}]}, unit)


@MANY
@given(drawn=st.data())
def test_what_follows_from_silence(drawn: st.DataObject) -> None:
    history = drawn.draw(histories(), label="log")
    dated = drawn.draw(st.sampled_from(["start", "lapse"]))
    first: dict[str, Any] = {"on": "noted", "until": "accepted", "within": "3 workdays"}
    first |= {"silence": {"means": "accepted", "dated": dated}, "pause": drawn.draw(pauses("workdays"))}
    second = {**drawn.draw(promises("workdays")), "on": "accepted"}
    second.pop("silence", None)
    second.pop("for", None)
    wrong = differences(history, [Text.always("first", "promise", **first), Text.always("second", "promise", **second)])
    assert not wrong, str(wrong)


HELD = Text.always(
    "permit", "flow", opens="accepted", ends=["decided", "withdrawn"], fields={"order": "unit"},
    holder={"accepted": "unit", "noted": "actor", "extended": "order", "granted": "unit"},
)  # fmt: skip


@MANY
@given(drawn=st.data())
def test_who_held_a_case(drawn: st.DataObject) -> None:
    means = drawn.draw(st.sampled_from(["granted", "decided"]))
    silent = Text.always(
        "silent", "promise", on="suspended", until="resumed", within="3 workdays", silence={"means": means}
    )
    wrong = differences(drawn.draw(histories(), label="log"), [HELD, silent])
    assert not wrong, str(wrong)


@pytest.mark.parametrize("unit", ["workdays", "hours", "half-workdays"])
@MANY
@given(drawn=st.data())
def test_what_the_holders_spent_is_all_that_went_by(unit: str, drawn: st.DataObject) -> None:
    raw = {**drawn.draw(promises(unit)), "on": "accepted", "party": False}
    settled = Custom(drawn.draw(conventions(unit)))
    said = engine_says(drawn.draw(histories(unit=unit)), [HELD, Text.always("promise", "promise", **raw)], settled)
    for text in said.findings["why_args"]:
        why = json.loads(text)
        if "held" in why:
            assert sum(one["used"] for one in why["held"]) == pytest.approx(why["used"] + why["paused"])
