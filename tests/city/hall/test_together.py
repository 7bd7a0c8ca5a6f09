"""Departments approve at the same time behind one window: a task row for each, with its own unit, holder and result."""

from __future__ import annotations

import pytest

from tests.city.board import small_city
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.commands import act
from yinuo.city.cases.models import Case, Task
from yinuo.city.people.actor import Actor, Grant
from yinuo.city.supervision.models import Clock
from yinuo.city.supervision.sweep import sweep

NOW = small_city.NOW
WINDOW = Actor("li", "李强", (Grant("window_clerk", "service-centre"),), "service-centre")


def of(unit, role="handler"):
    return Actor(f"{role}-{unit}", unit, (Grant(role, unit),), unit)


def done(case_id, activity, actor, **fields):
    return act(Act(case_id, activity, NOW, fields), actor=actor, now=NOW)


@pytest.fixture
def case(city, db):
    """Received, and sent to market and transport at once."""
    opening = Act(
        None, "joint_received", NOW, {"departments": ["market", "transport"]}, kind="joint-approval", item="road-dig",
        unit="housing", person={"name": "王敏"},
    )  # fmt: skip
    case_id = act(opening, actor=WINDOW, now=NOW).case_id
    for unit in ("market", "transport"):
        done(case_id, "opinion_asked", WINDOW, department=unit)
    return case_id


def opinions(case_id):
    return {task.key: (task.unit, task.state) for task in Task.objects.filter(case_id=case_id, step="opine")}


def test_each_department_has_a_row_and_a_limit_of_its_own(case):
    assert opinions(case) == {"market": ("market", "due"), "transport": ("transport", "due")}
    done(case, "agreed", of("transport"), department="transport", opinion="同意")
    assert opinions(case) == {"market": ("market", "due"), "transport": ("transport", "done")}
    sweep(NOW)
    assert sorted(Clock.objects.filter(case_id=case, clause="opinion").values_list("unit", "state")) == [
        ("market", "running"), ("transport", "kept"),
    ]  # fmt: skip


def test_nobody_answers_for_another_department_and_nothing_is_decided_before_all_have(case):
    with pytest.raises(Refused) as refused:
        done(case, "agreed", of("market"), department="transport", opinion="同意")
    assert refused.value.code == "not_your_step"
    done(case, "agreed", of("transport"), department="transport", opinion="同意")
    with pytest.raises(Refused) as refused:
        done(case, "joint_granted", of("housing", "section_head"))
    assert refused.value.code == "step_not_due"
    done(case, "agreed", of("market"), department="market", opinion="同意")
    done(case, "joint_granted", of("housing", "section_head"))
    assert Case.objects.get(case_id=case).status == "ended"


def test_one_objection_stands_against_a_grant(case):
    done(case, "agreed", of("transport"), department="transport", opinion="同意")
    with pytest.raises(Refused) as refused:
        done(case, "objected", of("market"), department="market", opinion="不同意", basis="条例第三十条")
    assert refused.value.field == "alternative"
    told = {"basis": "条例第三十条", "alternative": "改在夜间施工"}
    done(case, "objected", of("market"), department="market", opinion="不同意", **told)
    with pytest.raises(Refused, match="有部门不同意"):
        done(case, "joint_granted", of("housing", "section_head"))
    done(case, "joint_refused", of("housing", "section_head"), **told)


def test_a_department_can_be_added_while_others_work(case):
    done(case, "departments_changed", of("housing"), departments=["market", "transport", "human-resources"])
    done(case, "opinion_asked", WINDOW, department="human-resources")
    assert opinions(case)["human-resources"] == ("human-resources", "due")


def test_every_department_finds_its_own_row_among_its_tasks_and_its_form_on_the_page(sign_in, case):
    assert f"/cases/{case}#do-agreed" in sign_in("zhao").get("/tasks").content.decode()
    page = sign_in("zhao").get(f"/cases/{case}").content.decode()
    assert 'id="do-agreed"' in page and '<option value="market" selected>' in page
    assert 'id="do-joint_granted"' not in page
