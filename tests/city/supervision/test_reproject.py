"""Another text or calendar: every running clock is judged by it, and each due date that moved is an event of its case."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta

import pytest

from tests.city.cases import town
from tests.city.supervision.staff import local, open_cards, sweep_all
from tests.city.supervision.test_workers import accepted
from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act
from yinuo.city.ledger import models_of_events, read
from yinuo.city.people.actor import OPERATOR
from yinuo.city.supervision.models import Clock, Finding, Moment
from yinuo.city.supervision.sweep import Swept, reproject
from yinuo.city.texts.commands import put_in_force
from yinuo.rulebook.loader import load_pack

pytestmark = pytest.mark.usefixtures("founded")


def install(tmp_path, *holidays, at):
    """The same pack with more days off in its calendar."""
    source = town.demo_city().root
    shutil.copytree(source, tmp_path / "demo-city")
    for pack in source.parent.glob("cn-national"):
        shutil.copytree(pack, tmp_path / pack.name)
    calendar = tmp_path / "demo-city/calendars/city.toml"
    text = calendar.read_text("utf-8")
    days = "".join(f'{day} = "天气停工"\n' for day in holidays)
    text = text.replace("[off]\n", f"[off]\n{days}") if "[off]\n" in text else f"{text}\n[off]\n{days}"
    calendar.write_text(text, "utf-8")
    put_in_force(load_pack(tmp_path / "demo-city"), actor=OPERATOR, now=at)


def said(case_id, activity):
    return [json.loads(one.payload) for one in read.stream(f"said/{case_id}") if one.activity == activity]


@pytest.mark.holds("peer 52", shows="/cases/<id>")
def test_a_calendar_published_late_moves_running_clocks_and_each_move_is_logged_and_explained(tmp_path):
    cases = accepted(3)
    sweep_all(town.later(minutes=3))
    before = dict(Clock.objects.filter(clause="promised").values_list("case_id", "due_at"))
    install(tmp_path, "2026-03-05", at=town.later(hours=1))
    done = reproject(town.later(hours=1), limit=2)
    assert done.cases == 3
    assert done.reprojected >= 3
    for case_id in cases:
        (moved,) = [one for one in said(case_id, "clock_reprojected") if one["clause"] == "promised"]
        assert moved["old_due_at"] == "2026-03-11T15:59:59.999999Z"
        assert moved["due_at"] == "2026-03-12T15:59:59.999999Z"
        assert moved["cause"] == "text_changed"
        clock = Clock.objects.get(case_id=case_id, clause="promised")
        assert clock.due_at == before[case_id] + timedelta(days=1)
    assert reproject(town.later(hours=1)) == Swept()
    sweep_all(local(3, 12))
    assert ("promised", "yellow") not in open_cards(cases[0])
    sweep_all(local(3, 13))
    assert ("promised", "yellow") in open_cards(cases[0])


@pytest.mark.holds("peer 52", shows="/cases/<id>")
def test_a_card_that_is_none_under_the_new_calendar_is_withdrawn_with_that_cause(tmp_path):
    (case_id,) = accepted(1)
    sweep_all(local(3, 12, 9))
    install(tmp_path, "2026-03-05", at=local(3, 12, 10))
    reproject(local(3, 12, 10))
    assert Finding.objects.get(case_id=case_id, clause="promised", level="yellow").status == "withdrawn"
    assert {one["cause"] for one in said(case_id, "finding_withdrawn")} == {"text_changed"}


def test_cases_with_no_running_clock_are_left_alone(tmp_path):
    (case_id,) = accepted(1)
    act = Act(case_id, "withdrawn", town.later(hours=1), source="hall", event_id="w", unit="market")
    commands.record([act], actor=town.SYSTEM, now=town.later(hours=1))
    sweep_all(town.later(hours=2))
    assert Moment.objects.get(case_id=case_id).open_clocks == 0
    install(tmp_path, "2026-03-05", at=town.later(hours=3))
    assert reproject(town.later(hours=3)).cases == 0


def test_every_event_said_is_of_a_registered_model(tmp_path):
    (case_id,) = accepted(1)
    sweep_all(local(3, 12, 9))
    install(tmp_path, "2026-03-05", "2026-03-31", at=local(3, 12, 10))
    reproject(local(3, 12, 10))
    sweep_all(local(4, 30))
    events = read.stream(f"said/{case_id}")
    names = {"finding_raised", "finding_cleared", "finding_withdrawn", "finding_escalated", "clock_reprojected"}
    assert names <= {event.activity for event in events}
    for event in events:
        assert models_of_events.read(f"said/{event.activity}", event.payload)
