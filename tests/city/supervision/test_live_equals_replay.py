"""Live equals replay: whatever is recorded when, the open cards are those `evaluate` finds with what was known (design 4)."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.city.cases import town
from tests.city.supervision.staff import local, sweep_all
from yinuo.city.cases import commands, queries
from yinuo.city.cases.acts import Act, Done
from yinuo.city.supervision.models import Clock, Finding, Moment, Run
from yinuo.city.texts import in_force
from yinuo.engine.evaluate import evaluate

pytestmark = pytest.mark.usefixtures("founded")

FIRST = local(3, 2, 10)
ACTIVITIES = (
    ("accepted", {}), ("reviewed", {}), ("granted", {}), ("withdrawn", {}),
    ("supplement_requested", {"papers": "身份证", "cause": "材料缺失"}), ("supplemented", {}),
    ("special_started", {"special": "1", "procedure": "听证", "declared": "10 workdays", "notice_no": "1", "special_basis": "法"}),
    ("special_started", {"special": "2", "procedure": "检验", "declared": "5 workdays"}),
    ("special_ended", {"special": "1"}),
    ("extension_granted", {"days": "5 workdays", "extension_reason": "复杂", "notified_on": "2026-03-10"}),
    ("extension_granted", {"days": "5 workdays"}), ("transferred", {"to_unit": "police"}), ("explained", {}),
)  # fmt: skip
EXAMPLES = int(os.environ.get("YINUO_EXAMPLES", "12"))


@st.composite
def histories(draw):
    """Acts on up to two cases over two months, some recorded days after they happened, in the order they are recorded."""
    rows = []
    for number in range(draw(st.integers(1, 2))):
        start = FIRST + timedelta(days=draw(st.integers(0, 5)))
        rows.append((start, start, number, "received", {"applicant": "市民甲"}))
        for _ in range(draw(st.integers(0, 8))):
            at = start + timedelta(days=draw(st.integers(0, 45)), hours=draw(st.integers(0, 13)))
            lag = draw(st.sampled_from([0, 0, 0, 1, 3, 12]))
            activity, fields = draw(st.sampled_from(ACTIVITIES))
            rows.append((at + timedelta(days=lag), at, number, activity, fields))
    return sorted(rows, key=lambda row: (row[0], row[2], row[1], row[3], json.dumps(row[4])))


def record(row, index, names):
    recorded_at, at, number, activity, fields = row
    if activity != "received" and number not in names:
        return
    case_id = names.setdefault(number, f"case-{number}-{FIRST:%Y}")
    opening = {"kind": "application", "item": "food-permit"} if activity == "received" else {}
    act = Act(case_id, activity, at, fields, unit="market", source="hall", event_id=f"e{index}", **opening)
    (done,) = commands.record([act], actor=town.SYSTEM, now=recorded_at)
    assert isinstance(done, Done), done


def said_open(case_ids):
    rows = Finding.objects.filter(case_id__in=case_ids, status="open")
    return {(row.finding_id, row.raised_at, row.unit, row.actor, row.why_args) for row in rows}


def said_ever(case_ids):
    rows = Finding.objects.filter(case_id__in=case_ids, status__in=["open", "cleared"])
    return {(row.finding_id, row.raised_at, row.cleared_at) for row in rows}


def must_equal_replay(case_ids, moment: datetime):
    said = evaluate(queries.log(case_ids), in_force.rules(), as_of=moment, known_at=moment)
    rows = said.findings.unique(["finding_id", "raised_at"], keep="first").to_dicts()
    wanted = {
        (row["finding_id"], row["raised_at"], row["unit"], row["actor"], row["why_args"])
        for row in rows
        if row["cleared_at"] is None
    }
    assert said_open(case_ids) == wanted, moment
    assert said_ever(case_ids) == {(row["finding_id"], row["raised_at"], row["cleared_at"]) for row in rows}, moment
    clocks = Clock.objects.filter(case_id__in=case_ids)
    assert {(row.clause, row.opener, row.due_at, row.state, row.level) for row in clocks} == {
        (row["clause"], row["opener"], row["due_at"], row["state"], row["level"])
        for row in said.clocks.iter_rows(named=True)
    }, moment


def moments_before(until: datetime) -> list[datetime]:
    return sorted(set(Moment.objects.filter(next_at__lt=until).values_list("next_at", flat=True)))


def live(rows):
    names: dict[int, str] = {}
    for index, row in enumerate(rows):
        while early := moments_before(row[0]):
            sweep_all(early[0])
        with transaction.atomic():
            record(row, index, names)
        sweep_all(row[0])
        must_equal_replay(list(names.values()), row[0])
    end = rows[-1][0] + timedelta(days=120)
    steps = 0
    while early := moments_before(end):
        sweep_all(early[0])
        must_equal_replay(list(names.values()), early[0])
        steps += 1
        assert steps < 100
    assert not Run.objects.filter(failed__gt=0).exists()


@pytest.mark.holds("peer 56", "invariant 21", shows="yinuo replay")
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(histories())
def test_live_equals_replay_at_every_recorded_moment_and_every_next_moment(rows):
    sid = transaction.savepoint()
    try:
        live(rows)
    finally:
        transaction.savepoint_rollback(sid)
        connection.cursor().execute("SELECT 1")
