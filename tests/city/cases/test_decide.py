"""`decide` alone: no database, no clock. Steps over a list, lists of the text, and the engine's own reading of a flow."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.city.cases import town
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.deciding.decide import Standing, decide
from yinuo.city.cases.deciding.fieldvalues import reader_of
from yinuo.city.cases.deciding.readiness import is_done, is_due
from yinuo.city.cases.deciding.stages import CANONICAL, STAGES
from yinuo.city.cases.deciding.states import Happened, State, fold, local_day
from yinuo.city.cases.deciding.ways import Ways
from yinuo.city.cases.deciding.who import STANDINGS, Place
from yinuo.city.cases.logs import Line, log_of
from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.clauses.flow import FieldType
from yinuo.engine.evaluate import evaluate
from yinuo.engine.rules import Edition, Ruling
from yinuo.kernel.instants import microseconds
from yinuo.rulebook.loader import load_pack

PACKS = ("demo-city", "cn-national")
ITEMS = ("food-permit", "pension-check")
"""One that is reviewed, and one done at once, whose review is skipped."""
TREE = {unit: (unit, *(("city",) if unit != "city" else ())) for unit, _parent, _type in town.UNITS} | {
    "market-licences": ("market-licences", "market", "city")
}
PLACE = Place(lambda unit: TREE.get(unit, ()), frozenset(TREE))
LEAD = town.person("牵头", "agency_head", "market")


@cache
def ways(name):
    return Ways.of(load_pack(name))


class Walk:
    """One case going its way in memory."""

    def __init__(self, pack, kind):
        self.ways = ways(pack)
        self.way = self.ways.way(kind, town.START)
        self.state = State("c")
        self.lines = []
        self.at = town.NOW

    def do(self, activity, actor, **fields):
        self.at += timedelta(minutes=1)
        day = local_day(microseconds(self.at), self.ways.zone)
        act = Act("c", activity, self.at, fields, kind=self.way.kind, unit=None if self.state.version else "market")
        standing = Standing(self.state, self.state)
        decided = decide(standing, act, actor=actor, way=self.way, day=day, now=self.at, place=PLACE)
        payload = {"v": 1, "fields": decided.fields, "kind": self.way.kind, "unit": "market", "step": decided.step.id}
        payload["item"] = decided.fields.get("item")
        version = self.state.version + 1
        event = Happened(activity, microseconds(self.at), version, actor.id, decided.unit, payload)
        fold(self.state, event, way=self.way, day=day)
        self.lines.append(
            Line("c", activity, self.at, self.at, decided.unit, actor.id, f"e{version}", version, payload)
        )


def refused(walk, activity, actor, **fields):
    before = replace(walk.state)
    with pytest.raises(Refused) as found:
        walk.do(activity, actor, **fields)
    assert walk.state == before
    return found.value.code


def test_invariant_10_a_step_over_a_list_is_done_when_all_are():
    walk = Walk("cn-national", "joint-licence")
    walk.do("joint_accepted", LEAD, departments=["police", "human-resources"])
    assert {key: row[0] for key, row in walk.state.tasks["opinion"].items()} == {
        "police": "due", "human-resources": "due",
    }  # fmt: skip
    assert {row[2] for row in walk.state.tasks["opinion"].values()} == {"police", "human-resources"}
    assert refused(walk, "joint_completed", LEAD) == "step_not_due"
    assert refused(walk, "opinion_given", town.POLICE, department="human-resources", opinion="同意") == "not_your_step"
    assert refused(walk, "opinion_given", LEAD, department="market", opinion="同意") == "not_in_list"
    walk.do("opinion_given", town.POLICE, department="police", opinion="同意")
    assert refused(walk, "opinion_given", town.POLICE, department="police", opinion="不同意") == "step_not_due"
    assert refused(walk, "joint_completed", LEAD) == "step_not_due"
    walk.do("opinion_given", town.HR, department="human-resources", opinion="同意")
    assert walk.state.tasks["complete"][""][0] == "due"
    walk.do("joint_completed", LEAD)
    assert walk.state.is_over
    assert {row[0] for rows in walk.state.tasks.values() for row in rows.values()} == {"done"}


def test_an_ended_case_takes_no_more_acts_not_even_those_that_go_any_time():
    walk = Walk("cn-national", "joint-licence")
    walk.do("joint_accepted", LEAD, departments=["police"])
    walk.do("terminated", LEAD, end_reason="申请人注销")
    assert refused(walk, "extension_granted", town.person("市长", "leader", "city"), days="5 workdays") == "case_over"
    assert refused(walk, "opinion_given", town.POLICE, department="police", opinion="同意") == "case_over"


@pytest.mark.parametrize("item", ITEMS)
def test_what_is_refused_at_the_door_needs_no_decision(item):
    walk = Walk("demo-city", "application")
    walk.do("received", town.CLERK, item=item, applicant="甲")
    assert refused(walk, "granted", town.APPROVER) == "step_not_due"
    walk.do("refused_acceptance", town.CLERK)
    assert walk.state.is_over
    assert refused(walk, "reviewed", town.HANDLER) == "case_over"
    assert refused(walk, "withdrawn", town.CLERK) == "case_over"
    assert [row[0] for rows in walk.state.tasks.values() for row in rows.values()] == ["done", "done"]


def test_d15_money_dates_limits_and_choices_have_one_way_to_be_written():
    kept = [
        ("money", 1250, 1250), ("money", "1250", 1250), ("date", "2026-03-02", "2026-03-02"),
        ("limit", "1 workdays", "1 workday"), ("bool", "是", True), ("number", "2.50", "2.5"), ("number", 3, 3),
        ("list:text", ["a"], ["a"]), ("year", "2026", 2026),
    ]  # fmt: skip
    wrong = [
        ("money", 12.5), ("money", "12.5"), ("money", True), ("date", "2026-13-01"), ("limit", "soon"), ("bool", "也许"),
        ("number", "NaN"), ("number", "1e400"), ("list:text", "a"), ("text", "a\x00b"), ("text", "x" * 20_001),
        ("year", 2026.5), ("file", "../x"), ("moment", "2026-03-02T10:00:00"),
    ]  # fmt: skip
    for word, raw, value in kept:
        assert reader_of(FieldType.model_validate({"is": word}))(raw) == value
    for word, raw in wrong:
        with pytest.raises(ValueError, match=r"."):
            reader_of(FieldType.model_validate({"is": word}))(raw)


@pytest.mark.parametrize("pack", PACKS)
def test_every_role_word_of_the_packs_means_somebody(pack):
    """A word is in roles.toml, is of the grammar, or is a unit of the pack's own table."""
    known = ways(pack)
    units = known.pack.tables["units"]["id"].to_list() if "units" in known.pack.tables else []
    words = {step.by for editions in known.kinds.values() for way in editions for step in way.flow.steps}
    lost = {
        word for word in words
        if word and word != "holder" and not word.startswith("unit:") and word not in STANDINGS and word not in units
    }  # fmt: skip
    assert lost == set()


