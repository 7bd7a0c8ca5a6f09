"""E040: a finished project is accepted at one visit, and only what failed is looked at again."""

import pytest

from tests.city.cases import town
from tests.city.cases.test_signing import STAFF, departments, refused, said  # noqa: F401
from yinuo.city.cases.models import Case, Task

PLACES = ("transport", "water", "ecology")


def arranged():
    case_id = town.do(
        None, "acceptance_applied", town.CLERK, kind="joint-acceptance", unit="market",
        fields={"project": "水厂", "applicant": "市水务公司"},
    ).case_id  # fmt: skip
    fields = {"visit_on": "2026-03-06", "departments": list(PLACES)}
    town.do(case_id, "visit_arranged", town.HANDLER, fields=fields)
    return case_id


def inspect(case_id, unit, word="inspected_fit", **fields):
    return town.do(case_id, word, STAFF[unit], fields={"department": unit, **fields})


def report(case_id):
    return town.do(case_id, "acceptance_reported", town.HANDLER, fields={"report": "通过"})


@pytest.mark.holds("E040", "peer 25", "invariant 9", shows="/cases/<id>")
def test_e040_only_the_part_that_failed_is_looked_at_again():
    case_id = arranged()
    inspect(case_id, "transport")
    found = refused("blocked", inspect, case_id, "water", "inspected_unfit")
    assert (found.clause, found.field) == ("joint-acceptance/unfit-with-defects", "defects")
    inspect(case_id, "water", "inspected_unfit", defects="井盖缺失")
    refused("step_not_due", report, case_id)
    inspect(case_id, "ecology")
    found = refused("blocked", report, case_id)
    assert "不同意1家（water）" in found.sentence
    town.do(case_id, "defects_mended", town.CLERK, fields={"department": "water", "mended": "已补装"})
    states = {row.key: row.state for row in Task.objects.filter(case_id=case_id, step="inspect")}
    assert states == {"transport": "done", "water": "due", "ecology": "done"}
    refused("step_not_due", inspect, case_id, "transport")
    inspect(case_id, "water")
    report(case_id)
    assert Case.objects.get(case_id=case_id).status == "ended"
    assert said(case_id, town.NOW).findings.is_empty()
