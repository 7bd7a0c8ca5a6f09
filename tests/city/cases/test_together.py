"""Several people, or several processes, at the same moment."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from tests.city.cases import town
from yinuo.city.cases import commands, numbers
from yinuo.city.cases.acts import Act, Done, Refused
from yinuo.city.cases.models import Case
from yinuo.city.ledger import read

pytestmark = pytest.mark.django_db(transaction=True)


def together(*doings):
    """Do these things at the same moment, each in a thread with a connection of its own; what came of each."""
    results, gate = [None] * len(doings), threading.Barrier(len(doings))

    def run(index, doing):
        try:
            gate.wait(timeout=30)
            results[index] = doing()
        except Exception as error:  # noqa: BLE001 - what came of it is the result
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(doings)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def codes(results):
    return sorted("done" if isinstance(one, Done) else getattr(one, "code", repr(one)) for one in results)


@pytest.mark.holds("peer 34", shows="/cases/<id>")
def test_of_several_who_do_the_same_step_one_does_it():
    for number in range(5):
        case_id = town.receive(at=town.later(minutes=number))
        at = town.later(hours=1)
        results = together(*[lambda: town.accept(case_id, at=at)] * 4)  # noqa: B023
        assert codes(results) == ["done", "step_not_due", "step_not_due", "step_not_due"]
        assert Case.objects.get(case_id=case_id).version == 2


@pytest.mark.holds("peer 34", shows="/cases/<id>")
def test_acts_that_do_not_meet_are_all_done():
    case_id = town.receive()
    town.accept(case_id)
    acts = [
        lambda: town.do(case_id, "explained", town.HANDLER, at=town.later(hours=1)),
        lambda: town.do(case_id, "reviewed", town.HANDLER, at=town.later(hours=1)),
        lambda: town.do(case_id, "transferred", town.HANDLER, fields={"to_unit": "market"}, at=town.later(hours=1)),
    ]
    assert codes(together(*acts)) == ["done"] * 3
    assert Case.objects.get(case_id=case_id).version == 5
    assert [one.version for one in read.stream(f"case/{case_id}")] == [1, 2, 3, 4, 5]


@pytest.mark.holds("invariant 22", "peer 34", shows="/cases/<id>")
def test_invariant_22_two_offices_at_one_moment_open_one_order():
    fields = {
        "about": "a-case", "broken_clause": "promised", "broken_due": "2026-02-27", "to_unit": "market",
        "deadline": "2026-03-06",
    }  # fmt: skip

    def order(actor):
        return lambda: town.do(None, "ordered", actor, kind="order", unit="supervising-office", fields=fields)

    results = together(order(town.OFFICE), order(town.OFFICE_TOO), order(town.OFFICE))
    assert codes(results) == ["blocked", "blocked", "done"]


@pytest.mark.holds("peer 34", shows="/cases/<id>")
def test_one_form_sent_several_times_at_once_opens_one_case():
    def send():
        return town.do(
            None, "received", town.CLERK, kind="application", unit="market", item="food-permit",
            fields={"applicant": "甲"}, event_id="form-1",
        )  # fmt: skip

    results = together(send, send, send, send)
    assert codes(results) == ["done"] * 4
    assert len({one.case_id for one in results}) == 1
    assert Case.objects.count() == 1


def test_facts_and_acts_on_one_case_leave_one_history():
    case_id = town.receive()

    def report(number):
        act = Act(case_id, "explained", town.later(hours=number), unit="market", source="hall", event_id=f"e{number}")
        return lambda: commands.record([act], actor=town.SYSTEM, now=town.later(days=1))[0]

    results = together(report(1), report(2), report(3), lambda: town.accept(case_id, at=town.later(hours=4)))
    assert codes(results) == ["done"] * 4
    case = Case.objects.get(case_id=case_id)
    assert case.version == 5
    assert '"accepted"' in case.state
    assert '"explained":[3,' in case.state


@pytest.mark.holds("regression 17", shows="/cases")
def test_regression_17_several_processes_never_give_one_number_twice():
    def take():
        with transaction.atomic():
            return numbers.serials(3_000)

    found = [serial for many in together(take, take, take, take) for serial in many]
    assert len(set(found)) == 12_000


def test_an_act_that_fails_half_way_the_long_way_leaves_nothing(monkeypatch):
    case_id = town.receive()

    def broken(*_args, **_rest):
        raise OSError("no room on the disk")

    monkeypatch.setattr("yinuo.city.cases.acting.write_at_once", lambda _decided: None)
    monkeypatch.setattr("yinuo.city.cases.projection.write", broken)
    with pytest.raises(OSError, match="no room"):
        town.accept(case_id)
    monkeypatch.undo()
    assert len(read.stream(f"case/{case_id}")) == 1
    assert Case.objects.get(case_id=case_id).version == 1
    town.accept(case_id)


def test_when_everybody_is_at_one_case_the_last_is_asked_to_try_again(monkeypatch):
    case_id = town.receive()
    monkeypatch.setattr(commands, "TRIES", 0)
    with pytest.raises(Refused) as refused:
        town.accept(case_id)
    assert refused.value.code == "busy"
