"""What a clause looks up in a register is read from the ledger, on the act that would break it and afterwards."""

from datetime import timedelta

import pytest

from tests.city.cases import town
from yinuo.city.cases import commands, queries
from yinuo.city.cases.acts import Act, Refused
from yinuo.engine.evaluate import evaluate

pytestmark = pytest.mark.django_db
BOOK = "priority-lanes/key-project"
OFFICE = town.person("林静", "agency_head", "city", works_in="supervising-office")


def record(case_id, activity, at, kind=None, **fields):
    act = Act(
        case_id=case_id, activity=activity, at=at, fields=fields, kind=kind, unit="market" if kind else None,
        source="system:hall", event_id=f"{case_id}/{activity}",
    )  # fmt: skip
    (done,) = commands.record([act], actor=town.SYSTEM, now=at)
    assert not isinstance(done, Refused), done


def ask_for_the_green_channel(case_id, at):
    record(case_id, "lane_asked", at, kind="lane-request", asked_lane="绿色通道", project_no="2026-07")


def grant(case_id, at):
    fields = {"lane": "green", "lane_reason": "重点项目", "lane_approver": "周局"}
    commands.act(
        Act(case_id=case_id, activity="lane_granted", at=at, fields=fields, event_id=f"{case_id}/lane_granted"),
        actor=town.CHIEF, now=at,
    )  # fmt: skip


def test_a_project_counts_from_the_day_its_entry_is_verified_until_it_is_struck():
    day = town.NOW
    record("p", "entered", day, kind=BOOK, number="2026-07", title="水厂")
    ask_for_the_green_channel("r1", day)
    with pytest.raises(Refused) as refused:
        grant("r1", day)
    assert refused.value.clause == "priority-lanes/lane.given"
    assert "市重点重大项目名录" in refused.value.sentence
    day += timedelta(days=1)
    record("p", "verified", day)
    ask_for_the_green_channel("r2", day)
    grant("r2", day + timedelta(minutes=1))
    said = evaluate(queries.log(["r2"]), town.demo_city().rules, as_of=day + timedelta(minutes=2))
    assert said.findings.filter(said.findings["clause"] == "lane.given").is_empty()
    day += timedelta(days=1)
    record("p", "struck", day, struck_reason="已竣工")
    ask_for_the_green_channel("r3", day)
    with pytest.raises(Refused):
        grant("r3", day)


def test_a_book_is_read_again_only_when_an_entry_changed(django_assert_num_queries):
    ways = queries.ways_in_force()
    assert set(queries.books(ways)) >= {"key-project"}
    held = len(queries.books(ways))
    with django_assert_num_queries(held):
        queries.books(ways)
    record("p", "entered", town.NOW, kind=BOOK, number="2026-07", title="水厂")
    record("p", "verified", town.NOW)
    rows = queries.books(ways)["key-project"]
    assert rows.select("id", "number", "title").rows() == [("p", "2026-07", "水厂")]
