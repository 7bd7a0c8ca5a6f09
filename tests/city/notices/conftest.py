"""The tables of notices have no models, so Django's flush does not know them."""

import pytest
from django.db import connection

TABLES = "notices_notice, notices_outbox, notices_address, notices_webhook"


@pytest.fixture(autouse=True)
def emptied_notices(request, django_db_blocker):
    """After a test that commits, empties the tables."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if marker is not None and marker.kwargs.get("transaction"):
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(f"truncate {TABLES}")
            connection.close()