def test_the_canonical_states_are_a_closed_list():
    assert set(STAGES.values()) <= CANONICAL
    activities = set().union(*(ways(name).words.activities for name in PACKS))
    assert {"received", "accepted", "granted"} <= STAGES.keys()
    assert STAGES.keys() & activities


PEOPLE = (
    town.CLERK, town.HANDLER, town.APPROVER, town.CHIEF, town.OFFICE, town.HR,
    town.person("甲", "window_clerk", "market"), town.person("乙", "section_head", "market"),
)  # fmt: skip
GIVEN = {
    "text": "文字", "choice": None, "unit": "market", "item": "food-permit", "party": "甲方", "person": "陈刚",
    "date": "2026-03-09", "limit": "5 workdays", "case": "c",
}  # fmt: skip


def filled(walk, activity, *, item="food-permit"):
    """A form with everything its step asks for."""
    step = walk.way.by_activity[activity][0]
    fields = {}
    for name in step.ask:
        type_ = walk.way.fields[name]
        fields[name] = type_.of[0] if type_.of else item if name == "item" else GIVEN[type_.is_]
    return fields


@pytest.mark.holds("invariant 8", shows="/cases/<id>")
@given(
    st.sampled_from(["application", "order", "rectification", "pledge", "inquiry"]),
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from(PEOPLE)), max_size=40),
    st.sampled_from(ITEMS),
)
@settings(max_examples=150, deadline=None)
def test_invariant_08_what_is_done_goes_by_the_published_steps(kind, tried, item):
    """Whatever is tried by whomever: what was let through breaks no `follows_flow` in the eyes of the one evaluator.

    Ends are held to our own rule: where one step can go on or end the case (accepted, refused at the door), the evaluator
    asks for the steps after it even when it ended the case.
    """
    walk = Walk("demo-city", kind)
    activities = sorted(walk.way.by_activity)
    tried = [(activities.index(walk.way.flow.opens), person) for person in PEOPLE] + tried
    for number, actor in tried:
        activity = activities[number % len(activities)]
        if number < 25 and activity in walk.way.ends and walk.way.by_activity[activity][0].anytime:
            continue
        try:
            walk.do(activity, actor, **filled(walk, activity, item=item))
        except Refused:
            continue
    assert walk.lines
    said = evaluate(log_of(walk.lines, walk.ways), _strict(walk.ways, kind), as_of=walk.at)
    ending = {line.event_id for line in walk.lines if line.activity in walk.way.ends}
    accused = {event for row in said.findings.to_dicts() for event in json.loads(row["evidence"])}
    assert accused <= ending
    assert not ending or walk.lines[-1].event_id in ending
    assert walk.state.holder_unit is not None or walk.state.holder_actor is not None
    _check_tasks(walk)


def _strict(known, kind):
    """The flow, and the one rule that it is followed."""
    clause = Constraint.model_validate(
        {"zh": "按步骤办", "rule": "follows_flow", "level": "review", "for": {"kind": kind}}
    )
    ruling = Ruling("test", "constraint", "steps", (Edition(town.START, None, clause),))
    flows = tuple(one for one in known.pack.rules.rulings if one.kind == "flow" and one.id == kind)
    return replace(known.pack.rules, rulings=(*flows, ruling))


def _check_tasks(walk):
    day = local_day(microseconds(walk.at), walk.ways.zone)
    for step, rows in walk.state.tasks.items():
        for key, row in rows.items():
            one = walk.way.steps[step]
            if row[0] == "done":
                assert is_done(walk.state, one, way=walk.way, day=day)
            elif row[0] == "due":
                assert is_due(walk.state, one, way=walk.way, day=day, key=key)
            else:
                assert not is_due(walk.state, one, way=walk.way, day=day, key=key)
