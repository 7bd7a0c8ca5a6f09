"""The API over real HTTP: ingest through a live server."""

from __future__ import annotations

import json
import urllib.request

import pytest

from tests.city.api.conftest import SECRETS, event, received
from yinuo.city.ledger import read

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_system_reports_over_http_and_reads_the_feed(founded, live_server):
    def ask(path, body=None):
        headers = {"Authorization": f"Bearer {SECRETS['market']}", "Content-Type": "application/cloudevents-batch+json"}
        asked = urllib.request.Request(f"{live_server.url}/api/{path}", body, headers)
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return json.load(answer)

    batch = json.dumps([received("a"), event("a", "accepted", number=2), event("a", "no-such", number=3)]).encode()
    first, again = ask("events", batch), ask("events", batch)
    assert [first[name] for name in ("stored", "duplicate", "refused")] == [2, 0, 1]
    assert [again[name] for name in ("stored", "duplicate", "refused")] == [0, 2, 1]
    assert [one["type"] for one in ask("feed")["rows"]] == ["received", "accepted"]
    assert len(read.stream("case/a")) == 2
