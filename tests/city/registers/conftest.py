"""The desk is tried on the small city, with a government office that verifies what others enter."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.city.board import small_city
from tests.city.together import browser_of, made_once
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.units import Span
from yinuo.city.registers import overview

MORE = (
    ("gao", "高主任", "government-office", "section_head", "government-office"),
    ("he", "何文", "government-office", "handler", "government-office"),
)


@pytest.fixture(scope="package")
def founded(django_db_setup, django_db_blocker):
    """One open transaction around all tests of the package: units, people with logins, the text in force."""
    with made_once(django_db_blocker):
        small_city.found()
        row = next(row for row in small_city.demo_city().tables["units"].to_dicts() if row["id"] == MORE[0][2])
        office = Span(row["id"], small_city.START, None, row["parent"], row["zh"], row["en"], row["type"])
        people.open_unit(office, actor=OPERATOR, now=small_city.NOW)
        for one in MORE:
            small_city.employ(*one)
        yield


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """It is 20 March 2026, 10:00, for every page; numbers are counted anew in each test."""
    monkeypatch.setattr(timezone, "now", lambda: small_city.NOW)
    monkeypatch.setattr(overview, "_COUNTED", {})


@pytest.fixture
def sign_in(founded, db):
    """A client of somebody of the town."""
    return browser_of
