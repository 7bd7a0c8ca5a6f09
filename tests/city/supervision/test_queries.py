"""What pages and figures read: lights, lists, rates, lateness, entries made late."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from tests.city.cases import town
from tests.city.supervision.staff import local, open_cards, sweep_all
from tests.city.supervision.test_workers import accepted
from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act
from yinuo.city.people.actor import OPERATOR
from yinuo.city.supervision import commands_registers as registers
from yinuo.city.supervision import queries
from yinuo.city.supervision.desk import Desk
from yinuo.city.supervision.models import Clock, Moment
from yinuo.city.supervision.store import cards_named
from yinuo.city.texts.commands import put_in_force
from yinuo.rulebook.loader import load_pack

pytestmark = pytest.mark.usefixtures("founded")


def fact(case_id, activity, at, *, now=None, **fields):
    act = Act(case_id, activity, at, fields, source="hall", event_id=f"{case_id}:{activity}", unit="market")
    commands.record([act], actor=town.SYSTEM, now=now or at)


def test_decision_d05_and_peers_72_the_open_overdue_stand_in_the_denominator():
    kept, late, overdue, waiting = accepted(4)
    for case_id, day in ((kept, 10), (late, 13)):
        fact(case_id, "reviewed", local(3, day, 9))
        fact(case_id, "granted", local(3, day, 10))
    sweep_all(local(3, 14))
    assert {overdue, waiting} == set(
        Clock.objects.filter(clause="promised", state="overdue").values_list("case_id", flat=True)
    )
    month = {"since": local(3, 1), "until": local(4, 1), "clause": "time-limit/promised"}
    found = queries.on_time(town.OFFICE, **month)
    assert (found.kept, found.due, found.still_open, found.share) == (1, 4, 2, 0.25)
    assert queries.on_time(town.OFFICE, unit="police", **month).share is None
    assert queries.on_time(town.POLICE, **month).due == 0, "the row filter holds for rates too"


def test_lights_and_cards_are_what_the_actor_may_see():
    accepted(2)
    sweep_all(local(3, 12, 9))
    lights = {(one.kind, one.level): one.count for one in queries.lights(town.OFFICE)}
    assert lights["application", "yellow"] == 2
    assert queries.lights(town.POLICE) == []
    assert queries.lights(None) == []
    mine = queries.cards(town.HANDLER, filters={"level": ["yellow"], "status": ["open"]}, limit=1)
    more = queries.cards(
        town.HANDLER, filters={"level": ["yellow"], "status": ["open"]}, before=(mine[0]["raised_at"], mine[0]["card"])
    )
    assert len(mine) == len(more) == 1
    assert mine[0]["card"] != more[0]["card"]
    assert queries.cards(town.POLICE) == []
    with pytest.raises(KeyError, match="status"):
        queries.cards(town.HANDLER, filters={"colour": ["red"]})


def test_the_revision_grows_only_when_something_was_said():
    accepted(1)
    before = queries.revision()
    sweep_all(town.later(minutes=3))
    assert queries.revision() > before
    before = queries.revision()
    sweep_all(town.later(minutes=4))
    assert queries.revision() == before


def test_a_sentence_names_units_in_both_languages():
    accepted(1)
    sweep_all(local(3, 12, 9))
    row = queries.cards(town.OFFICE, filters={"level": ["yellow"], "clause": ["promised"]})[0]
    card = cards_named([row["card"]])[row["card"]]
    args = queries.Naming([card], desk=Desk.in_force(), now=local(3, 12)).args(card)
    assert args["sentence_zh"].startswith("承诺时限：时限7个工作日")
    assert args["sentence_en"].startswith("promised limit: ")
    assert args["item_zh"] == "食品经营许可"
    assert args["receipt"]


def test_lateness_counts_the_moments_that_wait():
    accepted(1)
    sweep_all(town.later(minutes=3))
    moment = Moment.objects.exclude(next_at=None).earliest("next_at").next_at
    assert queries.lateness(moment - timedelta(seconds=1)).behind == 0.0
    late = queries.lateness(moment + timedelta(seconds=90))
    assert (late.behind, late.failing) == (90.0, 0)


def test_peers_63_entries_made_late_are_listed_and_a_verified_outage_excuses_them():
    (case_id,) = accepted(1)
    fact(case_id, "reviewed", local(3, 5, 10), now=local(3, 8, 9))
    (entry,) = queries.late_entries(case_id)
    assert (entry["activity"], entry["outage"]) == ("reviewed", None)
    name = registers.declare_outage(
        unit="market",
        begins_at=local(3, 5, 9),
        ends_at=local(3, 7, 18),
        reason="断电",
        actor=town.OFFICE,
        now=local(3, 8),
    )
    assert queries.late_entries(case_id)[0]["outage"] is None, "only what a second person verified counts"
    registers.verify_outage(name, actor=town.OFFICE_TOO, now=local(3, 8))
    assert queries.late_entries(case_id)[0]["outage"] == name


CLAUSE = """

[version.constraint.entered-in-time]
zh = "办理情况应当在二十四小时内录入"
en = "what is done is entered within a day"
for = { kind = "application" }
rule = "absence"
max = 0
event = { event = "reviewed", entry_lag = { above = "24 hours" }, unit = { unlisted = { in = "outages", on = { unit = "unit" } } } }
level = "review"
"""


def test_a_text_that_looks_up_outages_accuses_nobody_of_what_was_declared(tmp_path):
    source = town.demo_city().root
    shutil.copytree(source, tmp_path / "demo-city")
    shutil.copytree(source.parent / "cn-national", tmp_path / "cn-national")
    pack = tmp_path / "demo-city/pack.toml"
    pack.write_text(
        pack.read_text("utf-8").replace(
            "[tables.units]", '[tables.outages]\nunit = "unit"\nsource = "text"\n\n[tables.units]'
        ),
        "utf-8",
    )
    policy = tmp_path / "demo-city/institutions/time-limit/policy.toml"
    first, second = policy.read_text("utf-8").split("\n[[version]]\nfrom = 2025-07-01", 1)
    policy.write_text(first + CLAUSE + "\n[[version]]\nfrom = 2025-07-01" + second, "utf-8")
    put_in_force(load_pack(tmp_path / "demo-city"), actor=OPERATOR, now=town.NOW)
    accused, excused = accepted(2)
    name = registers.declare_outage(
        unit="market",
        begins_at=local(3, 5, 9),
        ends_at=local(3, 5, 18),
        reason="断电",
        actor=town.OFFICE,
        now=local(3, 6),
    )
    registers.verify_outage(name, actor=town.OFFICE_TOO, now=local(3, 6))
    fact(excused, "reviewed", local(3, 5, 10), now=local(3, 8, 9))
    fact(accused, "reviewed", local(3, 4, 10), now=local(3, 8, 9))
    sweep_all(local(3, 8, 10))
    assert ("entered-in-time", "review") in open_cards(accused)
    assert ("entered-in-time", "review") not in open_cards(excused)
