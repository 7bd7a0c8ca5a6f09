"""The portal is tried on the small city of the board's tests, with a few items that can be applied for online."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from tests.city.board import small_city
from tests.city.board.conftest import sign_in, today
from tests.city.catalogue import stock
from tests.city.together import made_once

__all__ = ["sign_in", "today"]


@pytest.fixture(scope="package")
def city(django_db_setup, django_db_blocker):
    """One open transaction around all tests of the package; each test's own changes go with its savepoint."""
    with made_once(django_db_blocker):
        small_city.found()
        cases = small_city.month_of_cases(24)
        small_city.supervised()
        stock.publish(now=small_city.NOW)
        yield cases


@pytest.fixture
def come_in(city, db, monkeypatch):
    """Somebody comes in by telephone; each from an address of his own."""
    count = iter(range(1, 250))

    def come(phone="13812345678", language="zh-hans"):
        client = Client(HTTP_ACCEPT_LANGUAGE=language, REMOTE_ADDR=f"203.0.113.{next(count)}")
        sent = client.post("/my/sign-in", {"phone": phone})
        code = re.search(r"data-sms>[^<]*?(\d{6})", sent.content.decode())
        assert code, sent.content.decode()[-3000:]
        answer = client.post("/my/sign-in", {"phone": phone, "code": code[1]})
        assert answer.status_code == 302, answer.content.decode()[-2000:]
        return client

    return come


@pytest.fixture
def at(monkeypatch):
    """It is another time for every page."""

    def move(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return move
