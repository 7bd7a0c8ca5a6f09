"""A town that publishes: founded once; each test's own changes go with its savepoint."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.city.board import small_city
from tests.city.openness import gazette
from tests.city.together import made_once
from yinuo.city.openness import records


@pytest.fixture(scope="package")
def founded(django_db_setup, django_db_blocker):
    """One open transaction around all tests of the package: units, people, the text in force, six weeks of cases judged."""
    with made_once(django_db_blocker):
        gazette.found()
        yield


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """It is 20 March 2026 for every page, and nothing is remembered of another test."""
    monkeypatch.setattr(timezone, "now", lambda: small_city.NOW)
    records.forget()


@pytest.fixture
def town(founded, db):
    """The town."""
