"""The API over real HTTP: ingest through a live server, and whatever a schema can think of asked with every role's token."""

from __future__ import annotations

import json
import urllib.request

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings

from tests.city.api.conftest import SECRETS, event, received
from yinuo.city.ledger import read
from yinuo.city.people.actor import ROLE_WORDS, Actor, Grant
from yinuo.city.people import guard

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_system_reports_over_http_and_reads_the_feed(founded, live_server):
    def ask(path, body=None):
        headers = {"Authorization": f"Bearer {SECRETS['market']}", "Content-Type": "application/cloudevents-batch+json"}
        asked = urllib.request.Request(f"{live_server.url}/api/{path}", body, headers)  # noqa: S310 - our own server
        with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310
            return json.load(answer)

    batch = json.dumps([received("a"), event("a", "accepted", number=2), event("a", "no-such", number=3)]).encode()
    assert [ask("events", batch)[name] for name in ("stored", "duplicate", "refused")] == [2, 0, 1]
    assert [ask("events", batch)[name] for name in ("stored", "duplicate", "refused")] == [0, 2, 1]
    assert [one["type"] for one in ask("feed")["rows"]] == ["received", "accepted"]
    assert len(read.stream("case/a")) == 2
