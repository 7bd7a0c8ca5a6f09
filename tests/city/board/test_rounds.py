"""Rounds of the leading group with units covered of units due, and the yearly cycle that begins again by itself."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.city.board import small_city
from yinuo.city.board.rounds import indistinct
from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.models import Case
from yinuo.city.supervision.sweep import sweep

DUE = ("market", "housing", "transport")
OFFICE = "supervising-office"


def reported(*acts):
    """Facts as a system reports them; none may be refused."""
    done = commands.record(acts, actor=small_city.SYSTEM, now=small_city.NOW)
    assert [one for one in done if isinstance(one, Refused)] == []


def act(case_id, activity, days_ago, kind=None, unit=OFFICE, **fields):
    at = small_city.NOW - timedelta(days=days_ago)
    name = f"{case_id}-{activity}-{days_ago}-{fields.get('covered_unit', '')}"
    return Act(case_id, activity, at, fields, source="hall", event_id=name, unit=unit, kind=kind)


def a_round(*covered, grade="满意"):
    opened = {"round_kind": "年度考核", "round_title": "年度考核第一轮", "units_due": list(DUE), "due_on": "2026-03-31"}
    told = [
        act("round-1", "unit_covered", 5 - number, covered_unit=unit, grade_of_unit=grade, problems_found=number + 1)
        for number, unit in enumerate(covered)
    ]
    reported(act("round-1", "round_opened", 10, "round", **opened), *told)


@pytest.mark.holds("E001", shows="/rounds")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_round_shows_the_units_covered_of_those_due(sign_in, language):
    a_round("market", "housing", grade="基本满意")
    client = sign_in("chen", language)
    client.get("/rounds")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/rounds").content.decode()
    assert len(asked) <= 8
    assert "<strong>2/3</strong>" in page
    assert re.search(r'class="num" data-label="[^"]+">3</td>', page), "the problems found, added up"
    assert "没有拉开差距" not in page
    assert "does not tell units apart" not in page


@pytest.mark.holds("E001", "decision D07", "invariant 41", shows="/rounds")
def test_a_round_in_which_everybody_passes_is_marked(sign_in):
    a_round(*DUE)
    page = sign_in("chen").get("/rounds").content.decode()
    assert "<strong>3/3</strong>" in page
    assert "没有拉开差距" in page
    assert indistinct(passed=84, graded=84)
    assert not indistinct(passed=82, graded=84)
    assert not indistinct(passed=1, graded=1)


@pytest.mark.holds("E004", shows="/rounds")
def test_a_special_inspection_stands_beside_the_rounds(sign_in):
    planned = {
        "plan_no": "示纪〔2026〕3号",
        "plan_title": "促投资保增长专项督查",
        "units_due": ["market"],
        "due_on": "2026-03-31",
    }
    reported(
        act("special-1", "special_inspection_planned", 10, "special-inspection", **planned),
        act("special-1", "unit_inspected", 3, covered_unit="market", problems_found=4),
    )
    page = sign_in("chen").get("/rounds").content.decode()
    assert "促投资保增长专项督查" in page
    assert "<strong>1/1</strong>" in page


def test_nothing_yet_says_what_will_stand_here(sign_in):
    client = sign_in("chen")
    assert "还没有轮次" in client.get("/rounds").content.decode()
    assert "还没有单位建立长效机制" in client.get("/cycle").content.decode()


@pytest.mark.holds("E011", shows="/cycle")
def test_the_cycle_begins_again_by_itself_and_shows_the_step_of_each_unit(sign_in):
    reported(act("mechanism-1", "mechanism_set", 370, "mechanism", unit="market"))
    for _again in range(3):
        sweep(small_city.NOW)
    year = Case.objects.get(kind="conduct-year")
    assert (year.fields["to_unit"], year.fields["mechanism"]) == ("market", "mechanism-1")
    client = sign_in("chen")
    client.get("/cycle")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/cycle").content.decode()
    assert len(asked) <= 8
    assert re.search(r'step-now[^"]*" data-label="承诺"', page)
    reported(act(year.case_id, "conduct_pledged", 0, unit="market"))
    assert re.search(r'step-now[^"]*" data-label="督查"', client.get("/cycle").content.decode())
