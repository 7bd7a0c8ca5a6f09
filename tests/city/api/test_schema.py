"""Whatever can be thought of from the description, asked as every role: never a 5xx, and nothing but what is described."""

from __future__ import annotations

import logging
import sys

import pytest
import schemathesis
from django.core.signals import got_request_exception, request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings

from tests.city.api.conftest import SECRETS, System, event, received
from yinuo.city.api.application import api
from yinuo.city.people import tokens
from yinuo.city.people.actor import Actor, Grant

ROLES = {
    "nobody": None,
    "market": Actor(
        "system:market", "市场系统", (Grant("system", "market", covers_city=False),), "market", is_system=True
    ),
    "handler": Actor("h", "经办人", (Grant("handler", "market", covers_city=False),), "market"),
    "administrator": Actor("a", "管理员", (Grant("administrator", "city"),), "city"),
    "auditor": Actor("u", "审计员", (Grant("auditor", "city"),), "city"),
    "head": Actor("l", "领导", (Grant("agency_head", "city"), Grant("system", "city")), "city"),
}
EXAMPLES = 12
"""Of one operation for one role."""
OPERATIONS = tuple(
    (method.upper(), path) for path, methods in api.get_openapi_schema()["paths"].items() for method in methods
)


@pytest.fixture
def everybody(founded, monkeypatch):
    """A token for each role, and two cases to be found."""
    System(SECRETS["city"]).report(received("a"), event("a", "accepted", number=2), received("p", unit="police"))
    monkeypatch.setattr(tokens, "actor_for", lambda token, now: ROLES.get(token))
    logging.disable(logging.CRITICAL)
    for signal in (request_started, request_finished):  # the connection is the test's
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_request_that_can_be_thought_of_breaks_the_server(everybody, method, path):
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
    operation = schema[path][method]

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def ask(case):
        broken: list[BaseException | None] = []
        for role in ROLES:
            case.headers["Authorization"] = f"Bearer {role}"
            heard = lambda **_: broken.append(sys.exc_info()[1])  # noqa: E731 - the signal holds it weakly
            got_request_exception.connect(heard)
            answer = case.call()
            assert answer.status_code < 500, (role, repr(broken))
            if answer.status_code >= 400:
                assert answer.headers["content-type"][0].startswith("application/problem+json"), answer.text[:200]
            if role == "nobody":
                assert answer.status_code in {401, 404, 405, 429}, answer.text[:200]

    ask()
