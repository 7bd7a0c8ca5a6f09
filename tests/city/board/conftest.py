"""The pages of the board are tried on a small city that is made once."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from tests.city.board import small_city
from yinuo.city.board import lights, polling


@pytest.fixture(scope="package")
def city(django_db_setup, django_db_blocker):
    """One open transaction around all tests of the package; each test's own changes go with its savepoint."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        try:
            yield small_city.built()
        finally:
            transaction.set_rollback(True)
            around.__exit__(None, None, None)
            connection.close()


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """It is 20 March 2026 for every page."""
    monkeypatch.setattr(timezone, "now", lambda: small_city.NOW)
    monkeypatch.setattr(polling._Kept, "at", float("-inf"))
    lights._KEPT.clear()


@pytest.fixture
def sign_in(city, db):
    """A client of somebody of the city."""

    def signed(key, language="zh-hans"):
        from yinuo.city.people.models import Account

        client = Client(HTTP_ACCEPT_LANGUAGE=language)
        client.force_login(
            Account.objects.get(username=key), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        return client

    return signed
