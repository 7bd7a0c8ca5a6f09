"""Rows of what peers lack, told on the running city: nothing is left out of supervision, standstills are typed and kept."""

from __future__ import annotations

import re
from datetime import timedelta

import orjson
import pytest
from django.db import connection

from tests.city.cases import town
from tests.city.supervision.staff import browser, local, open_cards, states, sweep_all
from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.ledger import models_of_events, read
from yinuo.city.supervision.models import Clock, Finding, Moment


def fact(case_id, activity, *, at, unit="market", **rest):
    return Act(
        case_id,
        activity,
        at,
        rest.pop("fields", {}),
        source="hall",
        event_id=f"{case_id}-{activity}-{at}",
        unit=unit,
        **rest,
    )


def record(*acts, now):
    results = commands.record(acts, actor=town.SYSTEM, now=now)
    assert not [one for one in results if isinstance(one, Refused)], results


def items():
    table = town.demo_city().tables["items"].to_dicts()
    day = town.NOW.date()
    return [row for row in table if row["from"] <= day and (row["until"] is None or day < row["until"])]


@pytest.mark.holds("invariant 20", "E071", shows="/")
def test_invariant_20_every_item_is_supervised_from_acceptance_to_its_end():
    """Whatever the item: a promise runs from acceptance on, and is over when the case is."""
    listed = items()
    assert len(listed) > 15
    for row in listed:
        opening = {"kind": "application", "item": row["id"], "fields": {"applicant": "甲"}}
        record(
            fact(row["id"], "received", at=town.NOW, unit="city", **opening),
            fact(row["id"], "accepted", at=town.later(minutes=1), unit="city"),
            now=town.later(hours=1),
        )
    sweep_all(town.later(hours=1))
    chen = browser("chen")
    board = " ".join(re.sub(r"<[^>]+>", " ", chen.get("/").content.decode()).split())
    assert f" city {len(listed)} " in board.partition("按单位和类别")[2], board
    for row in listed:
        running = Clock.objects.filter(case_id=row["id"], ended_at=None)
        assert {"statutory", "promised"} <= set(running.values_list("clause", flat=True)), row["id"]
        record(fact(row["id"], "granted", at=town.later(hours=2), unit="city"), now=town.later(hours=2))
    sweep_all(town.later(hours=3))
    assert not Clock.objects.filter(
        case_id__in=[row["id"] for row in listed], clause="statutory", ended_at=None
    ).exists()


@pytest.mark.holds("invariant 20", shows="/")
def test_invariant_20_no_kind_of_case_opts_out():
    """Every kind that the text knows is looked at from its first event on."""
    flows = {kind: editions[-1] for kind, editions in town.demo_city().rules.flows().items()}
    assert len(flows) > 5
    for kind, flow in flows.items():
        opens = flow.opens if isinstance(flow.opens, str) else flow.opens[0]
        record(fact(f"a-{kind}", opens, at=town.NOW, kind=kind), now=town.NOW)
    sweep_all(town.later(hours=1))
    seen = set(Moment.objects.values_list("case_id", flat=True))
    assert seen == {f"a-{kind}" for kind in flows}


def special(case_id, type_, *, at, **fields):
    given = {
        "special": "一",
        "procedure": type_,
        "declared": "10 workdays",
        "notice_no": "示告〔2026〕1号",
        "special_basis": "食品安全法第三十五条",
    }
    return town.do(case_id, "special_started", town.HANDLER, at=at, fields={**given, **fields})


@pytest.mark.holds("peer 45", "peer 46", "peer 47", shows="/cases/<id>")
def test_a_special_procedure_stops_the_clock_by_its_type_and_is_kept_with_reason_and_evidence():
    counted, other = town.receive(), town.receive()
    for case_id in (counted, other):
        town.accept(case_id)
    special(counted, "检验", at=local(3, 4, 9))
    special(other, "其他", at=local(3, 4, 9))
    sweep_all(local(3, 5))
    assert (states(counted)["promised"], states(other)["promised"]) == ("paused", "running")
    left = Clock.objects.get(case_id=counted, clause="promised")
    town.do(counted, "special_ended", town.HANDLER, at=local(3, 10, 9), fields={"special": "一"})
    sweep_all(local(3, 10, 10))
    clock = Clock.objects.get(case_id=counted, clause="promised")
    assert (clock.state, clock.paused, clock.used - left.used) == ("running", 4.0, 0.0)
    assert clock.due_at - Clock.objects.get(case_id=other, clause="promised").due_at == timedelta(days=6)
    begun, ended = (event for event in read.stream(f"case/{counted}") if event.activity.startswith("special_"))
    kept = orjson.loads(begun.payload)["fields"]
    assert {"special", "procedure", "declared", "notice_no", "special_basis"} <= set(kept)
    assert (begun.at, ended.at, begun.actor) == (local(3, 4, 9), local(3, 10, 9), town.HANDLER.id)


