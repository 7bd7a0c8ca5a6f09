"""What stands still without declared days is listed, and looked at every ten working days (grammar 2.3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.city.board import small_city
from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act
from yinuo.city.cases.models import Case
from yinuo.city.supervision.models import Finding
from yinuo.city.supervision.sweep import sweep

ACCEPTED = small_city.NOW - timedelta(days=22)
SUSPENDED = small_city.NOW - timedelta(days=18)
"""Monday 2 March, ten o'clock."""
GROUND = {"awaits": "交通事故责任认定", "suspension_basis": "工伤保险条例第二十条", "notice_no": "示告〔2026〕31号"}


def text(answer):
    return answer.content.decode()


def reported(case_id, activity, at, **fields):
    opening = {"kind": "application", "item": "injury-finding"} if activity == "received" else {}
    name = f"{case_id}-{activity}-{at:%m%d}"
    return Act(case_id, activity, at, fields, unit="human-resources", source="hall", event_id=name, **opening)


@pytest.fixture
def suspended(city, db):
    """A finding of injury that awaits the traffic police since 2 March; it is 20 March."""
    facts = [
        reported("S1", "received", ACCEPTED, applicant="甲"),
        reported("S1", "accepted", ACCEPTED),
        reported("S1", "suspended", SUSPENDED, **GROUND),
    ]
    commands.record(facts, actor=small_city.SYSTEM, now=small_city.NOW)
    sweep(small_city.NOW)
    return "S1"


@pytest.mark.holds("peer 46", "invariant 20", shows="/pauses")
def test_peer_46_an_open_pause_is_listed_with_since_when_why_and_the_day_of_the_next_look(sign_in, suspended):
    page = text(sign_in("wu").get("/pauses"))
    for said in ("2026-03-02 10:00", "18 日", "交通事故责任认定", "工伤保险条例第二十条", "2026-03-16 23:59", "黄牌"):
        assert said in page, said
    assert f"/pauses/{suspended}/suspension_reviewed" in page
    card = Finding.objects.get(case_id=suspended, clause="look", status="open")
    assert (card.level, card.unit) == ("yellow", "human-resources")


def test_a_look_is_recorded_and_the_next_ten_working_days_begin(sign_in, suspended):
    address = f"/pauses/{suspended}/suspension_reviewed"
    assert "必须填写" in text(sign_in("wu").post(address, {}, follow=True))
    assert "已办：复核中止" in text(sign_in("wu").post(address, {"outlook": "认定书尚未作出"}, follow=True))
    sweep(small_city.NOW + timedelta(seconds=1))
    assert not Finding.objects.filter(case_id=suspended, clause="look", status="open").exists()
    page = text(sign_in("wu").get("/pauses"))
    assert "2026-04-03 23:59" in page
    assert "没有符合这些条件的" in text(sign_in("wu").get("/pauses?look=overdue"))


def test_what_goes_on_leaves_the_list(sign_in, suspended):
    back = reported("S1", "resumed", small_city.NOW - timedelta(hours=1))
    commands.record([back], actor=small_city.SYSTEM, now=small_city.NOW)
    sweep(small_city.NOW + timedelta(seconds=1))
    assert "没有中止的办件" in text(sign_in("wu").get("/pauses"))


def test_the_list_holds_to_the_row_filter(sign_in, suspended):
    receipt = Case.objects.get(case_id=suspended).receipt
    for key, is_seen in (("chen", True), ("wu", True), ("zhao", False)):
        assert (receipt in text(sign_in(key).get("/pauses"))) is is_seen, key
    assert sign_in("guan").get("/pauses").status_code == 403
    assert sign_in("zhao").post(f"/pauses/{suspended}/suspension_reviewed", {"outlook": "x"}).status_code == 404
    assert "复核中止" not in text(sign_in("chen").get("/pauses"))
    assert "Standing still" in text(sign_in("chen", "en").get("/pauses"))
    assert sign_in("chen").get("/pauses?look=never").status_code == 400
