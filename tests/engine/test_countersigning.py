"""Several who were asked decide together: the engine against the reference, and what each rule of signing comes to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference.comparison import History, Text, differences
from tests.reference.strategies import MANY
from yinuo.engine.clauses.flow import Step
from yinuo.engine.signing import verdict

PLACES = ["fire", "land", "roads", "water"]
DOES = ["agreed", "objected", "kept_silent"]
NEEDS = ["all", "any", "majority", 1, 2, 3, "1/2", "2/3"]
SIGNS = st.fixed_dictionaries(
    {"yes": st.just(["agreed"]), "needs": st.sampled_from(NEEDS)},
    optional={
        "no": st.just(["objected"]),
        "veto": st.sampled_from([True, ["fire"], ["fire", "water"]]),
        "wait": st.booleans(),
    },
)


def step_of(sign: dict[str, Any]) -> dict[str, Any]:
    return {"id": "opine", "does": DOES, "each": "places", "as": "place", "sign": sign}


@st.composite
def histories(draw: st.DrawFn) -> History:
    asked = draw(st.lists(st.sampled_from(PLACES), max_size=4))
    at, events = datetime(2026, 3, 2, 1, tzinfo=UTC), []
    for n, name in enumerate(["asked", *draw(st.lists(st.sampled_from([*DOES, "granted", "asked"]), max_size=12))]):
        at += timedelta(hours=draw(st.integers(0, 3)))
        row: dict[str, Any] = {"case_id": "c", "activity": name, "at": at, "recorded_at": at, "event_id": f"e{n:02}"}
        row |= {"sequence": n, "unit": "u", "actor": None, "place": None, "places": None}
        if name == "asked":
            row["places"] = asked if n == 0 else [*asked, "fire"]
        elif name in DOES:
            row["place"] = draw(st.sampled_from(PLACES))
        events.append(row)
    return History(events, [{"case_id": "c", "kind": "permit"}], at + timedelta(days=9))


@given(sign=SIGNS, history=histories())
@MANY
def test_what_is_not_carried_is_accused_as_the_reference_counts_it(sign: dict[str, Any], history: History):
    raw = {"rule": "countersigned", "first": DOES, "then": "granted", "signed": step_of(sign), "level": "broken"}
    flow = Text.always("permit", "flow", opens="asked", ends=["granted"])
    found = differences(history, [flow, Text.always("together", "constraint", **raw)])
    assert not found, str(found)


@given(
    sign=SIGNS,
    words=st.dictionaries(st.sampled_from(PLACES), st.sampled_from(DOES)),
    asked=st.lists(st.sampled_from(PLACES), unique=True, min_size=1),
)
@MANY
def test_settled_is_what_no_later_answer_can_turn(sign, words, asked):
    """Every way in which those not heard yet could still answer comes to the same; who waits for all hears all."""
    step = Step.model_validate(step_of(sign))
    now = verdict(step, words, asked)
    silent = [key for key in asked if key not in words]
    ends = {
        verdict(step, {**words, **dict(zip(silent, rest, strict=True))}, asked).is_carried
        for rest in _ways(len(silent))
    }
    waits = sign.get("wait", sign["needs"] == "all")
    assert now.is_settled == (not silent if waits else not silent or len(ends) == 1)
    assert now.is_lost == (ends == {False})


def _ways(count: int) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for _ in range(count):
        found = [(*one, word) for one in found for word in DOES]
    return found


@pytest.mark.holds("peer 25", shows="yinuo check --expand")
@pytest.mark.parametrize(
    ("needs", "veto", "said", "carried"),
    [
        ("all", False, "yyy", True),
        ("all", False, "yyn", False),
        ("any", False, "nny", True),
        ("any", False, "nnn", False),
        ("majority", False, "yyn", True),
        ("majority", False, "ynn", False),
        ("2/3", False, "yyn", True),
        (2, False, "y-y", True),
        (2, False, "y--", False),
        (2, True, "yyn", False),
        (2, ["land"], "yyn", True),
        (2, ["roads"], "yyn", False),
    ],
)
def test_all_any_majority_quorum_share_and_veto(needs, veto, said, carried):
    words = {"y": "agreed", "n": "objected"}
    step = Step.model_validate(step_of({"yes": ["agreed"], "needs": needs, "veto": veto}))
    told = {key: words[one] for key, one in zip(PLACES, said, strict=False) if one != "-"}
    assert verdict(step, told, PLACES[:3]).is_carried == carried


@pytest.mark.parametrize("needs", NEEDS)
def test_where_nobody_was_asked_nothing_is_agreed(needs):
    found = verdict(Step.model_validate(step_of({"yes": ["agreed"], "needs": needs})), {}, [])
    assert (found.is_carried, found.is_lost) == (False, True)
