"""The world is made once for the package; the changes of a request go with its savepoint."""

from __future__ import annotations

import pytest
from django.conf import settings as site
from django.core.cache import cache
from django.utils import timezone

from tests.city.matrix import world
from tests.city.together import made_once
from yinuo.city.board import polling


@pytest.fixture(scope="package")
def standing(django_db_setup, django_db_blocker, tmp_path_factory):
    """One open transaction around every test that uses it."""
    was = site.MEDIA_ROOT
    site.MEDIA_ROOT = tmp_path_factory.mktemp("files")
    try:
        with made_once(django_db_blocker):
            yield world.Town()
    finally:
        site.MEDIA_ROOT = was


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """It is 20 March 2026 everywhere."""
    monkeypatch.setattr(timezone, "now", lambda: world.NOW)
    monkeypatch.setattr(polling._Kept, "at", float("-inf"))
    cache.clear()


@pytest.fixture
def town(standing, db):
    """The world, to be changed freely."""
    return standing
