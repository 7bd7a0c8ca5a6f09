"""Several workers, killed workers, downtime, a clock that goes backwards: nothing is lost and nothing said twice (regression 15)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from tests.city.cases import town
from tests.city.supervision import staff
from tests.city.supervision.staff import local, open_cards, sweep_all, told
from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act
from yinuo.city.cases.models import Case, Look
from yinuo.city.ledger import read
from yinuo.city.supervision import sweep as sweeping
from yinuo.city.supervision.models import Failure, Finding, Moment
from yinuo.city.supervision.sweep import sweep


def start():
    with transaction.atomic():
        town.found()
        staff.appoint()


def accepted(count, *, prefix="c"):
    acts = []
    for number in range(count):
        name = f"{prefix}{number:03}"
        given = {"source": "hall", "unit": "market"}
        acts += [
            Act(name, "received", town.NOW, {"applicant": "市民"}, kind="application", item="food-permit", event_id=f"{name}r", **given),
            Act(name, "accepted", town.NOW + timedelta(minutes=1), event_id=f"{name}a", **given),
        ]  # fmt: skip
    commands.record(acts, actor=town.SYSTEM, now=town.later(minutes=2))
    return [f"{prefix}{number:03}" for number in range(count)]


def said(case_id):
    return [(event.activity, event.event_id) for event in read.stream(f"said/{case_id}")]


def in_threads(*calls):
    """Run calls at the same time, each with a connection of its own; raises the first error."""
    errors = []

    def run(call):
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - told to the test below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@pytest.mark.holds("peer 57", "regression 15", shows="yinuo work")
@pytest.mark.django_db(transaction=True)
def test_peers_57_several_workers_say_everything_exactly_once():
    start()
    cases = accepted(60)
    now = local(3, 12, 9)

    def work():
        while not sweep(now, 7).is_idle:
            pass

    in_threads(work, work, work)
    sweep_all(now)
    yellow = Finding.objects.filter(clause="promised", level="yellow")
    assert sorted(yellow.values_list("case_id", flat=True)) == cases
    for case_id in cases:
        ids = said(case_id)
        assert len(ids) == len(set(ids))
        assert sum(name == "finding_raised" for name, _ in ids) == Finding.objects.filter(case_id=case_id).count()
    assert Case.objects.filter(kind="order").count() == len(cases), "invariant 22: one order per due date"
    assert len(told("zhou", "case_opened")) == len(cases)


@pytest.mark.holds("regression 15", "peer 57", shows="yinuo work")
@pytest.mark.django_db(transaction=True)
def test_regression_15_a_worker_killed_between_the_card_and_the_notice_loses_and_repeats_nothing(monkeypatch):
    start()
    (case_id,) = accepted(1)
    sweep_all(town.later(minutes=3))

    class Killed(BaseException):
        """As if by kill -9: no handler of the sweep sees it."""

    def killed(*_args, **_given):
        assert Finding.objects.filter(case_id=case_id, clause="promised").exists(), "the card is written"
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(sweeping.telling, "tell", killed)
        with pytest.raises(Killed):
            sweep(local(3, 12, 9))
    assert not Finding.objects.filter(case_id=case_id).exists()
    assert said(case_id) == []
    sweep_all(local(3, 12, 9, 1))
    assert ("promised", "yellow") in open_cards(case_id)
    cards = Finding.objects.filter(case_id=case_id, status="open").values_list("card", flat=True)
    for card in cards:
        assert len([key for key in told("zhao", "card_raised") if card in key]) == 1


@pytest.mark.django_db(transaction=True)
def test_what_happens_while_a_worker_has_the_case_is_not_lost():
    start()
    (case_id,) = accepted(1)
    sweep_all(town.later(minutes=3))
    Look.objects.create(case_id=case_id)
    with transaction.atomic():
        list(Moment.objects.select_for_update().filter(case_id=case_id))
        in_threads(lambda: sweep(town.later(minutes=4)))
    assert not Look.objects.exists()
    assert sum(one.cases for one in sweep_all(town.later(minutes=5))) == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("founded")
class TestOneWorker:
    @pytest.mark.holds("peer 58", shows="yinuo work")
    def test_peers_58_after_downtime_missed_rungs_are_raised_in_order_and_only_what_is_open_is_told(self):
        (case_id,) = accepted(1)
        sweep_all(town.later(minutes=3))
        sweep_all(local(4, 8))
        promised = [
            (event.activity, event.at)
            for event in read.stream(f"said/{case_id}")
            if '"clause":"promised"' in event.payload or event.activity == "finding_cleared"
        ]
        assert promised == sorted(promised, key=lambda row: row[1])
        cards = Finding.objects.filter(case_id=case_id, clause="promised").order_by("raised_at")
        assert [(card.level, card.status) for card in cards] == [
            ("prompt", "cleared"), ("warning", "cleared"), ("yellow", "open"),
        ]  # fmt: skip
        keys = told("zhao", "card_raised")
        assert not any(card.card in key for card in cards if card.status == "cleared" for key in keys)

    @pytest.mark.holds("regression 15", shows="yinuo work")
    def test_regression_15_a_clock_that_goes_backwards_takes_nothing_back(self):
        (case_id,) = accepted(1)
        sweep_all(local(3, 12, 9))
        before = set(Finding.objects.values_list("card", "status"))
        Look.objects.create(case_id=case_id)
        sweep_all(local(3, 10))
        assert set(Finding.objects.values_list("card", "status")) == before
        assert not any(name == "finding_withdrawn" for name, _ in said(case_id))
        sweep_all(local(3, 12, 10))
        assert set(Finding.objects.filter(case_id=case_id).values_list("card", "status")) <= before

    def test_an_event_from_a_clock_that_runs_ahead_is_seen_when_its_moment_comes(self):
        (case_id,) = accepted(1)
        sweep_all(town.later(minutes=3))
        ahead = town.later(minutes=10)
        act = Act(case_id, "withdrawn", ahead, source="hall", event_id="w", unit="market")
        commands.record([act], actor=town.SYSTEM, now=ahead)
        sweep_all(town.later(minutes=5))
        assert Moment.objects.get(case_id=case_id).next_at == ahead
        sweep_all(ahead)
        assert staff.states(case_id)["promised"] == "void"

    def test_what_is_recorded_late_withdraws_a_card_that_never_was_true(self):
        (case_id,) = accepted(1)
        sweep_all(local(3, 12, 9))
        assert ("promised", "yellow") in open_cards(case_id)
        acts = [
            Act(case_id, name, local(3, 10, 9), source="hall", event_id=name, unit="market")
            for name in ("reviewed", "granted")
        ]
        commands.record(acts, actor=town.SYSTEM, now=local(3, 13))
        sweep_all(local(3, 13))
        card = Finding.objects.get(case_id=case_id, clause="promised", level="yellow")
        assert card.status == "withdrawn"
        payloads = [event.payload for event in read.stream(f"said/{case_id}") if event.activity == "finding_withdrawn"]
        assert all('"cause":"recorded_late"' in payload for payload in payloads)

    def test_a_case_that_cannot_be_evaluated_is_shown_and_stops_nobody(self, monkeypatch):
        cases = accepted(5)
        from yinuo.city.supervision import looking

        true = looking.evaluate

        def broken(log, rules, **given):
            if cases[2] in set(log.cases["case_id"]):
                raise ZeroDivisionError("a text that divides by nothing")
            return true(log, rules, **given)

        with monkeypatch.context() as patch:
            patch.setattr(looking, "evaluate", broken)
            done = sweep_all(town.later(minutes=3))
            assert sum(one.failed for one in done) == 1
        row = Failure.objects.get()
        assert (row.case_id, row.times) == (cases[2], 1)
        assert "divides by nothing" in row.error
        assert [name for name, _ in said(cases[2])] == ["evaluation_failed"]
        assert staff.states(cases[1])["promised"] == "running"
        sweep_all(town.later(minutes=9))
        assert not Failure.objects.exists()
        assert staff.states(cases[2])["promised"] == "running"

    def test_a_case_that_cannot_be_written_down_stops_nobody(self, monkeypatch):
        cases = accepted(4)
        true = sweeping.put_moments

        def broken(rows, **given):
            if cases[1] in rows["case_id"]:
                raise ValueError("no place to write")
            true(rows, **given)

        monkeypatch.setattr(sweeping, "put_moments", broken)
        done = sweep(town.later(minutes=3))
        assert (done.failed, done.fallbacks) == (1, 1)
        assert Failure.objects.get().case_id == cases[1]
        assert staff.states(cases[3])["promised"] == "running"

    def test_the_gravest_and_soonest_are_served_first(self):
        accepted(3)
        sweep_all(town.later(minutes=3))
        Moment.objects.filter(case_id="c000").update(next_at=local(3, 3), next_rank=1)
        Moment.objects.filter(case_id="c001").update(next_at=local(3, 3), next_rank=4)
        Moment.objects.filter(case_id="c002").update(next_at=local(3, 2, 12), next_rank=0)
        order = [row[0] for row in sweeping.run("claim_moments", now=local(3, 4), limit=3)]
        assert order == ["c002", "c001", "c000"]

    def test_a_scope_that_grows_is_followed_by_cards_and_clocks(self):
        (case_id,) = accepted(1)
        sweep_all(local(3, 12, 9))
        town.do(case_id, "transferred", town.CHIEF, at=local(3, 12, 10), fields={"to_unit": "police"})
        sweep_all(local(3, 12, 11))
        scopes = [set(scope) for scope in Finding.objects.filter(case_id=case_id).values_list("scope", flat=True)]
        assert scopes
        assert all("police" in scope for scope in scopes)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT bool_and('police' = ANY(scope)) FROM supervision_clock WHERE case_id = %s", [case_id]
            )
            assert cursor.fetchone() == (True,)
