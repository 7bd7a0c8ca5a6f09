"""Cases are held to the limits of the version of the catalogue in force when they were accepted; later ones move none of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.city.cases import town as cases_town
from tests.city.catalogue import stock
from yinuo.city.cases import commands as cases
from yinuo.city.cases import queries as case_queries
from yinuo.city.cases.acts import Act, Done
from yinuo.city.catalogue import commands
from yinuo.city.catalogue.checks import held
from yinuo.city.people.actor import OPERATOR
from yinuo.city.supervision.models import Clock
from yinuo.city.supervision.sweep import sweep
from yinuo.city.texts import in_force
from yinuo.engine.evaluate import evaluate

ZONE = stock.NOW.tzinfo


def accepted(name, day):
    at = datetime(day.year, day.month, day.day, 10, tzinfo=ZONE)
    opening = Act(name, "received", at, {"applicant": "甲"}, kind="application", item="food-permit", unit="market")
    done = cases.record([opening, Act(name, "accepted", at)], actor=cases_town.SYSTEM, now=at)
    assert all(isinstance(one, Done) for one in done), done
    sweep(at)


def due(name, clause="promised"):
    found = Clock.objects.get(case_id=name, clause=clause, institution="time-limit")
    return found.due_at.astimezone(ZONE).date()


def published(day, **changes):
    stock.publish(since=day, now=datetime(day.year, day.month, day.day, 9, tzinfo=UTC) - timedelta(hours=20), **changes)


@pytest.mark.holds("invariant 3", "E042", "E043", shows="/cases/<id>")
def test_a_case_keeps_the_limit_of_the_version_it_was_accepted_under(town):
    accepted("by-text", date(2026, 3, 2))
    published(date(2026, 3, 3), promised="5 workdays", steps=())
    accepted("by-first", date(2026, 3, 3))
    published(date(2026, 3, 4), promised="3 workdays", statutory="15 workdays", steps=())
    accepted("by-second", date(2026, 3, 4))
    sweep(datetime(2026, 3, 5, 10, tzinfo=ZONE))
    assert (due("by-text"), due("by-first"), due("by-second")) == (
        date(2026, 3, 11),
        date(2026, 3, 10),
        date(2026, 3, 9),
    )
    assert (due("by-first", "statutory"), due("by-second", "statutory")) == (date(2026, 3, 31), date(2026, 3, 25))


def test_what_is_published_today_binds_from_tomorrow(town):
    accepted("before", date(2026, 3, 3))
    stock.publish(since=date(2026, 3, 1), promised="5 workdays", steps=(), now=datetime(2026, 3, 3, 15, tzinfo=ZONE))
    accepted("same-day", date(2026, 3, 3))
    accepted("next-day", date(2026, 3, 4))
    assert (due("before"), due("same-day"), due("next-day")) == (
        date(2026, 3, 12),
        date(2026, 3, 12),
        date(2026, 3, 11),
    )


def test_live_equals_replay_of_the_ledger(town):
    accepted("one", date(2026, 3, 2))
    published(date(2026, 3, 3), promised="5 workdays", steps=())
    accepted("two", date(2026, 3, 3))
    commands.withdraw("food-permit", until=date(2026, 3, 5), reason="取消", actor=OPERATOR, now=stock.NOW)
    accepted("three", date(2026, 3, 5))
    now = datetime(2026, 3, 20, 10, tzinfo=ZONE)
    sweep(now)
    said = evaluate(case_queries.log(["one", "two", "three"]), in_force.pack().rules, as_of=now).clocks
    replayed = {
        (row["case_id"], row["clause"]): row["due_at"]
        for row in said.iter_rows(named=True)
        if row["institution"] == "time-limit"
    }
    live = {(one.case_id, one.clause): one.due_at for one in Clock.objects.filter(institution="time-limit")}
    assert live == replayed
    assert due("three") == date(2026, 3, 16)


def test_the_table_is_the_texts_own_where_nothing_is_published(town):
    pack = in_force.pack()
    assert held.frame(pack).equals(pack.tables["items"])
    published(date(2026, 3, 3), promised="5 workdays", steps=())
    rows = held.frame(pack).filter(held.frame(pack)["id"] == "food-permit").select("from", "until", "promised").rows()
    assert rows == [
        (date(2025, 1, 1), date(2025, 7, 1), "10 workdays"), (date(2025, 7, 1), date(2026, 3, 3), "7 workdays"),
        (date(2026, 3, 3), None, "5 workdays"),
    ]  # fmt: skip
    others = pack.tables["items"].filter(pack.tables["items"]["id"] != "food-permit")
    assert held.frame(pack).filter(held.frame(pack)["id"] != "food-permit").equals(others)
