"""One decision point and one row filter: the matrix of actions × roles, regression 21, peers row 98."""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.city.people.staffing import DAY, NOW, START, employ, grant, open_units
from tests.city.people.test_exchange import book
from yinuo.city.people import commands, units
from yinuo.city.people.accounts import opening
from yinuo.city.people.accounts.persons import actor_of
from yinuo.city.people.actor import OPERATOR, Actor, Grant, NotAllowed, Role
from yinuo.city.people.decide import Impossible
from yinuo.city.people.exchange import incoming
from yinuo.city.people.may import PERMISSIONS, UnknownAction, may, require, row_filter
from yinuo.city.people.models import Account
from yinuo.city.people.staff import Absence, StandIn
from yinuo.city.people.units import Span, plant

ROLES = get_args(Role)
MATRIX = [(action, role) for action in sorted(PERMISSIONS) for role in ROLES]


def actor(*grants):
    return Actor("somebody", "某人", grants)


@pytest.mark.holds("peer 98", shows="/units")
@pytest.mark.parametrize(("action", "role"), MATRIX)
def test_the_matrix_of_every_action_and_role_inside_and_outside(action, role):
    """May: by the table inside the granted unit and below; never outside it, nor without a grant."""
    allowed = role in PERMISSIONS[action].roles
    one = actor(Grant(role, "water"))
    assert may(one, action) is allowed
    assert may(one, action, scope=("water-window", "water-approval", "water", "city")) is allowed
    assert may(one, action, scope=("health", "city")) is False
    assert may(one, action, scope=("city",)) is False
    assert may(one, action, scope=()) is False, "what belongs to no unit is nobody's"
    assert may(None, action) is False
    assert may(actor(), action) is False
    part = actor(Grant(role, "water", False))
    assert may(part, action, scope=("water",)) is (allowed and PERMISSIONS[action].reach == "unit")


def test_no_role_does_everything_and_who_reads_the_audit_changes_nothing():
    for role in ROLES:
        assert {action for action in PERMISSIONS if role in PERMISSIONS[action].roles} != set(PERMISSIONS)
    changing = {
        action for action in PERMISSIONS if action.partition(".")[2] in {"write", "act", "open", "import", "grant"}
    }
    assert not [action for action in changing if "auditor" in PERMISSIONS[action].roles]
    assert "administrator" not in PERMISSIONS["case.read"].roles


def test_an_action_that_is_not_in_the_table_is_an_error_not_a_door():
    with pytest.raises(UnknownAction):
        may(actor(Grant("administrator", "city")), "case.raed")


def test_a_refusal_says_what_to_do():
    with pytest.raises(NotAllowed, match="管理范围"):
        require(actor(Grant("handler", "water")), "case.act", scope=("health",))
    with pytest.raises(NotAllowed, match="联系管理员"):
        require(actor(Grant("auditor", "city")), "case.act")
    with pytest.raises(NotAllowed, match="登录"):
        require(None, "case.act")


@st.composite
def worlds(draw):
    """A random tree whose units move once, things in it, an actor with random grants."""
    size = draw(st.integers(1, 10))
    spans = [Span("u0", START, None, None, "甲", "", "city")]
    for index in range(1, size):
        first, second = (f"u{draw(st.integers(0, index - 1))}" for _ in range(2))
        moves = START + timedelta(days=draw(st.integers(1, 300)))
        spans += [
            Span(f"u{index}", START, moves, first, "乙", "", "department"),
            Span(f"u{index}", moves, None, second, "乙", "", "department"),
        ]
    names = [f"u{index}" for index in range(size)]
    tree = plant(spans, START + timedelta(days=draw(st.integers(0, 400))))
    things = draw(st.lists(st.lists(st.sampled_from(names), max_size=3), max_size=12))
    roles = st.sampled_from(ROLES)
    grants = draw(st.lists(st.builds(Grant, roles, st.sampled_from(names), st.booleans()), max_size=4))
    return tree, [tree.scope(thing) for thing in things], actor(*grants), draw(st.sampled_from(sorted(PERMISSIONS)))


@pytest.mark.holds("regression 21", "peer 98", shows="/cases")
@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(worlds())
def test_regression_21_the_row_filter_keeps_exactly_what_may_allows(world):
    _tree, scopes, one, action = world
    condition, values = row_filter(one, action, "t.scope")
    rows = "SELECT id - 1 FROM jsonb_array_elements(%(things)s::jsonb) WITH ORDINALITY AS j (thing, id), LATERAL (SELECT ARRAY(SELECT jsonb_array_elements_text(j.thing)) AS scope) t"
    import json

    with connection.cursor() as cursor:
        cursor.execute(f"{rows} WHERE {condition} ORDER BY id", {"things": json.dumps(scopes), **values})
        kept = [row[0] for row in cursor.fetchall()]
    assert kept == [index for index, scope in enumerate(scopes) if may(one, action, scope=scope)]


@given(worlds())
def test_a_grant_reaches_what_lies_below_it_and_nothing_else(world):
    tree, _scopes, one, action = world
    for unit in tree.units:
        reached = any(
            grant.unit in tree.ancestors(unit)
            for grant in one.grants
            if grant.role in PERMISSIONS[action].roles and (PERMISSIONS[action].reach == "unit" or grant.covers_city)
        )
        assert may(one, action, scope=tree.ancestors(unit)) is reached


