"""The pages of the board are tried on a small city that is made once."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.city.board import small_city
from tests.city.together import browser_of, made_once
from yinuo.city.board import lights, polling


@pytest.fixture(scope="package")
def city(django_db_setup, django_db_blocker):
    """One open transaction around all tests of the package; each test's own changes go with its savepoint."""
    with made_once(django_db_blocker):
        yield small_city.built()


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """It is 20 March 2026 for every page."""
    monkeypatch.setattr(timezone, "now", lambda: small_city.NOW)
    monkeypatch.setattr(polling._Kept, "at", float("-inf"))
    lights._BOARDS.clear()
    lights._COUNTED.clear()


@pytest.fixture
def sign_in(city, db):
    """A client of somebody of the city."""
    return browser_of
