"""Appending to one stream: the contract of `append`, and invariant 21."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from tests.city.ledger.made import NOW, event
from yinuo.city.ledger import read
from yinuo.city.ledger.append import append
from yinuo.city.ledger.canonical import NotCanonical
from yinuo.city.ledger.digest import GENESIS, chained, moment
from yinuo.city.ledger.events import Conflict, Unfit, WrongStream
from yinuo.city.ledger.read import hashing

pytestmark = pytest.mark.django_db


def test_what_is_appended_is_read_as_it_was_returned():
    first = append([event("case/1", 1), event("case/1", 2, actor=None, unit=None)], expected=0, recorded_at=NOW)
    second = append([event("case/1", 3)], expected=2, recorded_at=NOW + timedelta(seconds=1))
    assert read.stream("case/1") == first + second
    assert [one.version for one in first + second] == [1, 2, 3]
    assert read.stream("case/1", after=2) == second
    assert read.streams(["case/1", "case/none"]) == {"case/1": first + second, "case/none": ()}


@pytest.mark.holds("regression 22", "peer 99", shows="/cases/<id>/proof")
def test_each_digest_covers_the_one_before():
    stored = append([event("case/1", n) for n in range(1, 4)], expected=0, recorded_at=NOW)
    prev = GENESIS
    for one in stored:
        columns = (
            one.stream, str(one.version), one.source, one.event_id, one.activity, moment(one.at), moment(one.recorded_at),
            one.actor, one.unit, one.payload,
        )  # fmt: skip
        assert (one.prev, one.digest) == (prev, chained(hashing(), prev, columns))
        prev = one.digest


def test_an_event_already_there_is_returned_as_stored_whatever_version_was_expected():
    stored = append([event("case/1", 1)], expected=0, recorded_at=NOW)
    later = NOW + timedelta(days=1)
    for expected in (0, 1, 7, None):
        assert append([event("case/1", 1)], expected=expected, recorded_at=later) == stored
    assert read.stream("case/1") == stored


def test_new_events_beside_known_ones_are_written():
    stored = append([event("case/1", 1)], expected=0, recorded_at=NOW)
    again = append([event("case/1", 2), event("case/1", 1), event("case/1", 2)], expected=1, recorded_at=NOW)
    assert [one.version for one in again] == [2, 1, 2]
    assert again[1:2] == stored
    assert len(read.stream("case/1")) == 2


@pytest.mark.parametrize("expected", [0, 1, 3])
def test_conflict_names_the_version_found_and_writes_nothing(expected):
    append([event("case/1", 1), event("case/1", 2)], expected=0, recorded_at=NOW)
    with pytest.raises(Conflict) as raised:
        append([event("case/1", 3)], expected=expected, recorded_at=NOW)
    assert (raised.value.stream, raised.value.expected, raised.value.found) == ("case/1", expected, 2)
    assert len(read.stream("case/1")) == 2
    append([event("case/1", 3)], expected=2, recorded_at=NOW)


def test_an_event_of_another_stream_is_refused_and_nothing_is_written():
    append([event("case/1", 1)], expected=0, recorded_at=NOW)
    stolen = event("case/2", 1, event_id="case/1#1")
    for expected in (0, None):
        with pytest.raises(WrongStream) as raised:
            append([event("case/2", 2), stolen], expected=expected, recorded_at=NOW)
        assert raised.value.stream == "case/1"
    assert read.stream("case/2") == ()
    append([event("case/2", 2)], expected=0, recorded_at=NOW)
    with pytest.raises(WrongStream):
        append([stolen], expected=1, recorded_at=NOW)


def test_a_head_remembered_wrongly_does_not_matter():
    append([event("case/1", 1)], expected=0, recorded_at=NOW)
    for wrong in ((0, GENESIS), (1, b"x" * 32), (9, b"y" * 32)):
        read.remember("case/1", wrong)
        number = len(read.stream("case/1")) + 1
        read.remember("case/1", wrong)
        append([event("case/1", number)], expected=None, recorded_at=NOW)
    assert [one.version for one in read.stream("case/1")] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "changed",
    [{"source": ""}, {"event_id": "a\0b"}, {"activity": "接\ud800"}, {"at": NOW.replace(tzinfo=None)}, {"unit": ""}],
)
def test_what_cannot_be_stored_is_refused_by_column(changed):
    with pytest.raises(Unfit, match=next(iter(changed))):
        append([event("case/1", 1, **changed)], expected=0, recorded_at=NOW)


def test_floats_are_refused():
    with pytest.raises(NotCanonical, match="share"):
        append([event("case/1", 1, payload={"v": 1, "share": 0.5})], expected=0, recorded_at=NOW)
    assert read.stream("case/1") == ()


@pytest.mark.holds("invariant 21", shows="yinuo verify")
@pytest.mark.parametrize("table", ["ledger_event", "ledger_event_07", "ledger_root"])
@pytest.mark.parametrize("statement", ["update {} set digest = ''", "delete from {}", "truncate {}"])
def test_invariant_21_the_database_refuses_to_change_the_ledger(table, statement):
    append([event("case/1", 1)], expected=0, recorded_at=NOW)
    with pytest.raises(DatabaseError, match="is refused: what is in the ledger stays"), transaction.atomic():
        connection.cursor().execute(statement.format(table))
    assert len(read.stream("case/1")) == 1
