"""A lane is given where a row of the table holds, with a reason and an approver, or refused with what is missing named."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.city.board import small_city
from tests.city.hall.test_intake import ALL, before, events, li, made, said, sent
from yinuo.city.cases import commands, queries
from yinuo.city.cases.acts import Act
from yinuo.city.cases.deciding.ways import Ways
from yinuo.city.cases.models import Case
from yinuo.city.cases.projection import ways_in_force
from yinuo.city.figures.measured import window
from yinuo.city.hall.lanes.entitlement import LANE
from yinuo.city.hall.lanes.shares import shares
from yinuo.city.texts import in_force
from yinuo.engine import decisions
from yinuo.engine.populations import population

__all__ = ["before", "li"]

GREEN = {"item": "food-permit", "given": ALL, "asked_lane": "绿色通道"}
URGENT = {"item": "food-permit", "given": ALL, "asked_lane": "急事", "ground": "救治病人"}
KEY_PROJECT = "priority-lanes/key-project"


def listed(number):
    """A project that one person entered and the government's office verified."""
    for activity, fields in (("entered", {"number": number, "title": "临江大桥"}), ("verified", {})):
        facts = Act(f"project-{number}", activity, small_city.NOW, fields, kind=KEY_PROJECT, unit="market", source="hall", event_id=f"{number}-{activity}")  # fmt: skip
        commands.record([facts], actor=small_city.SYSTEM, now=small_city.NOW)


@pytest.mark.holds("E039", "invariant 11", "decision D21", shows="/window")
def test_a_project_that_is_not_listed_is_refused_with_the_failing_condition_named(li, before):
    answer = sent(li, "accept", **GREEN, project_no="2026-99")
    page = answer.content.decode()
    assert answer.status_code == 422 and not made(before).exists()
    assert "市重点重大项目" in page and "项目编号”应在“市重点重大项目名录”登记之列，现为2026-99" in page
    assert 'aria-describedby="project_no_error"' in page and 'value="2026-99"' in page
    assert page.count("checked") == 4


@pytest.mark.holds("E039", "invariant 11", shows="/window")
def test_a_listed_project_is_given_the_green_channel_by_the_head_with_a_reason(li, before, sign_in):
    listed("2026-01")
    sent(li, "accept", **GREEN, project_no="2026-01")
    case, request = made(before).get(kind="application"), made(before).get(kind="lane-request")
    assert request.fields["about"] == case.case_id and request.unit == "market"
    sun = sign_in("sun")
    page = said(sun.get("/lanes"))
    assert case.receipt in page and "符合“市重点重大项目”" in page
    nothing = sun.post(f"/lanes/{request.case_id}", {"answer": "grant", "reason": " "})
    assert nothing.status_code == 422 and "请写明理由" in said(nothing)
    assert sun.post(f"/lanes/{request.case_id}", {"answer": "grant", "reason": "市重点项目"}).status_code == 302
    granted = dict(events(request.case_id))["lane_granted"]["fields"]
    assert granted == {"lane": "green", "lane_reason": "市重点项目", "lane_approver": "sun"}
    assert Case.objects.get(case_id=case.case_id).stage == "accepted"
    assert used_by_lane(request.case_id) == ["green"]


def used_by_lane(case_id):
    """The lanes of a request as the published count of lanes tells them apart."""
    pack, now = in_force.pack(), timezone.now()
    (found,) = (one for one in pack.rules.of_kind("indicator") if one.id == "lane-uses")
    clause, day = found.on(timezone.localdate(now)).clause, timedelta(days=1)
    counted = window(pack, since=now - day, until=now + day, over=clause)
    used = population(clause, counted.log, said=counted.said, rules=pack.rules).frame
    return used.filter(used["case_id"] == case_id)["lane"].to_list()


def without_rescue(since):
    """The text in force, whose table of lanes gives nothing to rescue from a day on."""
    pack = in_force.pack()
    (table,) = (one for one in pack.rules.of_kind("table") if one.name == LANE)
    last = table.editions[-1]
    rows = tuple(row for row in last.clause.rows if row.zh != "抢险救灾")
    later = replace(last, start=since, clause=last.clause.model_copy(update={"rows": rows}))
    made = replace(table, editions=(replace(last, until=since), later))
    rulings = tuple(made if one is table else one for one in pack.rules.rulings)
    return Ways.of(replace(pack, rules=replace(pack.rules, rulings=rulings)))


@pytest.mark.holds("E039", "invariant 11", shows="/lanes")
def test_a_lane_is_judged_by_the_text_of_the_day_it_was_asked_on_the_list_and_in_the_answer(
    li, before, sign_in, monkeypatch
):
    sent(li, "accept", **GREEN, ground="抢险救灾")
    request = made(before).get(kind="lane-request")
    later = small_city.NOW + timedelta(days=3)
    ways = without_rescue(later.date())
    monkeypatch.setattr(timezone, "now", lambda: later)
    monkeypatch.setattr("yinuo.city.hall.commands.ways_in_force", lambda: ways)
    monkeypatch.setattr("yinuo.city.hall.views.lanes.ways_of", lambda _digest: ways)
    sun = sign_in("sun")
    assert "符合“抢险救灾”" in said(sun.get("/lanes"))
    answer = sun.post(f"/lanes/{request.case_id}", {"answer": "grant", "reason": "汛期抢险"})
    assert answer.status_code == 302, said(answer)
    assert dict(events(request.case_id))["lane_granted"]["fields"]["lane"] == "green"


