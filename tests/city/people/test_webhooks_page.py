"""Webhooks have their page beside the systems' tokens: opened with the secret shown once, listed with what went out, closed."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.utils import timezone

from tests.city.people import staffing
from yinuo.city.ledger import read
from yinuo.city.notices import queries
from yinuo.city.notices.commands import Posting, post_webhooks

ADDRESS = "https://93.184.216.34/hook"
WANTED = {"name": "大数据平台", "unit": "city", "url": ADDRESS, "activities": ["finding_raised", "granted"]}


@pytest.fixture
def sign_in(db):
    """A client of somebody with a role."""
    staffing.open_units()

    def signed(person, role, language="zh-hans", over="city"):
        return staffing.browser_with(role, person, over=over, language=language)

    return signed


def text(answer):
    return answer.content.decode()


@pytest.mark.holds("peer 100", shows="/systems/webhooks")
def test_a_webhook_is_opened_with_its_secret_shown_once_and_closed(sign_in):
    guan = sign_in("guan", "administrator")
    assert "还没有推送" in text(guan.get("/systems/webhooks"))
    page = text(guan.post("/systems/webhooks/open", WANTED))
    (secret,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", page)
    assert "亮牌" in page
    again = text(guan.get("/systems/webhooks"))
    assert secret not in again
    assert ADDRESS in again
    assert secret not in str([event.payload for event in read.feed(0, 1000)])
    (hook,) = queries.webhooks()
    assert hook.activities == ("finding_raised", "granted")
    assert "推送已停用" in text(guan.post(f"/systems/webhooks/{hook.id}/close", follow=True))
    assert queries.webhooks() == ()
    assert "没有名为" in text(guan.post(f"/systems/webhooks/{hook.id}/close", follow=True))
    assert "Opened" not in page
    assert "Open a webhook" in text(sign_in("en", "administrator", language="en").get("/systems/webhooks"))


def test_the_last_deliveries_are_shown_with_their_state(sign_in):
    guan = sign_in("guan", "administrator")
    guan.post("/systems/webhooks/open", WANTED)
    (hook,) = queries.webhooks()
    assert "还没有发送过" in text(guan.get("/systems/webhooks"))
    for number in range(7):
        post_webhooks([Posting(hook.id, f"e{number}", "{}")], now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notices_outbox SET next_at = NULL, sent_at = now(), tries = 1 WHERE id LIKE %s", ["%"])
        cursor.execute(
            "UPDATE notices_outbox SET sent_at = NULL, gave_up_at = now(), tries = 9, last_error = 'HTTP 500' "
            "WHERE id = (SELECT id FROM notices_outbox ORDER BY created_at DESC LIMIT 1)"
        )
    (found,) = queries.hooks()
    assert [one.state for one in found.deliveries] == ["given_up", "sent", "sent", "sent", "sent"]
    page = text(guan.get("/systems/webhooks"))
    assert "HTTP 500" in page
    assert "已放弃" in page


def test_what_is_wrong_is_said_and_what_was_filled_in_is_kept(sign_in):
    guan = sign_in("guan", "administrator")
    for change, sentence in (
        ({"name": " "}, "请填写接收系统的名称"),
        ({"unit": "nowhere"}, "请选择您管理范围内的单位"),
        ({"url": ""}, "请填写接收地址"),
        ({"url": "http://10.0.0.1/x"}, 'role="alert"'),
    ):
        answer = guan.post("/systems/webhooks/open", {**WANTED, **change})
        assert answer.status_code == 422, change
        assert sentence in text(answer), change
        assert "whsec_" not in text(answer)
    assert queries.webhooks() == ()


def test_it_is_for_administrators_and_for_their_own_part(sign_in):
    sign_in("guan", "administrator").post("/systems/webhooks/open", WANTED)
    (hook,) = queries.webhooks()
    assert sign_in("han", "handler").get("/systems/webhooks").status_code == 403
    part = sign_in("part", "administrator", over="water")
    assert ADDRESS not in text(part.get("/systems/webhooks"))
    assert part.post(f"/systems/webhooks/{hook.id}/close").status_code == 404
    assert "请选择您管理范围内的单位" in text(part.post("/systems/webhooks/open", WANTED))
    assert 'href="/systems/webhooks"' in text(part.get("/systems"))
