"""A small city with its catalogue, measured once; each test's own changes go with its savepoint."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from tests.city.board import small_city
from tests.city.figures import shelves
from tests.city.together import browser_of, made_once
from yinuo.city.board import polling


@pytest.fixture(scope="package")
def city(django_db_setup, django_db_blocker):
    """One open transaction around all tests of the package."""
    with made_once(django_db_blocker):
        small_city.found()
        shelves.publish(date(2025, 1, 1))
        shelves.sections()
        small_city.month_of_cases()
        small_city.supervised()
        small_city.measure_figures(small_city.NOW)
        yield


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """It is 20 March 2026 for every page."""
    monkeypatch.setattr(timezone, "now", lambda: small_city.NOW)
    monkeypatch.setattr(polling._Kept, "at", float("-inf"))


@pytest.fixture
def sign_in(city, db):
    """A client of somebody of the city."""
    return browser_of