@pytest.mark.holds("E039", "invariant 11", shows="/lanes")
@pytest.mark.parametrize("door", ["/lanes/{}", "/cases/{}/do/lane_granted"])
@pytest.mark.parametrize("after", [timedelta(hours=3), timedelta(days=2)], ids=["same-day", "days-later"])
def test_a_project_struck_off_since_it_was_asked_for_is_given_no_lane(li, before, sign_in, monkeypatch, after, door):
    listed("2026-02")
    sent(li, "accept", **GREEN, project_no="2026-02")
    request = made(before).get(kind="lane-request")
    later = small_city.NOW + after
    struck = Act("project-2026-02", "struck", later - after / 2, {"struck_reason": "已停建"}, source="hall", event_id="2026-02-struck")  # fmt: skip
    commands.record([struck], actor=small_city.SYSTEM, now=later)
    monkeypatch.setattr(timezone, "now", lambda: later)
    sun = sign_in("sun")
    page = said(sun.get("/lanes"))
    assert "符合“市重点重大项目”" not in page
    form = {
        "answer": "grant",
        "reason": "市重点项目",
        "lane": "green",
        "lane_reason": "市重点项目",
        "lane_approver": "sun",
    }
    answer = sun.post(door.format(request.case_id), form)
    assert answer.status_code == 422
    assert "项目编号”应在“市重点重大项目名录”登记之列，现为2026-02" in said(answer)
    assert "lane_granted" not in dict(events(request.case_id))


@pytest.mark.holds("E056", shows="/lanes")
def test_who_asked_for_a_lane_does_not_grant_it(li, before):
    sent(li, "accept", **URGENT)
    request = made(before).get(kind="lane-request")
    assert "等主办单位负责人答复" in said(li.get("/lanes"))
    answer = li.post(f"/lanes/{request.case_id}", {"answer": "grant", "reason": "住院"})
    assert answer.status_code == 422 and "您不在其中" in said(answer)


@pytest.mark.holds("E056", shows="/lanes")
def test_a_refusal_says_why(li, before, sign_in):
    sent(li, "accept", **URGENT)
    request = made(before).get(kind="lane-request")
    sign_in("sun").post(f"/lanes/{request.case_id}", {"answer": "refuse", "reason": "已当场出具证明"})
    assert Case.objects.get(case_id=request.case_id).status == "ended"
    assert re.search("未准予 +已当场出具证明", said(li.get("/lanes")))


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("asked_lane=绿色通道&project_no=9", "项目编号”应在“市重点重大项目名录”登记之列，现为9"),
        ("asked_lane=急事&ground=救治病人", "符合“救治病人或者证照将失效”"),
        ("asked_lane=急事&ground=助学助困", "“事由”应为救治病人、证照将失效之一"),
        ("", ""),
    ],
)
def test_while_it_is_chosen_the_screen_says_whether_it_would_be_given(li, asked, says):
    page = said(li.get(f"/window/lane?item=food-permit&{asked}"))
    assert says in page.replace(" ", "") and ("上限 10.0 %" in page) == bool(asked)


@pytest.mark.holds("decision D21", shows="/lanes")
def test_the_share_beside_the_cap_is_the_engines(li, before, sign_in):
    for number in range(2):
        sent(li, "accept", **URGENT, form=f"{number}" * 32)
    for request in made(before).filter(kind="lane-request"):
        sign_in("sun").post(f"/lanes/{request.case_id}", {"answer": "grant", "reason": "住院"})
    ways = ways_in_force()
    (found,) = shares("TRUE", {}, ways=ways, now=small_city.NOW)
    log = queries.log(list(Case.objects.values_list("case_id", flat=True)))
    month = decisions.shares(log, ways.pack.rules, as_of=small_city.NOW).filter(unit="market", period_start=small_city.NOW.date().replace(day=1))  # fmt: skip
    assert (found.granted, found.of, found.is_over) == (month["granted"][0], month["of"][0], month["over"][0])
    assert found.granted == 2
    assert shares("TRUE", {}, ways=ways, now=small_city.NOW, unit="market") == [found]
    page = said(sign_in("sun").get("/lanes"))
    assert "本月加急占收件的比例" in page and "10.0 %" in page


def test_without_a_request_there_is_nothing_to_answer(sign_in):
    assert "没有加急申请" in sign_in("zhao").get("/lanes").content.decode()
    assert sign_in("qian").get("/lanes").status_code == 403


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_answer_within_eight_queries(li, before, sign_in, language):
    for number in range(3):
        sent(li, "accept", **URGENT, form=f"{number}" * 32)
    for client, page in ((sign_in("sun", language), "/lanes"), (sign_in("li", language), "/window/lane?item=food-permit&asked_lane=急事")):  # fmt: skip
        client.get(page)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).status_code == 200
        assert len(asked) <= 8, "\n".join(query["sql"][:160] for query in asked)


def test_lanes_and_grounds_are_offered_and_told_in_the_readers_language(li, before, sign_in):
    sent(li, "accept", **URGENT)
    page = sign_in("li", "en").get("/window?item=food-permit").content.decode()
    assert (
        '<option value="急事">urgent</option>' in page
        and '<option value="救治病人">a patient to be treated</option>' in page
    )
    sun = sign_in("sun", "en")
    page = said(sun.get("/lanes"))
    assert "urgent" in page and "a patient to be treated" in page and "急事" not in page
    sun.post(f"/lanes/{made(before).get(kind='lane-request').case_id}", {"answer": "grant", "reason": "住院"})
    assert "Granted: urgent" in said(sun.get("/lanes"))
    assert "已准予：急事急办" in said(sign_in("sun").get("/lanes"))
