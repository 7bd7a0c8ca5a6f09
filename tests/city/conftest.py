"""A real PostgreSQL for every test of the city: the embedded one, in a folder of its own, without waiting for the disk."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection

from yinuo.city.site import embedded


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Starts the server before the first test that needs a database; every worker has a database of its own."""
    embedded.ensure(settings.HOME, settings={"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"})


@pytest.fixture(autouse=True)
def emptied_ledger(request, django_db_blocker):
    """After a test that commits, empties the ledger: Django's flush does not know its tables, and they refuse a DELETE."""
    yield
    marker = request.node.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"} & set(request.fixturenames)
    if commits or (marker is not None and marker.kwargs.get("transaction")):
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("set session_replication_role = replica")
            for table in ("event", "received", "head", "private", "root", "root_part"):
                cursor.execute(f"delete from ledger_{table}")
            cursor.execute("set session_replication_role = origin")
            connection.close()
