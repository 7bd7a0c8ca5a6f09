"""The thin path: a case is opened, handed on, decided; the engine reads its log."""

from __future__ import annotations

import pytest

from tests.city.cases import town
from yinuo.city.cases import queries
from yinuo.city.cases.acts import Refused
from yinuo.city.cases.models import Case, Look, Task
from yinuo.city.texts import in_force
from yinuo.engine.evaluate import evaluate


def test_an_application_goes_from_receipt_to_grant_and_the_engine_reads_it():
    case_id = town.receive()
    town.accept(case_id, at=town.later(minutes=5))
    town.do(case_id, "reviewed", town.HANDLER, at=town.later(days=1))
    done = town.do(case_id, "granted", town.APPROVER, at=town.later(days=2))
    assert done.version == 4
    case = Case.objects.get(case_id=case_id)
    assert (case.status, case.stage, case.unit, case.holder_unit) == ("ended", "granted", "market", "market")
    assert {task.step: task.state for task in Task.objects.filter(case_id=case_id)} == {
        "receive": "done", "accept": "done", "review": "done", "decide": "done",
    }  # fmt: skip
    assert Look.objects.filter(case_id=case_id).count() == 4
    said = evaluate(queries.log([case_id]), in_force.rules(), as_of=town.later(days=3))
    states = {row["clause"]: row["state"] for row in said.clocks.to_dicts()}
    assert states["promised"] == "kept"
    assert states["statutory"] == "kept"
    with pytest.raises(Refused) as refused:
        town.do(case_id, "granted", town.APPROVER, at=town.later(days=3))
    assert refused.value.code == "case_over"
