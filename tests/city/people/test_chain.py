"""Who answers: E008, E009, invariants 5 and 32, and the AB 岗."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.city.people.staffing import DAY, NOW, START, appoint, employ, grant, hire, open_units, post
from yinuo.city.people import chain, commands
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.chain import Chain
from yinuo.city.people.staff import TIERS, Absence, Appointment, Person, Post, Staff, StandIn
from yinuo.city.people.units import Span


def who(duties):
    return [duty.person for duty in duties]


@pytest.mark.holds("invariant 32", "peer 66", shows="/units/<unit>")
@pytest.mark.django_db
def test_invariant_32_escalation_climbs_member_deputy_principal_upper_level():
    open_units()
    employ("clerk", "water-approval")
    employ("section-deputy", "water-approval", "deputy_in_charge")
    employ("section-head", "water-approval", "principal")
    employ("bureau-deputy", "water", "deputy_in_charge")
    employ("bureau-head", "water", "principal")
    employ("mayor", "city", "principal")
    employ("vice-mayor-water", "city", "deputy_in_charge", oversees=["water"])
    employ("vice-mayor-health", "city", "deputy_in_charge", oversees=["health"])
    climb = [who(rung.duties) for rung in chain.chain(DAY).rungs("water-approval")]
    assert climb == [
        ["clerk"], ["section-deputy"], ["section-head"], ["bureau-deputy"], ["bureau-head"], ["vice-mayor-water"], ["mayor"],
    ]  # fmt: skip
    assert who(chain.above("water-approval", "principal", DAY)) == ["bureau-deputy"]
    assert who(chain.responsible("water-window", "member", DAY)) == ["section-deputy"], "an empty rung is climbed over"
    assert who(chain.above("city", "principal", DAY)) == []


@pytest.mark.django_db
def test_ab_post_while_a_is_away_b_acts():
    open_units()
    employ("a", "water", "principal")
    employ("b", "water")
    employ("c", "water")
    stand_in("a", "b")
    stand_in("b", "c")
    away("a", date(2026, 6, 1), date(2026, 6, 4))
    away("b", date(2026, 6, 3), date(2026, 6, 4))
    answers = {day: chain.responsible("water", "principal", date(2026, 6, day))[0] for day in (1, 2, 3, 4)}
    assert {day: (duty.person, duty.stands_in_for) for day, duty in answers.items()} == {
        1: ("b", "a"), 2: ("b", "a"), 3: ("c", "a"), 4: ("a", None),
    }  # fmt: skip


@pytest.mark.holds("E008", shows="/units?headless")
@pytest.mark.django_db
def test_e008_a_unit_without_a_named_principal_is_reported():
    open_units()
    assert {span.unit for span in chain.chain(DAY).headless()} >= {"city", "water"}
    employ("head", "water", "principal")
    assert "water" not in {span.unit for span in chain.chain(DAY).headless()}
    away("head", DAY, None)
    assert "water" not in {span.unit for span in chain.chain(DAY).headless()}, "away is still named"
    commands.end("appointments", f"head:water.head:{START}", until=DAY, actor=OPERATOR, now=NOW)
    assert "water" in {span.unit for span in chain.chain(DAY).headless()}


@pytest.mark.django_db
def test_one_person_may_hold_posts_in_several_units():
    open_units()
    employ("head", "water", "principal")
    post("section-post", "water-approval", "principal")
    appoint("head", "section-post")
    hire("nobody")
    assert who(chain.responsible("water-approval", "principal", DAY)) == ["head"]


@pytest.mark.holds("decision D27", shows="/units/<unit>")
@pytest.mark.django_db
def test_d27_who_holds_a_role_over_a_unit_is_found_upward():
    open_units()
    for person, unit in (("a", "office"), ("b", "office"), ("w", "water"), ("s", "water-approval")):
        employ(person, unit)
    assert chain.holders("supervising_office", "water-window", DAY) == ()
    grant("supervising_office", "city", kind="unit", holder="office")
    assert chain.holders("supervising_office", "water-window", DAY) == ("a", "b")
    grant("supervising_office", "water", kind="unit", holder="water")
    assert chain.holders("supervising_office", "water-window", DAY) == ("s", "w"), "the nearest; with those below"
    assert chain.holders("supervising_office", "health", DAY) == ("a", "b")
    grant("auditor", "city", kind="post", holder="office.a")
    stand_in("a", "b")
    away("a", DAY, None)
    assert chain.holders("auditor", "health", DAY) == ("b",)


def stand_in(person, by):
    commands.name_stand_in(StandIn(f"{person}:{by}", person, by, START), actor=OPERATOR, now=NOW)


def away(person, since, until):
    commands.declare_absence(Absence(f"{person}:{since}", person, since, until), actor=OPERATOR, now=NOW)


@st.composite
def staffs(draw):
    """A random tree with people on some of its posts, some away, some standing in."""
    size = draw(st.integers(1, 8))
    parents = [None, *(draw(st.integers(0, index - 1)) for index in range(1, size))]
    staff = Staff()
    for index, parent in enumerate(parents):
        above = None if parent is None else f"u{parent}"
        staff.units[f"u{index}"] = [Span(f"u{index}", START, None, above, "甲", "", "department")]
    people = [f"p{index}" for index in range(draw(st.integers(1, 6)))]
    for person in people:
        staff.persons[person] = Person(person, "", None, START, name=person)
        if draw(st.booleans()):
            staff.absences[person] = Absence(person, person, START, None)
        if draw(st.booleans()):
            by = draw(st.sampled_from(people))
            staff.stand_ins[person] = StandIn(person, person, by, START)
    for unit in staff.units:
        for tier in TIERS:
            if draw(st.booleans()):
                key = f"{unit}.{tier}"
                oversees = tuple(draw(st.lists(st.sampled_from(sorted(staff.units)), max_size=2)))
                staff.posts[key] = Post(key, unit, "岗", "", tier, oversees, START)
                staff.appointments[key] = Appointment(key, draw(st.sampled_from(people)), key, START)
    return staff


@pytest.mark.holds("invariant 32", shows="/units/<unit>")
@given(staffs(), st.integers(0, 7), st.sampled_from(TIERS))
def test_invariant_32_holds_for_every_tree_and_staffing(staff, index, tier):
    unit = f"u{index % len(staff.units)}"
    held = Chain(staff, DAY)
    way = held.tree.ancestors(unit)
    rungs = list(held.rungs(unit, tier))
    order = [(way.index(rung.unit), TIERS.index(rung.tier)) for rung in rungs]
    assert order == sorted(order), "the climb never goes down"
    assert (rungs[-1].unit, rungs[-1].tier) == (way[-1], "principal"), "and ends at the root's principal"
    away_now = {row.person for row in staff.absences.values()}
    for rung in rungs:
        for duty in rung.duties:
            assert duty.person not in away_now, "who acts is there"
            assert duty.stands_in_for is None or duty.stands_in_for in away_now
    first = next((rung.duties for rung in rungs if rung.duties), None)
    assert held.responsible(unit, tier) == (first or held.responsible(unit, tier))


@pytest.mark.holds("invariant 5", shows="/units/<unit>")
@given(staffs(), st.integers(0, 7))
def test_invariant_5_somebody_answers_wherever_the_root_has_a_principal(staff, index):
    unit = f"u{index % len(staff.units)}"
    if "u0.principal" in staff.posts:
        assert Chain(staff, DAY).responsible(unit, "member")
