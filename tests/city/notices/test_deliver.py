"""What goes out arrives at least once, under one id, or is given up where one sees it."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection, connections

from tests.city.notices import receivers
from tests.city.people import staffing
from yinuo.city.notices.commands import (
    Posting,
    Taken,
    Unknown,
    disable_webhook,
    open_webhook,
    post_webhook,
    post_webhooks,
    retry,
)  # fmt: skip
from yinuo.city.notices.deliver import BACK_OFF, LEASE, Delivered, deliver
from yinuo.city.notices.queries import outgoing, outgoing_counts, webhooks
from yinuo.city.notices.webhooks import BadSecret, new_secret
from yinuo.city.people.actor import OPERATOR, NotAllowed

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


@pytest.fixture
def server(settings):
    settings.WEBHOOK_PRIVATE = True
    with receivers.http() as found:
        yield found


@pytest.fixture(autouse=True)
def a_unit(monkeypatch):
    """The tree of units is not what is tried here."""
    monkeypatch.setattr("yinuo.city.notices.commands.units.ancestors", lambda unit, _on: (unit, "city"))


def hook(url, name="w1"):
    open_webhook(
        name, name="环保局系统", unit="epb", url=url, secret=SECRET, activities=["accepted"], actor=OPERATOR, now=NOW
    )


def signed(kept, secret=SECRET):
    text = f"{kept.headers['webhook-id']}.{kept.headers['webhook-timestamp']}.".encode() + kept.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


@pytest.mark.holds("peer 100", shows="POST /api/webhooks")
@pytest.mark.django_db
def test_a_webhook_is_signed_as_standard_webhooks_says(server):
    hook(f"{server.url}/in?a=1")
    body = json.dumps({"办件": "受理"}, ensure_ascii=False)
    assert post_webhook("w1", event_id="e1", body=body, now=NOW)
    assert not post_webhook("w1", event_id="e1", body=body, now=NOW)
    assert deliver(NOW) == Delivered(sent=1)
    assert deliver(NOW).is_idle
    (kept,) = server.kept
    assert (kept.method, kept.path, kept.body) == ("POST", "/in?a=1", body.encode())
    assert kept.headers["webhook-signature"] == signed(kept)
    assert kept.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert outgoing("sent")[0].id == kept.headers["webhook-id"]


@pytest.mark.django_db
def test_each_try_has_the_same_id_and_a_signature_of_its_moment(server):
    hook(server.url)
    server.answer = lambda number: (503, "busy") if number == 1 else (200, "")
    post_webhook("w1", event_id="e1", body="{}", now=NOW)
    assert deliver(NOW) == Delivered(failed=1)
    assert deliver(NOW + timedelta(seconds=9)).is_idle
    assert deliver(NOW + timedelta(seconds=10)) == Delivered(sent=1)
    first, second = server.kept
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert second.headers["webhook-signature"] == signed(second)


@pytest.mark.django_db
def test_what_fails_again_and_again_is_given_up_where_one_sees_it_and_can_be_retried(server):
    hook(server.url)
    server.answer = lambda _number: (500, "<broken>")
    post_webhook("w1", event_id="e1", body="{}", now=NOW)
    now = NOW
    for pause in BACK_OFF:
        assert deliver(now) == Delivered(failed=1)
        assert deliver(now + pause - timedelta(seconds=1)).is_idle
        now += pause
    assert deliver(now) == Delivered(gave_up=1)
    (row,) = outgoing("given_up")
    assert (row.tries, row.gave_up_at, row.name) == (9, now, "环保局系统")
    assert "HTTP 500" in row.last_error
    assert deliver(now + timedelta(days=30)).is_idle
    server.answer = lambda _number: (204, "")
    assert retry(row.id, actor=OPERATOR, now=now)
    assert deliver(now) == Delivered(sent=1)
    assert not retry(row.id, actor=OPERATOR, now=now)
    assert len({kept.headers["webhook-id"] for kept in server.kept}) == 1


@pytest.mark.django_db
def test_a_receiver_that_is_gone_is_not_asked_again(server):
    hook(server.url)
    server.answer = lambda _number: (410, "gone")
    post_webhook("w1", event_id="e1", body="{}", now=NOW)
    assert deliver(NOW) == Delivered(gave_up=1)


@pytest.mark.django_db
def test_a_receiver_that_does_not_answer_costs_one_try_and_holds_up_nobody_else(server):
    with receivers.http() as closed:
        dead = closed.url
    hook(dead, "dead")
    hook(server.url, "alive")
    postings = [Posting("dead", f"e{n}", "{}") for n in range(40)] + [Posting("alive", "e", "{}")]
    assert post_webhooks(postings, now=NOW) == 41
    assert sum((deliver(NOW, limit=10).sent for _ in range(8)), 0) == 1
    waiting = outgoing("waiting")
    assert len(waiting) == 40
    assert sorted({row.tries for row in waiting}) == [0, 1]
    assert sum(row.tries for row in waiting) <= 2
    assert {row.next_at for row in waiting} == {NOW + BACK_OFF[0]}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "file:///etc/passwd", "//example.org", "http://", "http://a:b@example.org/",
        "http://127.0.0.1/", "http://10.1.2.3:8080/", "http://169.254.169.254/latest", "http://[::1]/", "http://0.0.0.0/",
        "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[fd00::1]/", "http://100.64.0.1/",
        "http://224.0.0.1/", "http://example.org/\r\nX: y", "http://example.org:99999/",
    ],
)  # fmt: skip
def test_a_webhook_into_our_own_network_or_of_another_scheme_is_refused(url):
    with pytest.raises(Exception, match=r"must|private|address|hold"):
        hook(url)
    assert webhooks() == ()


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "127.1"])
def test_a_name_that_leads_into_our_own_network_is_refused_when_it_is_resolved(server, settings, host):
    port = server.url.rpartition(":")[2]
    hook(f"http://{host}:{port}/")
    settings.WEBHOOK_PRIVATE = False
    post_webhook("w1", event_id="e1", body="{}", now=NOW)
    delivered = deliver(NOW)
    assert delivered.sent == 0
    assert server.kept == []
    if delivered.gave_up:
        assert "private" in outgoing("given_up")[0].last_error


@pytest.mark.django_db
def test_a_redirect_is_not_followed(server):
    hook(server.url)
    server.answer = lambda _number: (302, f"{server.url}/elsewhere")
    post_webhook("w1", event_id="e1", body="{}", now=NOW)
    assert deliver(NOW) == Delivered(failed=1)
    assert [kept.path for kept in server.kept] == ["/"]


@pytest.mark.django_db
def test_a_disabled_webhook_gets_nothing_more_and_both_are_in_the_ledger_without_the_secret(server):
    hook(server.url)
    post_webhook("w1", event_id="e1", body="{}", now=NOW)
    disable_webhook("w1", actor=OPERATOR, now=NOW)
    assert deliver(NOW) == Delivered(gave_up=1)
    assert server.kept == []
    with pytest.raises(Unknown):
        disable_webhook("w1", actor=OPERATOR, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "select activity, payload::text from ledger_event where stream = 'notices/webhooks' order by version"
        )
        rows = cursor.fetchall()
    assert [activity for activity, _ in rows] == ["webhook_opened", "webhook_disabled"]
    assert SECRET not in str(rows)


@pytest.mark.django_db
def test_a_webhook_keeps_its_id_for_ever(server):
    hook(server.url)
    with pytest.raises(Taken):
        hook(f"{server.url}/other")
    disable_webhook("w1", actor=OPERATOR, now=NOW)
    with pytest.raises(Taken):
        hook(f"{server.url}/other")


@pytest.mark.django_db
def test_a_webhook_needs_a_secret_and_somebody_who_may(server):
    with pytest.raises(BadSecret):
        open_webhook("w", name="n", unit="u", url=server.url, secret="short", activities=[], actor=OPERATOR, now=NOW)
    nobody = type(OPERATOR)("li", "李", ())
    with pytest.raises(NotAllowed):
        open_webhook("w", name="n", unit="u", url=server.url, secret=new_secret(), activities=[], actor=nobody, now=NOW)
    with pytest.raises(NotAllowed):
        retry("x", actor=nobody, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work_and_send_nothing_twice(server):
    for n in range(4):
        hook(f"{server.url}/{n}", f"w{n}")
    post_webhooks([Posting(f"w{n % 4}", f"e{n}", "{}") for n in range(120)], now=NOW)

    def work(_number):
        try:
            total = 0
            while not (done := deliver(NOW, limit=7)).is_idle:
                total += done.sent
            return total
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(work, range(3))) == 120
    assert len(server.kept) == len({kept.headers["webhook-id"] for kept in server.kept}) == 120
    assert outgoing_counts() == (0, 0, None)


WORKER = """
import django
from django.conf import settings
django.setup()
settings.WEBHOOK_PRIVATE = True
from datetime import datetime, UTC
from yinuo.city.notices.deliver import deliver
deliver(datetime(2026, 3, 2, 1, tzinfo=UTC))
"""


@pytest.mark.holds("peer 100", "regression 15", shows="/operations/outbox")
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_sending_and_marking_sends_again_under_the_same_id(server):
    hook(server.url)
    post_webhook("w1", event_id="e1", body="{}", now=NOW)
    here = {name: quote(value, safe="") for name, value in connection.settings_dict.items() if isinstance(value, str)}
    address = "postgresql://{USER}:{PASSWORD}@{HOST}/{NAME}".format_map(here)
    worker = subprocess.Popen([sys.executable, "-c", WORKER], env={**os.environ, "DATABASE_URL": address})

    def answer(number):
        if number == 1:
            os.kill(worker.pid, signal.SIGKILL)
        return 200, ""

    server.answer = answer
    assert worker.wait(60) == -signal.SIGKILL, server.kept
    (row,) = outgoing("waiting")
    assert (row.tries, row.sent_at) == (1, None)
    assert deliver(NOW + LEASE - timedelta(seconds=1)).is_idle
    assert deliver(NOW + LEASE) == Delivered(sent=1)
    first, second = server.kept
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == row.id
    staffing.open_units()
    page = staffing.browser_with("administrator", "li").get("/operations/outbox?state=sent").content.decode()
    (line,) = (one for one in page.split("<tr>") if "<td" in one)
    assert f'<code title="{row.id}">' in line and 'data-label="次数" class="num">2<' in line, line


@pytest.mark.django_db
def test_a_receiver_that_never_ends_its_answer_is_cut_off(settings, monkeypatch):
    settings.WEBHOOK_PRIVATE = True
    monkeypatch.setattr("yinuo.city.notices.reach.SECONDS", 0.3)
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip():
            open_socket, _ = listening.accept()
            with open_socket, contextlib.suppress(OSError):
                open_socket.sendall(b"HTTP/1.1 200 OK\r\n")
                while not done.wait(0.02):
                    open_socket.sendall(b"X: y\r\n")

        thread = threading.Thread(target=drip)
        thread.start()
        hook(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        post_webhook("w1", event_id="e1", body="{}", now=NOW)
        assert deliver(NOW) == Delivered(failed=1)
        done.set()
        thread.join()
    assert outgoing("waiting")[0].last_error == "十秒内没有应答"


@pytest.mark.django_db
def test_the_receiver_of_the_manual_believes_us_and_nobody_else(server):
    manual = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text("utf-8")
    names = {}
    exec(re.search(r"```python\n(.*?)```", manual, re.DOTALL)[1], names)
    is_genuine = names["is_genuine"]
    hook(server.url)
    post_webhook("w1", event_id="e1", body='{"办件": 1}', now=NOW)
    deliver(NOW)
    (kept,) = server.kept
    at = NOW.timestamp()
    assert is_genuine(SECRET, kept.headers, kept.body, at + 299)
    assert not is_genuine(SECRET, kept.headers, kept.body, at + 301)
    assert not is_genuine(SECRET, kept.headers, kept.body + b" ", at)
    assert not is_genuine(new_secret(), kept.headers, kept.body, at)
    assert not is_genuine(SECRET, kept.headers | {"webhook-id": "other"}, kept.body, at)
    for pause in ("10 s", "1 min", "5 min", "30 min", "2 h", "6 h", "12 h", "24 h"):
        number, unit = pause.split()
        assert timedelta(**{{"s": "seconds", "min": "minutes", "h": "hours"}[unit]: int(number)}) in BACK_OFF
        assert number in manual
    assert len(BACK_OFF) == 8