@pytest.mark.holds("peer 47", "peer 46", shows="/cases/<id>")
def test_a_special_procedure_of_no_known_type_or_without_its_notice_is_refused():
    case_id = town.receive()
    town.accept(case_id)
    for wrong in ({"procedure": "休息"}, {"notice_no": ""}, {"special_basis": ""}, {"declared": ""}):
        with pytest.raises(Refused):
            special(case_id, "检验", at=local(3, 4, 9), **wrong)


@pytest.mark.holds("peer 62", shows="/findings")
def test_a_step_that_was_skipped_and_a_second_request_for_papers_are_cards_too():
    opening = {"kind": "application", "item": "food-permit", "fields": {"applicant": "甲"}}
    asked = {"papers": "身份证复印件", "cause": "材料缺失"}
    record(
        fact("skipped", "received", at=town.NOW, **opening),
        fact("skipped", "granted", at=town.later(minutes=1)),
        fact("twice", "received", at=town.NOW, **opening),
        *(fact("twice", "supplement_requested", at=town.later(minutes=number), fields=asked) for number in (1, 3)),
        now=town.later(hours=1),
    )
    sweep_all(town.later(hours=1))
    assert "accepted-first" in {clause for clause, _level in open_cards("skipped")}
    assert "second-supplement" in {clause for clause, _level in open_cards("twice")}


@pytest.mark.holds("regression 18", shows="/cases/<id>")
def test_regression_18_what_one_case_costs_does_not_grow_with_the_day():
    """The same statements, and none that counts, ranks or reads all cases of the day, before and after hundreds of others."""
    from django.test.utils import CaptureQueriesContext

    reader = browser("chen")

    def cost(number):
        with CaptureQueriesContext(connection) as asked:
            case_id = town.receive(at=town.later(minutes=number))
            town.accept(case_id, at=town.later(minutes=number + 1))
        with CaptureQueriesContext(connection) as judged:
            sweep_all(town.later(minutes=number + 2))
        with CaptureQueriesContext(connection) as shown:
            assert reader.get(f"/cases/{case_id}").status_code == 200
        return [query["sql"] for query in asked], (len(judged), len(shown))

    cost(0)
    first, looked = cost(10)
    opening = {"kind": "application", "item": "food-permit", "fields": {"applicant": "甲"}}
    record(
        *(fact(f"c{number}", "received", at=town.later(minutes=20), **opening) for number in range(400)),
        now=town.later(minutes=21),
    )
    sweep_all(town.later(minutes=22))
    last, looked_again = cost(40)
    assert (len(last), looked_again) == (len(first), looked)
    for statement in last:
        if "an entry of a register" in statement:
            continue  # of registers, not of the day's cases
        lowered = statement.lower()
        assert not any(word in lowered for word in ("count(*)", "max(receipt", "rank()", "row_number()")), statement[
            :200
        ]


@pytest.mark.holds("invariant 21", shows="docs/ledger.md")
def test_every_event_of_a_city_at_work_has_a_model_that_reads_it():
    """Everything appended by people, texts, cases and supervision, whatever stream it lies in."""
    case_id = town.receive()
    town.accept(case_id)
    special(case_id, "检验", at=local(3, 4, 9))
    sweep_all(local(4, 30))
    events = [event for part in read.replay({""}, at_a_time=500) for event in part]
    assert {event.stream.partition("/")[0] for event in events} >= {"case", "said", "people", "text"}
    for event in events:
        kind = models_of_events.kind_of(event.stream, event.activity)
        assert models_of_events.read(kind, event.payload), event.activity
    assert Finding.objects.exists()


def test_an_event_of_an_area_that_is_missing_is_told():
    with pytest.raises(models_of_events.UnknownModel, match="no model is registered"):
        models_of_events.kind_of("weather/today", "rained")
