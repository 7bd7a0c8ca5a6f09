"""A town that is founded once; each test's own changes go with its savepoint."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.city.board import small_city
from tests.city.catalogue import stock
from tests.city.together import browser_of, made_once


@pytest.fixture(scope="package")
def founded(django_db_setup, django_db_blocker):
    """One open transaction around all tests of the package: units, people with logins, the text in force."""
    with made_once(django_db_blocker):
        small_city.found()
        yield


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
    return browser_of
