"""Keeps `texts_installation` in step with the ledger, live and when it is rebuilt."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from django.db import connection

from yinuo.city.ledger.events import StoredEvent
from yinuo.city.texts.models import Installation

PREFIX = "text/"
INSTALLED = "text_installed"


def reset() -> None:
    """Forget every installation; `apply` on all events makes them again."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE texts_installation RESTART IDENTITY")


def apply(events: Sequence[StoredEvent]) -> None:
    """Take installations over."""
    rows = [(event, orjson.loads(event.payload)) for event in events if event.activity == INSTALLED]
    Installation.objects.bulk_create(
        Installation(
            name=payload["name"],
            digest=payload["digest"],
            version=event.version,
            zh=payload["zh"],
            en=payload["en"],
            actor=event.actor,
            installed_at=event.recorded_at,
        )
        for event, payload in rows
    )
