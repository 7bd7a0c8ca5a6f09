"""A real PostgreSQL for every test of the city: the embedded one, in a folder of its own, without waiting for the disk."""

from __future__ import annotations

import pytest
from django.conf import settings

from yinuo.city.site import embedded


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Starts the server before the first test that needs a database; every worker has a database of its own."""
    embedded.ensure(settings.HOME, settings={"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"})
