"""A single fact goes a shorter way than a batch; what comes of it is the same (regression 23)."""

from __future__ import annotations

from tests.city.cases import town
from tests.city.cases.test_recording import fact, received, record, whole
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.models import Look
from yinuo.city.ledger import read


def acts(case_id):
    return [
        received(case_id),
        fact(case_id, "accepted", number=2, at=town.later(hours=1)),
        fact(case_id, "reviewed", number=3, at=town.later(minutes=30)),
    ]


def without(rows, case_id):
    """The rows with what names the case, its receipt and its last digest left out."""
    left = [[{**row, "head": None, "words": None, "receipt": None} for row in many] for many in rows]
    receipt = rows[0][0]["receipt"]
    return repr(left).replace(case_id, "CASE").replace(receipt, "RECEIPT")


def test_regression_23_one_by_one_and_all_at_once_leave_the_same_case():
    single = [record(one)[0] for one in acts("single")]
    batch = record(*acts("batched"))
    assert [one.version for one in single] == [one.version for one in batch] == [1, 2, 3]
    assert without(whole("single"), "single") == without(whole("batched"), "batched")
    assert Look.objects.filter(case_id="single").exists()


def test_a_single_fact_again_is_answered_and_not_written():
    once = [record(one)[0] for one in acts("again")]
    before, looks = whole("again"), Look.objects.count()
    assert [record(one)[0] for one in acts("again")] == [one._replace(is_new=False) for one in once]
    assert (whole("again"), Look.objects.count()) == (before, looks)


def test_an_id_used_for_another_case_is_refused_and_opens_nothing():
    record(received("first"))
    same = {"source": "hall", "event_id": "first-1", "kind": "application", "item": "food-permit"}
    (refused,) = record(Act("second", "received", town.NOW, {"applicant": "甲"}, unit="market", **same))
    assert isinstance(refused, Refused)
    assert refused.code == "not_recorded"
    assert read.stream("case/second") == ()
    assert whole("second")[0] == []


def test_a_single_fact_decided_on_an_old_look_is_still_written(monkeypatch):
    record(received("between"))
    monkeypatch.setattr("yinuo.city.cases.recording.append", _conflict)
    (done,) = record(fact("between", "accepted", number=2, at=town.later(hours=1)))
    assert done.version == 2


def _conflict(events, **_rest):
    from yinuo.city.ledger.events import Conflict

    raise Conflict(events[0].stream, expected=1, found=2)
