"""Invariant 5: whoever was asked first holds the matter until somebody signs; never a moment without a holder."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.city.cases import town
from yinuo.city.cases import queries
from yinuo.city.cases.acts import Refused
from yinuo.city.cases.models import Case
from yinuo.city.people.actor import NotAllowed
from yinuo.city.texts import in_force
from yinuo.engine.evaluate import evaluate

STAFF = {
    "service-centre": (town.CLERK, town.OTHER_CLERK),
    "human-resources": (town.HR, town.HR_HEAD),
    "police": (town.POLICE,),
}
UNITS = tuple(STAFF)

steps = st.lists(
    st.tuples(
        st.sampled_from(
            ["handover_offered", "handover_acknowledged", "handover_returned", "guided", "jurisdiction_decided"]
        ),
        st.sampled_from([one for people in STAFF.values() for one in people]),
        st.sampled_from(UNITS),
        st.integers(0, 3),
        st.integers(1, 20),
    ),
    max_size=14,
)


@pytest.mark.holds("invariant 5", shows="/cases/<id>")
@given(steps)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_invariant_05_never_a_moment_without_a_responsible_officer(tried):
    """Whatever is tried by whomever, in whatever order and after whatever time: the holder moves only by a signature."""
    case_id, at, done = town.inquire(), town.NOW, 0
    for activity, actor, unit, number, hours in tried:
        at += timedelta(hours=hours)
        before = Case.objects.get(case_id=case_id)
        fields = {"handover": str(number)}
        if activity == "handover_offered":
            fields["to_unit"] = unit
        if activity == "handover_returned":
            fields["return_reason"] = "不归我们管"
        if activity == "jurisdiction_decided":
            fields, actor = {"ruled_unit": unit}, town.OFFICE
        try:
            town.do(case_id, activity, actor, at=at, fields=fields if activity != "guided" else {})
        except (Refused, NotAllowed):
            assert Case.objects.get(case_id=case_id).version == before.version
            continue
        done += 1
        after = Case.objects.get(case_id=case_id)
        assert after.holder_unit is not None
        assert after.holder_actor is not None
        moved = (after.holder_unit, after.holder_actor) != (before.holder_unit, before.holder_actor)
        assert not moved or activity == "handover_acknowledged"
        if activity == "handover_acknowledged":
            assert (after.holder_unit, after.holder_actor) == (actor.unit, actor.id)
    _check_against_the_engine(case_id, at)


def _check_against_the_engine(case_id, at):
    """What the table says is what the one evaluator says, and its holdings join without a gap."""
    said = evaluate(queries.log([case_id]), in_force.rules(), as_of=at)
    held = said.holdings.sort("from")
    assert held["from"][0] == town.NOW
    assert held["to"].to_list()[:-1] == held["from"].to_list()[1:]
    assert held["to"][-1] is None
    case = Case.objects.get(case_id=case_id)
    assert (held["unit"][-1], held["actor"][-1]) == (case.holder_unit, case.holder_actor)
