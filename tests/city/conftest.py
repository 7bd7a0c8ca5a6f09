"""A real PostgreSQL for every test of the city: the embedded one, in a folder of its own, without waiting for the disk."""

from __future__ import annotations

import os

import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation

from yinuo.city.site import embedded
from yinuo.city.site.settings import database


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Starts a server for this process of the tests: a feed or a root waits for every transaction open on its server."""
    home = settings.HOME / "servers" / os.environ.get("PYTEST_XDIST_WORKER", "alone")
    address = embedded.ensure(
        home,
        settings={"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "'128MB'"},
    )
    here = database(os.environ.get("DATABASE_URL") or address)
    settings.DATABASES["default"].update({name: here[name] for name in ("HOST", "PORT", "USER", "PASSWORD")})
    connection.close_pool()  # a test of the command line may have opened it, to a server that is not this one
    yield
    embedded.leave(home)


@pytest.fixture(autouse=True)
def city_language():
    """Every test begins in the language of the city: a page asked for in English leaves its thread in English."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


KEPT = {"django_migrations", "ledger_shift"}
"""Tables that a test leaves as the migrations made them."""


@pytest.fixture(autouse=True)
def emptied_tables(request, django_db_blocker):
    """After a test that commits, empties the tables without a model, the ledger first: Django's flush does not know them."""
    yield
    marker = request.node.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"} & set(request.fixturenames)
    if not commits and (marker is None or not marker.kwargs.get("transaction")):
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        known = {*connection.introspection.django_table_names(), *KEPT}
        cursor.execute(
            "select relname from pg_class where relkind in ('r', 'p') and not relispartition "
            "and relnamespace = 'public'::regnamespace"
        )
        tables = sorted({name for (name,) in cursor.fetchall()} - known)
        # The ledger refuses a DELETE; as a replica the server asks no trigger.
        cursor.execute("set session_replication_role = replica")
        cursor.execute("; ".join(f"delete from {connection.ops.quote_name(table)}" for table in tables))
        cursor.execute("set session_replication_role = origin")
        connection.close()
