"""Which steps are ready is worked out once for what is done and skipped; here it is worked out step by step each time."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from hypothesis import given, settings
from hypothesis import strategies as st

from yinuo.city.cases.deciding import readiness, states
from yinuo.city.cases.deciding.ways import Way, Ways
from yinuo.rulebook.loader import load_pack

WORDS = st.sampled_from(["yes", "no", "market", "food-permit"])
VALUES = {
    "bool": st.booleans(),
    "date": st.just("2026-03-02"),
    **dict.fromkeys(("money", "int", "number", "year"), st.integers(0, 9)),
}


@lru_cache
def ways() -> list[Way]:
    return [
        way for name in ("demo-city", "cn-national") for many in Ways.of(load_pack(name)).kinds.values() for way in many
    ]


def is_ready(way, step, done, skipped, seen=()):
    """What must be done before it is done; what need not be done does not block, but what that comes after does."""
    for name in step.after:
        before = way.steps[name]
        if before.anytime or name in seen or name in done:
            continue
        need_not = before.optional or name in skipped
        if not need_not or not is_ready(way, before, done, skipped, (*seen, step.id)):
            return False
    return True


@settings(deadline=None)
@given(st.data())
def test_the_ready_steps_are_those_of_the_plain_definition(data):
    way = data.draw(st.sampled_from(ways()))
    done, skipped = (data.draw(st.frozensets(st.sampled_from(sorted(way.steps)))) for _which in range(2))
    expected = {step.id for step in way.flow.steps if is_ready(way, step, done, skipped)}
    assert readiness._ready(way, done, skipped) == expected


def skipped(state, way, day):
    """Each condition asked by itself."""
    return {step.id for step in way.flow.steps if readiness.is_skipped(state, step, way=way, day=day)}


def tasks_of(state, way, at, day):
    """The list of tasks made step by step, each looked at by itself."""
    is_over = state.ended_at is not None
    found = {}
    for step in way.listed:
        begun, old = state.done.get(step.id, {}), state.tasks.get(step.id, {})
        needless = step.optional or step.id in skipped(state, way, day)
        done = {one.id for one in way.flow.steps if readiness.was_done(state, one)}
        is_due = (
            not is_over
            and is_ready(way, step, done, skipped(state, way, day))
            and step.id not in skipped(state, way, day)
        )
        rows = {}
        for key in ("",) if step.each is None else readiness.keys_of(state, step) or ():
            row = old.get(key)
            if key in begun:
                done_at, actor, unit = begun[key][:3]
                since = done_at if row is None or row[0] == "waiting" else row[1]
                rows[key] = ["done", since, unit, done_at, actor]
            elif is_due and step.sign is not None and step.id in done:
                continue
            elif step.id in state.done or is_due or not (is_over or needless):
                if is_due:
                    rows[key] = [
                        "due",
                        row[1] if row and row[0] == "due" else at,
                        states._unit_of(state, step, key),
                        None,
                        None,
                    ]
                elif not (is_over or needless):
                    rows[key] = ["waiting", None, states._unit_of(state, step, key), None, None]
        if rows:
            found[step.id] = rows
    return found


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_the_list_of_tasks_is_that_of_the_plain_definition(data):
    way = data.draw(st.sampled_from(ways()))
    day, read = date(2026, 3, 2), way.conditions.reads
    state = states.State("c", kind=way.kind, unit="market", item=data.draw(st.sampled_from([None, "food-permit"])))
    for at in range(1, data.draw(st.integers(2, 8))):
        activity = data.draw(st.sampled_from(sorted(way.by_activity)))
        payload = {
            "fields": data.draw(
                st.fixed_dictionaries(
                    {},
                    optional={name: VALUES.get(way.types[name], WORDS) for name in read if name in way.types},
                )
            )
        }
        before = state.copied()
        states.fold(state, states.Happened(activity, at, at, "operator", "city", payload), way=way, day=day)
        listed, state.tasks = state.tasks, before.tasks
        plain = tasks_of(state, way, at, day)
        states._list_tasks(state, way, at=at, day=day)
        assert state.tasks == plain
        assert readiness.standing(state, way=way, day=day)[1] == skipped(state, way, day)
        state.tasks = listed
