"""Events in: each judged by itself, once for ever, within the token's units, and never half."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

import yinuo.city
from tests.city.api.conftest import event, received
from yinuo.city.cases.acts import OWN
from yinuo.city.cases.models import Case
from yinuo.city.ledger import read


@pytest.mark.holds("peer 100", "E266", shows="POST /api/events")
def test_a_batch_is_stored_and_the_same_batch_changes_nothing(market):
    batch = [received("a"), event("a", "accepted", number=2), received("b")]
    assert [one["status"] for one in market.report(*batch)] == ["stored"] * 3
    again = market.post(batch).json()
    assert (again["stored"], again["duplicate"], again["refused"]) == (0, 3, 0)
    assert len(read.stream("case/a")) == 2
    assert again["results"][0]["receipt"] == Case.objects.get(case_id="a").receipt


def test_a_single_event_is_taken_too(market):
    answer = market.post(received("a"), kind="application/cloudevents+json")
    assert answer.json()["stored"] == 1


def test_more_than_five_minutes_in_the_future_is_refused_and_less_is_not(market):
    now = timezone.now()
    late, soon = market.report(
        received("a", at=now + timedelta(minutes=6)), received("b", at=now + timedelta(minutes=4))
    )
    assert (late["status"], late["code"]) == ("refused", "in_the_future")
    assert soon["status"] == "stored"


@pytest.mark.holds("peer 69", shows="POST /api/events")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"specversion": "0.3"}, "not_an_event"),
        ({"id": ""}, "bad_event"),
        ({"id": 7}, "bad_event"),
        ({"id": "a\u0000"}, "bad_event"),
        ({"subject": None}, "bad_event"),
        ({"subject": "x" * 201}, "bad_event"),
        *(({"source": own}, "not_your_source") for own in sorted(OWN)),
        ({"type": "no-such"}, "unknown_activity"),
        ({"time": "yesterday"}, "bad_time"),
        ({"time": "2026-03-02T10:00:00"}, "bad_time"),
        ({"data": []}, "bad_data"),
        ({"data": {"kind": "application", "unit": "no-such"}}, "unknown_unit"),
        ({"data": {"kind": "application", "unit": "market", "applicant": "\u0000"}}, "bad_field"),
        ({"data": {"kind": 7}}, "bad_data"),
        ({"data": {"kind": "application", "unit": "market", "person": {"name": 7}}}, "bad_data"),
    ],
)
def test_a_wrong_event_is_refused_with_a_sentence_and_the_rest_is_stored(market, change, code):
    bad, good = market.report({**received("bad"), **change}, received("good"))
    assert (bad["status"], bad["code"]) == ("refused", code)
    assert bad["reason"]
    assert good["status"] == "stored"


def test_what_the_database_cannot_hold_is_refused_alone(market):
    long = "\U0001f600" * 5000
    results = market.report(
        received("a"), {**received("b"), "data": {**received("b")["data"], "applicant": long}}, received("c")
    )
    assert results[0]["status"] == results[2]["status"] == "stored"
    assert results[1]["status"] in {"stored", "refused"}


@pytest.mark.parametrize("body", [b" ", b"{", b"[1", b"\xff", b"[" * 5000, b'"x"', b"[NaN]"])
def test_a_body_that_is_no_batch_is_a_problem(market, body):
    answer = market.post(body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_a_body_of_another_kind_or_too_large_is_a_problem(market):
    assert market.post(b"<x/>", kind="text/xml").status_code == 415
    assert market.post(b"[" + b"1," * 5001 + b"1]").status_code == 413
    assert market.client.generic("POST", "/api/events", b" " * ((16 << 20) + 1), "application/json").status_code == 413


@pytest.mark.holds("regression 21", "peer 98", shows="POST /api/events")
def test_what_lies_outside_the_tokens_units_is_refused(market, police):
    outside = police.report(received("a", unit="market"))[0]
    assert (outside["status"], outside["code"]) == ("refused", "outside_your_units")
    market.report(received("a"))
    intruder, nobody = police.report(event("a", "granted", number=9), event("no-such", "granted", number=10))
    assert intruder["code"] == nobody["code"] == "no_such_case"
    assert intruder["reason"] == nobody["reason"]
    taken = police.report({**received("x", unit="police"), "id": "a-1"})[0]
    assert "case/a" not in json.dumps(taken)


def test_personal_fields_stand_apart(market):
    market.report(received("a", person={"name": "张三", "phone": "13800000000"}))
    assert "张三" not in read.stream("case/a")[0].payload


def test_a_refusal_speaks_the_language_asked_for(market):
    body = json.dumps([{**received("a"), "time": "yesterday"}])
    answer = market.client.post(
        "/api/events", body, content_type="application/cloudevents-batch+json", headers={"Accept-Language": "en"}
    )
    assert answer.json()["results"][0]["reason"].startswith("time must be")


def test_nothing_is_opened_about_a_case_outside_the_tokens_units(market, police):
    market.report(received("a"))
    words = {"kind": "order", "unit": "police", "broken_clause": "promised", "broken_due": "2026-03-01"}
    foreign, missing, own = police.report(
        event("o1", "ordered", about="a", **words),
        event("o2", "ordered", about="no-such", **words),
        received("p", unit="police"),
    )
    assert [one["code"] for one in (foreign, missing)] == ["no_such_case"] * 2
    assert foreign["field"] == "about"
    assert own["status"] == "stored"
    assert police.report(event("o3", "ordered", about="p", **words))[0]["status"] == "stored"


def test_a_known_event_beside_refused_ones_is_known_and_leaves_its_case_as_it_stands(market):
    market.report(received("a"), event("a", "accepted", number=2))
    known, strange = market.report(received("a"), event("a", "no-such", number=9))
    assert (known["status"], strange["status"]) == ("duplicate", "refused")
    assert Case.objects.get(case_id="a").version == 2


def test_every_source_under_which_we_write_is_our_own():
    """Else a system could take the id of an order before supervision opens it, and there would be none."""
    here = Path(yinuo.city.__file__).parent
    said = [
        re.findall(r'^SOURCE = "(\w+)"', path.read_text(encoding="utf-8"), re.MULTILINE) for path in here.rglob("*.py")
    ]
    assert {name for names in said for name in names} == OWN
