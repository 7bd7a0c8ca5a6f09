"""Which steps are ready is worked out once for what is done and skipped; here it is worked out step by step each time."""

from __future__ import annotations

from functools import lru_cache

from hypothesis import given, settings
from hypothesis import strategies as st

from yinuo.city.cases.deciding import readiness
from yinuo.city.cases.deciding.ways import Way, Ways
from yinuo.rulebook.loader import load_pack


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
