"""The engine against the slow, obvious evaluator: the same log and text, and not one row different."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reference.comparison import Text, differences
from tests.reference.strategies import conventions, histories, promises, versions

ASKED = os.environ.get("YINUO_EXAMPLES")
"""How many random histories a test draws; unset: the same hundred every time."""
MANY = settings(
    max_examples=int(ASKED or 100),
    derandomize=ASKED is None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


@pytest.mark.parametrize("unit", ["workdays", "days", "weeks", "hours", "minutes", "office hours", "months", "half-workdays"])
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
    history = drawn.draw(histories(), label="log")
    raw = {**drawn.draw(promises("workdays")), "due_time": due_time}
    raw.pop("pause", None)
    wrong = differences(history, [Text.always("promise", "promise", **raw)])
    assert not wrong, str(wrong)


@MANY
@given(drawn=st.data())
def test_dates_counted_from_and_dates_ordered(drawn: st.DataObject) -> None:
    history = drawn.draw(histories(), label="log")
    raw: dict[str, Any] = drawn.draw(promises("workdays"))
    raw.pop("silence", None)
    how = drawn.draw(st.sampled_from(["received", "until_date", "until_moment", "matched", "thread"]))
    if how == "received":
        raw["dated"] = "received"
    elif how == "matched":
        raw["match"] = {"order": "order"}
        raw.pop("pause", None)
    elif how == "thread":
        raw["thread"] = ["place"]
    else:
        raw = {key: value for key, value in raw.items() if key not in {"within", "pause", "extend"}}
        raw |= {"due_on": how, "levels": [{"level": "yellow", "late": 0}]}
        raw["ahead"] = drawn.draw(st.sampled_from([None, "2 workdays", "3 days", "1 week", "1 month", "5 hours"]))
        raw["roll"] = drawn.draw(st.sampled_from([None, "next", "previous"]))
    wrong = differences(history, [Text.always("promise", "promise", **raw)])
    assert not wrong, str(wrong)


@MANY
@given(drawn=st.data())
def test_what_follows_from_silence(drawn: st.DataObject) -> None:
    history = drawn.draw(histories(), label="log")
    dated = drawn.draw(st.sampled_from(["start", "lapse"]))
    first = {
        "on": "noted",
        "until": "accepted",
        "within": "3 workdays",
        "silence": {"means": "accepted", "dated": dated},
    }
    second = {**drawn.draw(promises("workdays")), "on": "accepted"}
    second.pop("silence", None)
    second.pop("for", None)
    wrong = differences(history, [Text.always("first", "promise", **first), Text.always("second", "promise", **second)])
    assert not wrong, str(wrong)


E = st.sampled_from(
    [
        "accepted",
        "decided",
        "extended",
        "suspended",
        "noted",
        ["decided", "withdrawn"],
        {"event": "accepted", "unit": "fire"},
    ]
)


@st.composite
def constraints(draw: st.DrawFn) -> dict[str, Any]:
    rule = draw(st.sampled_from(
        ["absence", "existence", "precedence", "not_succession", "not_coexistence", "not_chain_succession", "in_order"]
    ))  # fmt: skip
    raw: dict[str, Any] = {"rule": rule, "level": "broken"}
    match rule:
        case "absence":
            raw |= {"event": draw(E), "max": draw(st.integers(0, 2))}
            extra = draw(
                st.sampled_from([{}, {}, {"distinct": "order"}, {"rolling": "10 days"}, {"rolling": "48 hours"}])
            )
            raw |= extra
        case "existence":
            raw |= {"event": draw(E), "min": draw(st.integers(1, 2))}
        case "not_coexistence":
            raw |= {"one": "accepted", "other": "decided"}
        case "in_order":
            raw |= {"first": "accepted", "then": "decided", "thread": ["place"]}
        case _:
            raw |= {"first": draw(E), "then": draw(E)}
    if rule in {"precedence", "not_succession", "not_coexistence", "not_chain_succession"}:
        raw |= draw(st.sampled_from([{}, {}, {"same": ["actor"]}, {"same": ["order"], "differ": ["unit"]}]))
    if rule in {"precedence", "not_succession"}:
        raw |= draw(st.sampled_from([{}, {}, {"gap": {"max": "5 days"}}, {"gap": {"max": "3 workdays"}}]))
    if rule == "precedence":
        raw |= draw(st.sampled_from([{}, {}, {"gap": {"min": "3 workdays"}}, {"gap": {"min": "20 hours"}}]))
    if rule != "in_order":
        raw |= draw(st.sampled_from([{}, {}, {}, {"after": "accepted"}, {"before": "decided"}]))
        raw |= draw(st.sampled_from([{}, {}, {"unless": "special"}]))
    return raw


FLOW = Text.always("permit", "flow", opens="accepted", ends=["decided", "withdrawn"])


@settings(MANY, max_examples=2 * int(ASKED or 100))
@given(history=histories(), raw=constraints())
def test_constraints(history: Any, raw: dict[str, Any]) -> None:
    wrong = differences(history, [FLOW, Text.always("rule", "constraint", **raw)])
    assert not wrong, str(wrong)


STEPS = [
    {"id": "take", "does": ["accepted"]},
    {"id": "fire", "does": ["noted"], "after": ["take"], "when": {"channel": "web"}},
    {"id": "land", "does": ["extended"], "after": ["take"], "not_by": ["take"], "repeat": True},
    {"id": "file", "does": ["special"], "after": ["take"], "optional": True},
    {"id": "decide", "does": ["decided"], "after": ["fire", "land", "file"]},
]


@MANY
@given(history=histories(), backwards=st.booleans())
def test_following_the_flow(history: Any, backwards: bool) -> None:
    back = [{"on": "suspended", "to": "fire"}] if backwards else []
    flow = Text.always("permit", "flow", opens="accepted", ends=["decided", "withdrawn"], steps=STEPS, back=back)
    wrong = differences(history, [flow, Text.always("rule", "constraint", rule="follows_flow", level="broken")])
    assert not wrong, str(wrong)
