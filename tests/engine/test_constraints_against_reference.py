"""Constraints: the engine against the reference, random rules over random histories."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.comparison import Text, differences
from tests.reference.strategies import ASKED, MANY, histories

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
        matched = {"from": "suspended", "to": "resumed", "match": {"order": "order"}}
        scopes = [{"after": "accepted"}, {"before": "decided"}, {"while": matched | {"match": {}}}, {"while": matched}]
        raw |= draw(st.sampled_from([{}, {}, {}, {}, *scopes]))
        raw |= draw(st.sampled_from([{}, {}, {"for": {"channel": "web"}}]))
        if rule != "existence":
            raw |= draw(st.sampled_from([{}, {}, {"thread": ["place"]}]))
    raw |= draw(st.sampled_from([{}, {}, {"unless": "special"}, {"unless": {"event": "special", "same": ["order"]}}]))
    return raw


@st.composite
def editions(draw: st.DrawFn) -> Text:
    raw = draw(constraints())
    if draw(st.integers(0, 3)):
        return Text.always("rule", "constraint", **raw)
    turn = date(2026, 2, 16)
    first = (date(2009, 1, 1), turn, {"zh": "一", **raw})
    return Text("rule", "constraint", (first, (turn, None, {"zh": "二", **raw, "level": "red"})))


FLOW = Text.always("permit", "flow", opens="accepted", ends=["decided", "withdrawn"])


@settings(MANY, max_examples=5 * int(ASKED or 100))
@given(history=histories(), rule=editions())
def test_constraints(history: Any, rule: Text) -> None:
    wrong = differences(history, [FLOW, rule])
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
