"""Live equals replay for random texts too: pauses, extensions, silence, ladders, threads that span cases."""

from __future__ import annotations

import os
from datetime import timedelta

import polars as pl
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reference.comparison import Custom
from tests.reference.strategies import conventions, histories, promises, versions
from yinuo.city.supervision.desk import Desk
from yinuo.city.supervision.models import Finding, Moment
from yinuo.city.supervision.store import run
from yinuo.city.supervision.sweep import sweep
from yinuo.engine.evaluate import evaluate
from yinuo.engine.log import Log

pytestmark = pytest.mark.usefixtures("founded")
EXAMPLES = int(os.environ.get("YINUO_EXAMPLES", "15"))


class City:
    """A log that is recorded bit by bit, under one text."""

    def __init__(self, history, texts, settled):
        self.whole = history.log()
        self.rules = Custom(conventions=settled).rules(texts)
        self.now = None
        self.desk = Desk(self.rules, "text", self.read)

    def read(self, case_ids):
        mine = pl.col("case_id").is_in(list(case_ids))
        known = self.recorded().filter(mine)
        begun = pl.col("case_id").is_in(known["case_id"].unique().to_list())
        return Log(known, self.whole.cases.filter(begun), self.whole.tables)

    def recorded(self):
        return self.whole.events.filter(pl.col("recorded_at") <= self.now)

    def sweep(self, now):
        self.now = now
        for _ in range(50):
            swept = sweep(now, desk=self.desk)
            assert (swept.failed, swept.fallbacks) == (0, 0)
            if swept.is_idle:
                return
        raise AssertionError("the sweep finds something to do for ever")

    def record(self, now):
        fresh = self.whole.events.filter(pl.col("recorded_at") == now)["case_id"].unique().sort().to_list()
        run("look_again", case_ids=fresh, happened=[True] * len(fresh))
        self.sweep(now)

    def catch_up(self, until):
        while early := sorted(Moment.objects.filter(next_at__lt=until).values_list("next_at", flat=True)):
            self.sweep(early[0])
            self.must_equal_replay(early[0])

    def must_equal_replay(self, moment):
        ids = self.recorded()["case_id"].unique().to_list()
        said = evaluate(self.read(ids), self.rules, as_of=moment, known_at=moment)
        wanted = {
            (row["finding_id"], row["raised_at"], row["cleared_at"], row["unit"], row["why_args"], row["occurrence"])
            for row in said.findings.unique(["finding_id", "raised_at"], keep="first", maintain_order=True).to_dicts()
        }
        rows = Finding.objects.filter(case_id__in=ids, status__in=["open", "cleared"])
        shown = {
            (one.finding_id, one.raised_at, one.cleared_at, one.unit, one.why_args, one.occurrence) for one in rows
        }
        assert shown == wanted, moment


def live(city):
    for moment in city.whole.events["recorded_at"].unique().sort().to_list():
        city.catch_up(moment)
        city.record(moment)
        city.must_equal_replay(moment)
    city.catch_up(city.now + timedelta(days=60))


def check(drawn, raw, unit):
    history = drawn.draw(histories(unit=unit), label="log")
    text = drawn.draw(versions(raw), label="text")
    settled = drawn.draw(conventions(unit), label="conventions")
    sid = transaction.savepoint()
    try:
        live(City(history, [text], settled))
    finally:
        transaction.savepoint_rollback(sid)


MANY = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("unit", ["workdays", "hours"])
@MANY
@given(drawn=st.data())
def test_live_equals_replay_for_random_promises(unit, drawn):
    check(drawn, drawn.draw(promises(unit)), unit)


@MANY
@given(drawn=st.data())
def test_live_equals_replay_along_threads_that_span_cases(drawn):
    check(drawn, {**drawn.draw(promises("workdays")), "thread": ["place"]}, "workdays")


@MANY
@given(drawn=st.data())
def test_live_equals_replay_for_keys(drawn):
    check(drawn, {**drawn.draw(promises("workdays")), "match": {"order": "order"}}, "workdays")
