"""What silence made of tasks: the list shows it, keeps it through a rebuild, and one clause that fails stops no other case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from tests.city.cases import town
from tests.city.supervision.staff import local, sweep_all
from tests.city.supervision.test_workers import in_threads, said, start
from yinuo.city.cases import commands, projection, relisting
from yinuo.city.cases.acts import Act
from yinuo.city.cases.models import Task
from yinuo.city.ledger.commands import rebuild
from yinuo.city.supervision.models import Failure

AFTER_SILENCE = local(3, 12, 9)
"""More than five working days after receipt: silence has accepted (institution one-time-notice)."""


def received(*names):
    acts = [
        Act(name, "received", town.NOW, {"applicant": "市民"}, kind="application", item="food-permit", event_id=f"{name}r",
            source="hall", unit="market")
        for name in names
    ]  # fmt: skip
    commands.record(acts, actor=town.SYSTEM, now=town.later(minutes=2))


def listed(case_id):
    return set(Task.objects.filter(case_id=case_id).values_list("step", "key", "state", "unit", "due_since", "done_at"))


@pytest.mark.usefixtures("founded")
def test_a_rebuild_of_the_cases_alone_lists_what_silence_made_due():
    received("a")
    as_left = listed("a")
    sweep_all(AFTER_SILENCE)
    live = listed("a")
    assert live != as_left, "silence has accepted: other steps are due now"
    rebuild(["cases"])
    assert listed("a") == live


@pytest.mark.usefixtures("founded")
@pytest.mark.parametrize("ends", [False, True])
def test_what_silence_is_found_not_to_have_done_is_taken_back(ends):
    received("a")
    sweep_all(AFTER_SILENCE)
    by_silence = listed("a")
    fact = Act(
        "a", "withdrawn" if ends else "accepted", town.later(days=1), source="hall", event_id="late", unit="market"
    )
    commands.record([fact], actor=town.SYSTEM, now=AFTER_SILENCE + timedelta(minutes=1))
    sweep_all(AFTER_SILENCE + timedelta(minutes=2))
    live = listed("a")
    rebuild(["cases"])
    assert listed("a") == live != by_silence


@pytest.mark.usefixtures("founded")
def test_a_case_of_which_a_clause_fails_is_shown_and_the_others_are_listed(monkeypatch):
    received("bad", "good")
    as_left = listed("good")
    real = relisting.as_it_stands

    def failing(state, *given, **named):
        if state.case_id == "bad":
            raise ValueError("no such limit")
        return real(state, *given, **named)

    monkeypatch.setattr(relisting, "as_it_stands", failing)
    swept = sweep_all(AFTER_SILENCE)
    assert [one.fallbacks for one in swept] == [0] * len(swept)
    assert max(one.failed for one in swept) == 1
    assert listed("good") != as_left
    assert Failure.objects.get().case_id == "bad"
    assert [activity for activity, _id in said("bad")].count("evaluation_failed") == 1
    sweep_all(AFTER_SILENCE + timedelta(minutes=6))
    assert [activity for activity, _id in said("bad")].count("evaluation_failed") == 1, "said once, tried again"
    monkeypatch.setattr(relisting, "as_it_stands", real)
    sweep_all(AFTER_SILENCE + timedelta(hours=2))
    assert not Failure.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_nobody_acts_on_a_case_while_its_tasks_are_listed_anew():
    start()
    received("a")

    def act():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            cursor.execute("UPDATE cases_case SET version = version WHERE case_id = 'a'")

    with transaction.atomic():
        assert relisting.relist({"a": AFTER_SILENCE}, projection.ways_in_force()) == {}
        with pytest.raises(OperationalError, match="lock"):
            in_threads(act)
    in_threads(act)
