"""Who comes in: the token's holder and nobody else, as often as agreed; and every operation says what it needs."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.city.api.conftest import SECRETS, System, received
from yinuo.city.api.application import api
from yinuo.city.people import commands as people
from yinuo.city.people import tokens
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.may import PERMISSIONS


def test_every_operation_declares_what_it_needs():
    found = [
        operation
        for _prefix, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
    ]
    assert len(found) >= 15
    for operation in found:
        assert getattr(operation.view_func, "permission", None) in PERMISSIONS, operation.view_func.__name__


@pytest.mark.parametrize("secret", ["wrong", "x" * 5000, "秘密"])
def test_a_wrong_token_is_not_let_in(founded, secret):
    answer = System(secret).get("cases")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert System(secret).post([received("a")]).status_code == 401


def test_no_token_is_not_let_in(founded, client):
    assert client.get("/api/cases").status_code == 401


def test_a_revoked_token_is_not_let_in_from_that_moment(market):
    assert market.get("cases").status_code == 200
    people.revoke_token(tokens.digest(SECRETS["market"])[:12], actor=OPERATOR, now=timezone.now())
    assert market.get("cases").status_code == 401
    assert market.post([received("a")]).status_code == 401


def test_what_a_system_may_not_do_is_refused(market):
    answer = market.client.post(
        "/api/webhooks", {"name": "x", "unit": "market", "url": "https://example.org/"}, content_type="application/json"
    )
    assert answer.status_code == 403


def test_who_asks_too_often_is_told_to_wait(founded):
    secret = "slow-" + "s" * 40
    people.create_token(secret, name="慢", unit="police", rate=2, actor=OPERATOR, now=timezone.now())
    answers = [System(secret).get("cases") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 429, 429]
    assert answers[-1]["Retry-After"] == str(tokens.PAUSE)
    assert answers[-1]["Content-Type"] == "application/problem+json"


def test_the_description_and_its_page_need_nothing_from_elsewhere(db, client):
    described = client.get("/api/openapi.json").json()
    assert described["openapi"].startswith("3.")
    page = client.get("/api/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert "http://" not in text
    assert "https://" not in text
    assert 'src="/static/ninja/swagger-ui-bundle.js"' in text
    script = client.get("/static/ninja/swagger-ui-bundle.js")
    assert script.status_code == 200
    script.close()
