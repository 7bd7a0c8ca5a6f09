"""A small town, systems with tokens, and a client that speaks for them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.city.cases import town
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR

SECRETS = {unit: f"secret-of-{unit}-{'x' * 30}" for unit in ("city", "market", "police")}


class System:
    """A department's system: asks with its token."""

    def __init__(self, secret: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {secret}"})

    def get(self, path: str, **asked):
        """GET below /api/."""
        return self.client.get(f"/api/{path}", asked)

    def rows(self, path: str, **asked):
        """All rows of a list, page by page."""
        found, cursor = [], ""
        while True:
            answer = self.get(path, **asked, **({"cursor": cursor} if cursor else {}))
            assert answer.status_code == 200, answer.content
            page = answer.json()
            found += page["rows"]
            if not page["rows"] or page["next"] in (None, cursor):
                return found
            cursor = page["next"]

    def post(self, events, *, kind="application/cloudevents-batch+json"):
        """Report events."""
        body = events if isinstance(events, (bytes, str)) else json.dumps(events)
        return self.client.post("/api/events", body, content_type=kind)

    def report(self, *events):
        """Report events; the results."""
        answer = self.post(list(events))
        assert answer.status_code == 200, answer.content
        return answer.json()["results"]


def event(case, activity, *, at: datetime | None = None, number=1, source="hall", **data):
    """A CloudEvent; `at` is two days ago unless said."""
    at = at or timezone.now() - timedelta(days=2)
    return {
        "specversion": "1.0", "id": f"{case}-{number}", "source": source, "type": activity, "subject": case,
        "time": at.isoformat(), "data": data,
    }  # fmt: skip


def received(case, *, unit="market", **rest):
    """The opening of an application."""
    return event(case, "received", kind="application", item="food-permit", unit=unit, applicant="市民甲", **rest)


def make_tokens(rate=100_000):
    """A token for each system, by its unit."""
    for unit, secret in SECRETS.items():
        people.create_token(secret, name=f"{unit} 系统", unit=unit, rate=rate, actor=OPERATOR, now=timezone.now())


@pytest.fixture
def founded(db):
    """The town, and a token for each of its systems."""
    town.found()
    make_tokens()


@pytest.fixture
def market(founded):
    return System(SECRETS["market"])


@pytest.fixture
def police(founded):
    return System(SECRETS["police"])


@pytest.fixture
def city(founded):
    return System(SECRETS["city"])
