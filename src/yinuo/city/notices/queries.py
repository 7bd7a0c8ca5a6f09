"""What pages read of notices."""

from __future__ import annotations

from django.db import connection

from yinuo.city.ledger.statements import sql


def unread(person: str) -> int:
    """How many notices the person has not read."""
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "unread"), {"person": person})
        return int(cursor.fetchone()[0])
