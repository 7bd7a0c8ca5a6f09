"""A department's system in a day: its key, its events, what it reads back, what is pushed to it, the end of its key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.city.journeys.system import System
from tests.city.journeys.visitor import must_say
from tests.city.notices.receivers import http
from yinuo.city.api import commands as feeding
from yinuo.city.cases.models import Case
from yinuo.city.notices.deliver import deliver

pytestmark = pytest.mark.slow


def event(case, activity, at, **data):
    return {
        "specversion": "1.0", "id": f"{case}-{activity}", "source": "market-hall", "type": activity, "subject": case,
        "time": at.isoformat(), "data": data,
    }  # fmt: skip


def received(case, at, unit="market"):
    return event(case, "received", at, kind="application", item="food-permit", unit=unit, applicant="p", channel="网上")


def test_a_systems_day(visit, clock, settings):
    settings.WEBHOOK_PRIVATE = True
    guan = visit("guan")
    system = System(guan.address, key_of(guan))
    with http() as receiver:
        reported(system, clock)
        asked(system)
        pushed(guan, system, receiver, clock)
        revoked(guan, system)


def key_of(guan):
    """The administrator makes a key on the page; it is shown this once."""
    guan.go("/systems")
    guan.look()
    guan.page.fill("main [name=name]", "市场监管大厅系统")
    guan.page.select_option("main [name=unit]", "market")
    guan.page.click("main button:text-is('生成令牌')")
    must_say(guan.page, "它只显示这一次")
    secret = guan.page.locator(".secret code").inner_text()
    guan.notice()
    guan.go("/systems")
    expect(guan.page.locator("main")).not_to_contain_text(secret)
    must_say(guan.page, "市场监管大厅系统")
    return secret


def reported(system, clock):
    """A batch is taken event by event; again, nothing changes; what is another unit's is refused."""
    at = clock.now - timedelta(days=20)
    batch = [
        one for n in range(3) for one in (received(f"M{n}", at), event(f"M{n}", "accepted", at + timedelta(hours=1)))
    ]
    first = system.report(*batch)
    assert [one["status"] for one in first["results"]] == ["stored"] * 6
    again = system.report(*batch)
    assert (again["stored"], again["duplicate"], again["refused"]) == (0, 6, 0)
    foreign = system.report(received("F1", at, unit="housing"), received("M9", at))["results"]
    assert [one["status"] for one in foreign] == ["refused", "stored"]
    assert foreign[0]["reason"]
    clock.move(clock.now)


def pages(system, path, **asked):
    """Every row, page by page."""
    rows, cursor = [], ""
    while cursor is not None:
        answer = system.get(path, **asked, limit=2, cursor=cursor)
        assert answer.status == 200, answer.body
        assert len(answer.body["rows"]) <= 2
        rows += answer.body["rows"]
        cursor = answer.body["next"]
    return rows


def asked(system):
    """Clocks and findings are read back by pages; what would be due is told; nothing of another unit is seen."""
    clocks = pages(system, "/api/clocks", institution="time-limit", clause="promised")
    assert {"M0", "M1", "M2"} <= {row["case_id"] for row in clocks}
    assert len(clocks) == len({(row["case_id"], row["opener"]) for row in clocks})
    findings = pages(system, "/api/findings", case_id="M0")
    assert findings
    assert all(row["why"] for row in findings)
    seen = {row["case_id"] for row in pages(system, "/api/cases", kind="application")}
    assert seen == set(Case.objects.filter(kind="application", scope__contains=["market"]).values_list("pk", flat=True))
    assert len(seen) < Case.objects.filter(kind="application").count()
    due = system.get("/api/due", item="food-permit", start="2026-03-20T10:00:00+08:00").body
    assert {"promised": "2026-03-31T15:59:59.999999Z"}.items() <= {
        one["clause"]: one["due_at"] for one in due["clocks"]
    }.items()


def pushed(guan, system, receiver, clock):
    """A finding comes to the department's own address, signed so that nobody else could have sent it."""
    token = guan.page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value")
    opened = guan.context.request.post(
        "/api/webhooks",
        data={"name": "大厅", "unit": "market", "url": f"{receiver.url}/said", "activities": ["finding_raised"]},
        headers={"X-CSRFToken": token, "Referer": guan.page.url},
    )
    assert opened.status == 201, opened.text()
    system.report(event("M9", "accepted", clock.now - timedelta(days=19)))
    clock.move(clock.now + timedelta(minutes=1))
    while feeding.enqueue(clock.now):
        pass
    while not deliver(clock.now).is_idle:
        pass
    said = next(one for one in receiver.kept if json.loads(one.body)["data"]["case_id"] == "M9")
    must_be_signed(said, opened.json()["secret"])


def must_be_signed(said, secret):
    """Standard Webhooks: HMAC-SHA256 of id, moment and body."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{said.headers['webhook-id']}.{said.headers['webhook-timestamp']}.".encode() + said.body
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert f"v1,{wanted}" in said.headers["webhook-signature"].split()


def revoked(guan, system):
    """Once the key is closed nothing comes in by it."""
    guan.go("/systems")
    guan.page.click("main button:text-is('停用')")
    must_say(guan.page, "已停用")
    answer = system.get("/api/clocks")
    assert answer.status == 401
    assert answer.body["detail"]
