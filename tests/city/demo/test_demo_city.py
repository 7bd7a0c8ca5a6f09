"""Demo City: a plan that follows from its seed, played by the commands of people, and the figures it was told to have."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
import pytest
from django.db import connection

from yinuo.city.cases import queries
from yinuo.city.cases.models import Case
from yinuo.city.hall.queue.tickets import today
from yinuo.city.openness import records
from yinuo.city.pages.words import Words
from yinuo.city.supervision.cards import card_of
from yinuo.city.texts import in_force
from yinuo.cli.demo import city, disclosed, rounds
from yinuo.cli.demo.plan import Shares
from yinuo.cli.demo.scenes import everything
from yinuo.cli.demo.scenes import today as scene
from yinuo.cli.demo.scripts import plan
from yinuo.cli.demo.year import play
from yinuo.engine.evaluate import evaluate
from yinuo.engine.statistics import wilson
from yinuo.rulebook.loader import load_pack

SHARES = Shares(
    late=0.15,
    supplemented=0.3,
    returned=0.4,
    handed_on=0.8,
    inquiries=0.3,
    rated=0.2,
    rated_online=0.3,
    rated_badly=0.4,
    lanes=0.15,
)
FIRST, LAST = date(2026, 3, 2), datetime(2026, 5, 20, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def told():
    return city.Told(FIRST, cases=700, seed=7, shares=SHARES)


@pytest.fixture
def played(db, told, settings, tmp_path):
    pack = load_pack("demo-city")
    demand = told.demand(pack, today=LAST.date())
    cast = city.make_city(pack, demand.office, seed=told.seed, password="demo")
    settings.MEDIA_ROOT = tmp_path
    disclosed.keep_files(LAST)
    acts = everything.acts(demand, pack, now=LAST)
    result = play(acts, cast, office=demand.office, until=LAST, seed=told.seed, tell=lambda day: None)
    assert result.refused == []
    return demand, cast


def counted(statement: str) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()


def test_the_same_seed_plans_the_same_acts(told):
    pack = load_pack("demo-city")
    one, two = (plan(told.demand(pack, today=LAST.date())) for _ in range(2))
    assert one == two
    assert len({act.event_id for act in one}) == len(one) > 500


@pytest.mark.parametrize("seed", range(8))
def test_the_acts_of_a_case_are_planned_one_after_the_other(seed):
    told = city.Told(FIRST, cases=4_000, seed=seed, shares=SHARES)
    planned = plan(told.demand(load_pack("demo-city"), today=LAST.date()))
    numbers: dict[str, int] = {}
    for act in planned:
        assert act.number == numbers.get(act.case_id, 0), act
        numbers[act.case_id] = act.number + 1
    assert len(planned) > 2_000


def must_hold(share: float, statement: str) -> None:
    hits, n = counted(statement)
    low, high = wilson(hits, n, z=3.29)
    assert n >= 15, n
    assert low <= share <= high, (hits, n, low, high)


def test_a_played_city_equals_its_replay_and_has_the_shares_it_was_told(played):
    demand, cast = played
    must_hold(
        SHARES.late,
        """SELECT count(*) FILTER (WHERE state IN ('late', 'overdue')), count(*) FROM supervision_clock
           WHERE clause = 'promised' AND state IN ('kept', 'late', 'overdue')""",
    )
    must_hold(
        SHARES.supplemented,
        """SELECT count(*) FILTER (WHERE e.activity = 'supplement_requested'), count(*) FILTER (WHERE e.activity = 'received')
           FROM ledger_event e""",
    )
    must_hold(
        SHARES.returned,
        """SELECT count(*) FILTER (WHERE activity = 'handover_returned'), count(*) FILTER (WHERE activity = 'handover_offered')
           FROM ledger_event""",
    )
    assert play(plan(demand), cast, office=demand.office, until=LAST, seed=7, tell=lambda day: None).done == 0
    live_equals_replay()
    what_is_disclosed_is_read_by_everybody()
    the_leading_group_keeps_its_own_rules(cast)
    invariant_22_every_broken_promise_has_exactly_one_order()
    applicants_rate_and_what_is_bad_is_put_right_in_time()
    lanes_are_granted_only_where_the_text_gives_them()
    the_hall_has_people_today(cast, demand)


def lanes_are_granted_only_where_the_text_gives_them() -> None:
    asked, answered = counted(
        """SELECT count(*) FILTER (WHERE activity = 'lane_asked'),
                  count(*) FILTER (WHERE activity IN ('lane_granted', 'lane_refused')) FROM ledger_event"""
    )
    assert asked - 1 == answered > 3
    granted, broken = counted(
        """SELECT count(*) FILTER (WHERE clause = 'lane-limit' AND state = 'kept'),
                  count(*) FILTER (WHERE state IN ('late', 'overdue'))
           FROM supervision_clock WHERE institution = 'priority-lanes'"""
    )
    assert (granted > 1, broken) == (True, 0)
    assert counted("SELECT count(*), 0 FROM supervision_finding WHERE institution = 'priority-lanes'") == (0, 0)


def the_hall_has_people_today(cast, demand) -> None:
    tickets = today("service-centre", now=LAST)
    assert {one.service for one in tickets} == {"general", "business", "social", "building"}
    for service in ("general", "business", "social", "building"):
        numbers = [one.number for one in tickets if one.service == service]
        assert [int(number[1:]) for number in numbers] == list(range(1, len(numbers) + 1))
    at_counters = [one.counter for one in tickets if one.is_at_counter]
    assert sorted(at_counters) == ["1", "2", "3", "4", "5", "6", "7"]
    assert sum(one.is_waiting for one in tickets) == 12
    assert sum(one.is_served for one in tickets) > 10 > sum(one.is_missed for one in tickets) > 0
    booked, ahead = counted(
        """SELECT count(*), count(*) FILTER (WHERE (fields ->> 'slot_at')::timestamptz > '2026-05-21')
           FROM cases_case WHERE kind = 'appointment'"""
    )
    assert booked > ahead > 3
    late, _ = counted(
        "SELECT count(*) FILTER (WHERE state IN ('late', 'overdue')), 0 FROM supervision_clock WHERE institution IN ('queue', 'appointment')"
    )
    assert late == 0
    again = scene.plan(load_pack("demo-city"), seed=7, now=LAST)
    assert play(again, cast, office=demand.office, until=LAST, seed=7, tell=lambda day: None).done == 0
    the_next_day_those_who_waited_have_left(cast, demand)


def the_next_day_those_who_waited_have_left(cast, demand) -> None:
    tomorrow = LAST + timedelta(days=1)
    acts = scene.plan(load_pack("demo-city"), seed=7, now=tomorrow)
    assert play(acts, cast, office=demand.office, until=tomorrow, seed=7, tell=lambda day: None).refused == []
    assert counted(
        "SELECT count(*) FILTER (WHERE opened_at < '2026-05-20 16:00Z'), count(*) FROM cases_case WHERE kind = 'ticket' AND status = 'open'"
    ) == (0, 19)


def applicants_rate_and_what_is_bad_is_put_right_in_time() -> None:
    rated, by_window, elsewhere = counted(
        """SELECT count(*), count(*) FILTER (WHERE e.actor NOT LIKE 'receipt:%'), count(*) FILTER (WHERE e.unit IS DISTINCT FROM c.unit)
           FROM ledger_event AS e JOIN cases_case AS c ON e.stream = 'case/' || c.case_id WHERE e.activity = 'rated'"""
    )
    assert (rated > 15, by_window, elsewhere) == (True, 0, 0)
    bad, dealt_with = counted(
        """SELECT count(*), count(*) FILTER (WHERE status = 'ended') FROM cases_case WHERE kind = 'bad-rating'"""
    )
    assert bad >= dealt_with > 2
    by_default, late = counted(
        """SELECT count(*) FILTER (WHERE clause = 'rate' AND state = 'deemed'),
                  count(*) FILTER (WHERE clause <> 'rate' AND state IN ('late', 'overdue'))
           FROM supervision_clock WHERE institution = 'rating'"""
    )
    assert (by_default > 5, late) == (True, 0)


def what_is_disclosed_is_read_by_everybody() -> None:
    records.forget()
    found = records.books(Words(), *records.BOOKS.values())
    assert {kind: len(one) for kind, one in found.items()} == {
        records.CATALOGUE: 13, records.RELEASES: 9, records.DECISIONS: 3, records.ANSWERS: 10,
    }  # fmt: skip
    assert [one.title for one in found[records.RELEASES] if one.files] == ["餐饮环节食品抽检结果（第一期）"]
    stale = {one.title for one in records.fresh(found[records.CATALOGUE]) if one.is_stale}
    assert stale == {"房屋市政工程安全检查情况", "上坪村土地发包和宅基地"}


def the_leading_group_keeps_its_own_rules(cast):
    """Its rounds and cycles are acts of those whose steps they are: no card says otherwise."""
    assert rounds.enter(load_pack("demo-city"), cast, first=FIRST, now=LAST) > 100
    log = queries.log(list(Case.objects.filter(kind__in=("round", "conduct-year")).values_list("case_id", flat=True)))
    found = evaluate(log, in_force.rules(), as_of=LAST).findings
    assert found.select("case_id", "clause", "why_args").rows() == []


def live_equals_replay() -> None:
    """At every moment something was said, the cards open by then are those `evaluate` finds with what was known."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_id FROM cases_case")
        log = queries.log([case_id for (case_id,) in cursor.fetchall()])
        cursor.execute(
            "SELECT recorded_at, activity, payload FROM ledger_event WHERE stream LIKE 'said/%' ORDER BY recorded_at, position"
        )
        said = cursor.fetchall()
    moments = sorted({recorded_at for recorded_at, *_ in said})
    assert len(moments) > 20
    for moment in moments[:: max(1, len(moments) // 12)]:
        open_then: set[str] = set()
        for recorded_at, activity, payload in said:
            if recorded_at <= moment and activity == "finding_raised":
                open_then.add(orjson.loads(payload)["card"])
            elif recorded_at <= moment and activity in {"finding_cleared", "finding_withdrawn"}:
                open_then.discard(orjson.loads(payload)["card"])
        found = evaluate(log, in_force.rules(), as_of=moment.astimezone(UTC), known_at=moment.astimezone(UTC)).findings
        wanted = {
            card_of(row["finding_id"], row["raised_at"])
            for row in found.iter_rows(named=True)
            if row["cleared_at"] is None
        }
        assert open_then == wanted, moment


def invariant_22_every_broken_promise_has_exactly_one_order() -> None:
    lapsed, orders = counted(
        """SELECT (SELECT count(DISTINCT (case_id, clause, due_at)) FROM supervision_clock
                   WHERE clause IN ('promised', 'statutory') AND state IN ('late', 'overdue')),
                  (SELECT count(*) FROM cases_case WHERE kind = 'order')"""
    )
    assert lapsed == orders > 5
