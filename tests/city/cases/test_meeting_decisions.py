"""E002: what a meeting decides becomes a task with an owner and a day, checked by somebody else than who did it."""

from __future__ import annotations

import pytest

from tests.city.cases import town
from yinuo.city.cases.acts import Refused
from yinuo.city.cases.models import Case, Task

DECIDED = {"meeting": "作风效能建设推进会", "resolution": "压缩开办时间", "to_unit": "market", "deadline": "2026-03-13"}


def decide(**fields):
    unit = "supervising-office"
    return town.do(None, "resolved", town.OFFICE, kind="resolution", unit=unit, fields=fields).case_id


@pytest.fixture(autouse=True)
def founded(db):
    town.found()


@pytest.mark.holds("E002", shows="/cases/<id>")
def test_e002_a_decision_is_a_task_of_its_owner_until_another_confirms_it():
    case_id = decide(**DECIDED)
    assert Case.objects.get(case_id=case_id).holder_unit == "market"
    assert list(Task.objects.filter(case_id=case_id, state="due").values_list("step", "unit")) == [("report", "market")]
    town.do(case_id, "task_reported", town.CHIEF, at=town.later(days=1), fields={"result": "已压缩"})
    with pytest.raises(Refused):
        town.do(case_id, "task_confirmed", town.CHIEF, at=town.later(days=2))
    town.do(case_id, "task_confirmed", town.OFFICE, at=town.later(days=2))
    assert Case.objects.get(case_id=case_id).status == "ended"


@pytest.mark.holds("E002", shows="/registers/resolution/new")
@pytest.mark.parametrize("missing", ["to_unit", "deadline"])
def test_e002_a_decision_without_owner_or_day_is_refused(missing):
    with pytest.raises(Refused):
        decide(**{name: value for name, value in DECIDED.items() if name != missing})
