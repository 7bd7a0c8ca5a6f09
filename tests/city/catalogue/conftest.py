"""A town that is founded once; each test's own changes go with its savepoint."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from tests.city.board import small_city
from tests.city.catalogue import stock
from yinuo.city.people.models import Account


@pytest.fixture(scope="package")
def founded(django_db_setup, django_db_blocker):
    """One open transaction around all tests of the package: units, people with logins, the text in force."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        try:
            small_city.found()
            yield
        finally:
            transaction.set_rollback(True)
            around.__exit__(None, None, None)
            connection.close()


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """It is 20 March 2026 for every page."""
    monkeypatch.setattr(timezone, "now", lambda: stock.NOW)


@pytest.fixture
def town(founded, db):
    """The town."""


@pytest.fixture
def sign_in(town):
    """A client of somebody of the town."""

    def signed(key, language="zh-hans"):
        client = Client(HTTP_ACCEPT_LANGUAGE=language)
        client.force_login(
            Account.objects.get(username=key), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        return client

    return signed