@pytest.mark.django_db
class TestActors:
    """From a login to the roles in force today."""

    @pytest.fixture(autouse=True)
    def city(self):
        open_units()
        for person, unit in (("wang", "water"), ("li", "office"), ("zhao", "environment")):
            employ(person, unit)
            commands.link_account(person, f"account-{person}", actor=OPERATOR, now=NOW)

    def roles(self, person):
        one = actor_of(f"account-{person}", now=NOW)
        return {(grant.role, grant.unit, grant.covers_city) for grant in one.grants}

    def test_roles_come_from_the_person_the_post_and_the_unit(self):
        grant("handler", "water", holder="wang")
        grant("section_head", "water-approval", kind="post", holder="water.wang")
        grant("supervising_office", "city", kind="unit", holder="office")
        assert self.roles("wang") == {("handler", "water", False), ("section_head", "water-approval", False)}
        assert self.roles("li") == {("supervising_office", "city", True)}
        assert actor_of("account-wang", now=NOW).unit == "water"

    @pytest.mark.holds("decision D27", "E005", shows="/units/<unit>")
    def test_d27_the_holder_of_the_supervising_office_is_configured(self):
        """效能办, 营造办 or both: the city says which units hold the role."""
        grant("supervising_office", "city", kind="unit", holder="office")
        assert may(actor_of("account-li", now=NOW), "finding.decide", scope=("water", "city"))
        assert not may(actor_of("account-zhao", now=NOW), "finding.decide")
        grant("supervising_office", "city", kind="unit", holder="environment")
        assert may(actor_of("account-zhao", now=NOW), "finding.decide", scope=("water", "city"))
        commands.end("grants", f"unit:office:supervising_office:city:{START}", until=DAY, actor=OPERATOR, now=NOW)
        assert not may(actor_of("account-li", now=NOW), "finding.decide")

    def test_roles_hold_only_between_their_days(self):
        grant("handler", "water", holder="wang", since=DAY, until=DAY + timedelta(days=1))
        assert self.roles("wang") == {("handler", "water", False)}
        for days in (-1, 1):
            assert not actor_of("account-wang", now=NOW + timedelta(days=days)).grants

    def test_who_stands_in_acts_with_the_roles_of_the_one_away(self):
        grant("agency_head", "water", holder="wang")
        grant("auditor", "water", holder="wang")
        commands.name_stand_in(StandIn("s", "wang", "li", START), actor=OPERATOR, now=NOW)
        assert self.roles("li") == set()
        commands.declare_absence(Absence("a", "wang", DAY, DAY + timedelta(days=1)), actor=OPERATOR, now=NOW)
        assert self.roles("li") == {("agency_head", "water", False)}, "the audit is not handed on"
        assert not actor_of("account-li", now=NOW + timedelta(days=1)).grants

    def test_djangos_superuser_flag_means_nothing(self, django_user_model):
        account = django_user_model.objects.create_superuser("root", password="Xx1!xxxxxxxx")
        assert actor_of(str(account.pk), now=NOW) is None

    def test_a_role_in_a_closed_unit_is_gone(self):
        grant("handler", "environment", holder="zhao")
        commands.close_unit("environment", until=DAY, actor=OPERATOR, now=NOW)
        assert not actor_of("account-zhao", now=NOW).grants

    def test_an_administrator_of_a_part_administers_that_part_only(self):
        grant("administrator", "water", holder="wang")
        wang = actor_of("account-wang", now=NOW)
        commands.open_unit(Span("water-new", DAY, None, "water", "新科", "", "section"), actor=wang, now=NOW)
        for parent in ("health", None):
            with pytest.raises(NotAllowed):
                commands.open_unit(Span("x", DAY, None, parent, "外", "", "section"), actor=wang, now=NOW)
        with pytest.raises(NotAllowed):
            grant("handler", "city", holder="li", actor=wang)
        with pytest.raises(NotAllowed):
            commands.move_unit("health", parent="water", since=DAY, actor=wang, now=NOW)
        with pytest.raises(Impossible):
            grant("auditor", "water", holder="wang", actor=wang)
        assert "x" not in units.tree(DAY).units


def test_today_is_the_citys_day():
    assert date(2026, 6, 1) == DAY


@pytest.mark.django_db
class TestNobodyClimbsOverHisPart:
    """Who administers a part gets no further through a person who is also somewhere else."""

    @pytest.fixture(autouse=True)
    def city(self):
        open_units()
        for person, unit in (("part", "water"), ("whole", "water"), ("clerk", "water")):
            employ(person, unit)
            opening.open_account(person, person, password="Shuili-2026!x", actor=OPERATOR, now=NOW)
        grant("administrator", "water", holder="part")
        grant("agency_head", "water", holder="part")
        grant("administrator", "city", holder="whole")
        key = str(Account.objects.get(username="part").pk)
        self.part = actor_of(key, now=NOW)

    def test_nor_by_a_password(self):
        opening.set_password("clerk", "Shuili-2027!x", actor=self.part, now=NOW)
        with pytest.raises(NotAllowed):
            opening.set_password("whole", "Shuili-2027!x", actor=self.part, now=NOW)

    def test_nor_by_standing_in(self):
        commands.name_stand_in(StandIn("a", "clerk", "part", START), actor=self.part, now=NOW)
        with pytest.raises(NotAllowed):
            commands.name_stand_in(StandIn("b", "whole", "part", START), actor=self.part, now=NOW)
        with pytest.raises(NotAllowed):
            commands.declare_absence(Absence("c", "whole", START), actor=self.part, now=NOW)

    def test_nor_by_a_workbook(self):
        row = {"人员编号": "whole", "姓名": "whole某", "登录名": "mine", "机构编号": "water"}
        taken = incoming.take(book([], [row]), actor=self.part, now=NOW, all_or_nothing=True)
        assert [one.row for one in taken.refused] == [2]
        assert not Account.objects.filter(username="mine").exists()

    def test_nor_through_the_unit_that_supervises_the_city(self):
        grant("supervising_office", "city", kind="unit", holder="water")
        with pytest.raises(NotAllowed):
            opening.set_password("clerk", "Shuili-2027!x", actor=self.part, now=NOW)
