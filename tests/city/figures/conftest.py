"""A small city with its catalogue, measured once; each test's own changes go with its savepoint."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from tests.city.board import small_city
from tests.city.figures import shelves
from yinuo.city.board import polling
from yinuo.city.people.models import Account


@pytest.fixture(scope="package")
def city(django_db_setup, django_db_blocker):
    """One open transaction around all tests of the package."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        try:
            small_city.found()
            shelves.publish(date(2025, 1, 1))
            shelves.sections()
            small_city.month_of_cases()
            small_city.supervised()
            small_city.measure_figures(small_city.NOW)
            yield
        finally:
            transaction.set_rollback(True)
            around.__exit__(None, None, None)
            connection.close()


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """It is 20 March 2026 for every page."""
    monkeypatch.setattr(timezone, "now", lambda: small_city.NOW)
    monkeypatch.setattr(polling._Kept, "at", float("-inf"))


@pytest.fixture
def sign_in(city, db):
    """A client of somebody of the city."""

    def signed(key, language="zh-hans"):
        client = Client(HTTP_ACCEPT_LANGUAGE=language)
        client.force_login(
            Account.objects.get(username=key), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        return client

    return signed
