"""Every event of people fits its model, and what is rebuilt from the ledger is what was written live."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core import serializers

from tests.city.people.staffing import DAY, NOW, START, appoint, employ, grant, hire, open_unit, open_units, post
from yinuo.city.ledger import models_of_events, private, read
from yinuo.city.people import chain, commands, projections
from yinuo.city.people.accounts import opening
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.models import Person
from yinuo.city.people.staff import Absence, Post, StandIn
from yinuo.city.people.streams.events import MODELS

pytestmark = pytest.mark.django_db
BY = {"actor": OPERATOR, "now": NOW}


def a_year():
    """Everything that can happen to units and people, once."""
    open_units()
    open_unit("closing", "city")
    commands.rename_unit("water", since=DAY, zh="水务局", en="", type_="department", rank="township", **BY)
    commands.move_unit("health", parent="office", since=DAY, **BY)
    commands.close_unit("closing", until=DAY, into="water", **BY)
    for person in ("wang", "li"):
        employ(person, "water")
    hire("gone")
    commands.change_post(Post("water.li", "water", "副局长", "", "deputy_in_charge", ("water-approval",), START), **BY)
    post("spare", "water", "member")
    commands.end("posts", "spare", until=DAY, **BY)
    commands.change_person("wang", fields={"name": "王新", "phone": "13900000000"}, **BY)
    opening.open_account("wang", "wang", password="Shuili-2026!x", **BY)
    opening.set_password("wang", "Shuili-2027!x", **BY)
    post("water.second", "water", "principal")
    appoint("wang", "water.second", until=DAY + timedelta(days=60))
    commands.end("appointments", f"wang:water.second:{START}", until=DAY, **BY)
    commands.name_stand_in(StandIn("s", "wang", "li", START), **BY)
    commands.end("stand_ins", "s", until=DAY, **BY)
    commands.declare_absence(Absence("a", "wang", DAY, None), **BY)
    commands.end("absences", "a", until=date(2026, 7, 1), **BY)
    grant("handler", "water", holder="wang")
    grant("auditor", "water", kind="post", holder="water.li")
    commands.end("grants", f"person:wang:handler:water:{START}", until=DAY, **BY)
    commands.erase_person("gone", **BY)
    commands.end("persons", "gone", until=DAY, **BY)
    token = commands.create_token("t" * 43, name="系统", unit="water", rate=60, **BY)
    commands.revoke_token(token, **BY)
    commands.unmask(Person.objects.get(person="wang").ref, actor=OPERATOR, reason="核实", now=NOW)
    commands.note_export(actor=OPERATOR, what="people", query={"q": "王", "unit": ""}, rows=3, now=NOW)


def everything():
    events = [event for name in projections.STREAMS for event in read.stream(name)]
    return sorted(events, key=lambda event: event.position)


def tables():
    return {
        table.__name__: sorted(
            tuple((name, str(value)) for name, value in row["fields"].items())
            + ((row["pk"],) if table.__name__ != "Unit" else ())
            for row in serializers.serialize("python", table.objects.all())
        )
        for table in projections.TABLES
    }


def test_every_kind_of_event_is_written_and_fits_its_model():
    a_year()
    events = everything()
    assert {event.activity for event in events} == set(MODELS)
    for event in events:
        assert models_of_events.read(f"people/{event.activity}", event.payload), event.activity


@pytest.mark.parametrize("batch", [1, 7, 10_000])
def test_every_table_rebuilt_from_the_ledger_is_the_same(batch):
    a_year()
    live, events = tables(), everything()
    projections.reset()
    assert not any(tables().values())
    for at in range(0, len(events), batch):
        projections.apply(events[at : at + batch])
    assert tables() == live


def test_who_was_erased_has_no_name_and_no_fields_left():
    hire("gone", name="将删")
    ref = Person.objects.get(person="gone").ref
    commands.erase_person("gone", **BY)
    assert private.unseal(ref) is None
    assert (Person.objects.get(person="gone").name, Person.objects.get(person="gone").phone) == ("（已删除）", "")


def test_no_event_of_people_holds_a_clear_field():
    a_year()
    everything_said = "".join(event.payload for event in everything())
    for clear in ("wang某", "王新", "13800138000", "13900000000", "Shuili"):
        assert clear not in everything_said


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_wait_for_one_another():
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    open_units()

    def one(index):
        try:
            open_unit(f"u{index}", "city")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(24)))
    events = read.stream("people/units")
    assert [event.version for event in events] == list(range(1, len(events) + 1))
    assert {f"u{index}" for index in range(24)} <= set(chain.chain(DAY).tree.units)
