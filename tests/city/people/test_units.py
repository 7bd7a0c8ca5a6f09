"""The dated tree of units: D28, E012, E013, E015."""

from __future__ import annotations

from datetime import date

import pytest

from tests.city.people.staffing import DAY, NOW, START, open_unit, open_units
from yinuo.city.ledger import read
from yinuo.city.people import commands, projections, units
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.decide import Impossible
from yinuo.city.people.models import Unit
from yinuo.city.people.units import Span
from yinuo.rulebook.loader import load_pack

pytestmark = pytest.mark.django_db


@pytest.mark.holds("decision D28", "E012", shows="/units")
def test_d28_a_tree_of_any_depth():
    parent = None
    for depth in range(30):
        open_unit(f"u{depth}", parent)
        parent = f"u{depth}"
    assert units.ancestors("u29", DAY) == tuple(f"u{depth}" for depth in range(29, -1, -1))
    assert units.path("u2", DAY) == "u0（中） / u1（中） / u2（中）"
    assert [(depth, span.unit) for depth, span in units.tree(DAY).walk("u27")] == [(0, "u27"), (1, "u28"), (2, "u29")]


@pytest.mark.holds("decision D35", shows="/units")
def test_d35_the_bureaus_of_2009_keep_their_names_until_the_day_they_ended():
    """What a unit is called, what it is and how long it was there are data of the demonstration."""
    rows = [row for row in load_pack("demo-city").tables["units"].to_dicts() if row["until"]]
    assert {row["zh"] for row in rows} >= {"市工商行政管理局", "市地方税务局", "市人事局", "市人口和计划生育局"}
    then = date(2009, 1, 1)
    open_unit("city", None, type_="city", since=then)
    for row in rows:
        assert (row["from"], row["until"]) == (then, date(2019, 1, 1))
        commands.open_unit(
            Span(row["id"], row["from"], None, "city", row["zh"], row["en"], row["type"]), actor=OPERATOR, now=NOW
        )
        commands.close_unit(row["id"], until=row["until"], actor=OPERATOR, now=NOW)
    names = {row["id"] for row in rows}
    assert names <= units.tree(date(2018, 12, 31)).units.keys()
    assert names.isdisjoint(units.tree(date(2019, 1, 1)).units), "no new matter is theirs"
    assert {one.zh for key, one in units.tree(DAY).others.items() if key in names} == {row["zh"] for row in rows}


@pytest.mark.holds("E012", "E013", "E015", shows="/units")
def test_e012_e013_e015_every_level_of_organisation_has_its_type():
    open_units()
    assert {span.type for _, span in units.tree(DAY).walk()} >= {
        "city",
        "department",
        "section",
        "window",
        "town",
        "village",
    }
    assert units.tree(DAY).scope(["water-window", "village"]) == (
        "city", "town", "village", "water", "water-approval", "water-window",
    )  # fmt: skip


@pytest.mark.holds("decision D28", shows="/units")
def test_d28_rank_is_kept_apart_from_type_and_depth():
    open_units()
    one = {"zh": "示例市", "en": "", "type_": "city", "rank": "county", "actor": OPERATOR, "now": NOW}
    commands.rename_unit("city", since=date(2026, 7, 1), **one)
    assert units.tree(DAY).unit("city").rank == ""
    assert units.tree(date(2026, 7, 1)).unit("city").rank == "county"


def test_a_unit_moves_from_a_day_on_and_the_past_keeps_its_tree():
    open_units()
    commands.move_unit("water-approval", parent="office", since=date(2026, 7, 1), actor=OPERATOR, now=NOW)
    assert units.ancestors("water-window", date(2026, 6, 30)) == ("water-window", "water-approval", "water", "city")
    assert units.ancestors("water-window", date(2026, 7, 1)) == ("water-window", "water-approval", "office", "city")


