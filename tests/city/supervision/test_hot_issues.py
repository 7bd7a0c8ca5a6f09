"""What five people report at one place within a week is taken up by the city itself, once (E062)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.city.cases import town
from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act, Done
from yinuo.city.cases.models import Case
from yinuo.city.supervision.sweep import sweep

BEGAN = datetime(2026, 3, 2, 2, tzinfo=UTC)


def voiced(number, reporter, at, *, spot="东门桥"):
    fields = {"topic": "路灯不亮", "spot": spot, "reporter": reporter}
    return Act(f"voice-{spot}-{number}", "voiced", at, fields, kind="voice", unit="market", event_id=f"{spot}-{number}")


def report(people, *, spot="东门桥", at=BEGAN):
    acts = [voiced(number, who, at + timedelta(hours=number), spot=spot) for number, who in enumerate(people)]
    now = at + timedelta(hours=len(people))
    assert all(isinstance(one, Done) for one in commands.record(acts, actor=town.SYSTEM, now=now))
    sweep(now)


@pytest.mark.holds("E062", shows="/cases?kind=initiative")
def test_a_hot_issue_opens_one_matter_with_nobody_applying(founded):
    report(["甲", "乙", "丙", "丁", "丁", "甲"], spot="西门")
    report(["甲", "乙", "丙", "丁"])
    assert not Case.objects.filter(kind="initiative").exists()
    report(["甲", "乙", "丙", "丁", "戊"])
    (opened,) = Case.objects.filter(kind="initiative")
    assert (opened.fields["topic"], opened.fields["spot"], opened.fields["lead"]) == ("路灯不亮", "东门桥", "market")
    assert (opened.status, opened.holder_unit) == ("open", "market")
    report(["己", "庚", "辛", "壬", "癸"], at=BEGAN + timedelta(days=2))
    assert Case.objects.filter(kind="initiative").count() == 1
