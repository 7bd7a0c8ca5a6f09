"""A file taken by two hands: threads with a connection each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tests.city.api.conftest import event
from yinuo.city.api import importing
from yinuo.city.cases.models import Case
from yinuo.city.ledger import read
from yinuo.city.people.actor import OPERATOR, Actor, Grant

CASES = 60
pytestmark = pytest.mark.django_db(transaction=True)


def lines():
    at = timezone.now() - timedelta(days=2)
    acts = ("received", "accepted", "reviewed", "granted")
    opening = {"kind": "application", "item": "food-permit", "unit": "market"}
    number = 0
    for step, activity in enumerate(acts):
        for case in range(CASES):
            number += 1
            data = opening if step == 0 else {}
            yield number, event(f"h{case}", activity, at=at + timedelta(minutes=step), number=step, **data)


def aim():
    actor = Actor(OPERATOR.id, OPERATOR.name, (Grant("system", "city", covers_city=False),), "city", is_system=True)
    return importing.Aim(actor, None, "import:city", None, timezone.now())


def test_two_hands_write_every_event_once_and_each_case_in_its_order(founded, monkeypatch):
    monkeypatch.setattr(importing, "WINDOW", 50)
    monkeypatch.setattr(importing, "BATCH", 20)
    done = importing.take(lines(), aim(), hands=2)
    assert (done.stored, done.duplicate, done.refused, done.rejected) == (4 * CASES, 0, 0, [])
    for case in range(CASES):
        told = [(one.version, one.activity) for one in read.stream(f"case/h{case}")]
        assert told == [(1, "received"), (2, "accepted"), (3, "reviewed"), (4, "granted")]
    assert Case.objects.filter(status="ended", version=4).count() == CASES
    again = importing.take(lines(), aim(), hands=2)
    assert (again.stored, again.duplicate) == (0, 4 * CASES)


def test_what_breaks_one_hand_is_told_and_the_rest_of_the_file_is_left(founded, monkeypatch):
    def broken(*_args, **_named):
        raise OSError("no room on the disk")

    monkeypatch.setattr(importing.incoming, "outcomes", broken)
    with pytest.raises(OSError, match="no room"):
        importing.take(lines(), aim(), hands=2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_event WHERE stream LIKE 'case/h%'")
        assert cursor.fetchone() == (0,)