def test_what_is_merged_belongs_to_what_it_was_merged_into():
    open_units()
    commands.close_unit("environment", until=date(2026, 7, 1), into="office", actor=OPERATOR, now=NOW)
    assert "environment" in units.tree(date(2026, 6, 30)).units
    assert units.ancestors("environment", date(2026, 7, 1)) == ("environment", "office", "city")


@pytest.mark.parametrize(
    ("act", "field"),
    [
        (lambda: open_unit("water", "city"), "unit"),
        (lambda: open_unit("new", "nowhere"), "parent"),
        (lambda: open_unit("new", "closed"), "parent"),
        (lambda: open_unit("bad id!", "city"), "unit"),
        (lambda: commands.move_unit("city", parent="village", since=DAY, actor=OPERATOR, now=NOW), "parent"),
        (lambda: commands.move_unit("town", parent="town", since=DAY, actor=OPERATOR, now=NOW), "parent"),
        (lambda: commands.move_unit("nowhere", parent="town", since=DAY, actor=OPERATOR, now=NOW), "unit"),
        (lambda: commands.close_unit("town", until=DAY, actor=OPERATOR, now=NOW), "unit"),
        (lambda: commands.close_unit("village", until=START, actor=OPERATOR, now=NOW), "until"),
        (lambda: commands.close_unit("village", until=DAY, into="village", actor=OPERATOR, now=NOW), "into"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(act, field):
    open_units()
    open_unit("closed", "city")
    commands.close_unit("closed", until=date(2026, 2, 1), actor=OPERATOR, now=NOW)
    before = read.stream("people/units")
    with pytest.raises(Impossible) as refused:
        act()
    assert refused.value.field == field
    assert read.stream("people/units") == before


def test_what_was_there_before_the_unit_above_stands_alone_until_then():
    open_units()
    open_unit("old", "city", since=date(2019, 1, 1))
    assert units.tree(date(2020, 1, 1)).roots == ("old",)
    assert units.ancestors("old", DAY) == ("old", "city")


def test_a_later_move_cannot_make_a_circle_of_the_future():
    open_units()
    later = date(2026, 8, 1)
    commands.move_unit("health", parent="town", since=later, actor=OPERATOR, now=NOW)
    with pytest.raises(Impossible):
        commands.move_unit("town", parent="health", since=DAY, actor=OPERATOR, now=NOW)


def test_what_lies_above_and_below_a_unit_is_said_by_the_tree_alone():
    """Nothing for what nobody knows; what was closed still belongs where it lay last."""
    start, end = date(2020, 1, 1), date(2025, 1, 1)
    found = units.plant([
        Span("city", start, None, None, "市", "", "city"), Span("bureau", start, None, "city", "局", "", "department"),
        Span("section", start, None, "bureau", "科", "", "section"), Span("gone", start, end, "bureau", "原科", "", "section"),
    ], date(2026, 1, 1))  # fmt: skip
    assert found.above("section") == ("section", "bureau", "city")
    assert (found.above("nobody"), found.above(None)) == ((), ())
    assert found.subtree("bureau") == ("bureau", "section")
    assert (found.subtree("gone"), found.subtree("nobody")) == (("gone",), ("nobody",))
    assert sorted(found.belonging("bureau")) == ["bureau", "gone", "section"]
    assert found.belonging("nobody") == ()


def test_tables_rebuilt_from_the_ledger_are_the_same():
    open_units()
    commands.move_unit("water-approval", parent="office", since=date(2026, 7, 1), actor=OPERATOR, now=NOW)
    commands.close_unit("environment", until=date(2026, 7, 1), into="office", actor=OPERATOR, now=NOW)
    before = list(Unit.objects.order_by("unit", "valid_from").values())
    events = read.stream("people/units")
    projections.reset()
    for at in range(0, len(events), 4):
        projections.apply(events[at : at + 4])
    after = list(Unit.objects.order_by("unit", "valid_from").values())
    assert [_plain(row) for row in after] == [_plain(row) for row in before]


def _plain(row):
    return {name: value for name, value in row.items() if name != "id"}
