"""Addresses and webhooks as the ledger tells them. Notices and outbox are not here: they are no record of the city."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from django.db import connection

from yinuo.city.ledger.events import StoredEvent
from yinuo.city.ledger.statements import sql

PREFIX = "notices/"
_STATEMENTS = {"address_set", "address_forgotten", "webhook_opened", "webhook_disabled"}
"""Each event has a statement of its name."""


class UnknownEvent(LookupError):
    """A stream of notices holds an event that this version does not know."""


def reset() -> None:
    """Empty the tables made from the ledger."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE notices_address, notices_webhook")


def apply(events: Sequence[StoredEvent]) -> None:
    """Write down what events say; one that is there already changes nothing. Raises UnknownEvent."""
    with connection.cursor() as cursor:
        for event in events:
            if event.activity not in _STATEMENTS:
                raise UnknownEvent(f"{event.stream}: no such event of notices: {event.activity}")
            said = orjson.loads(event.payload)
            values = {
                **said, "ref": (said.get("private") or said.get("secret") or {}).get("ref"), "at": event.at,
                "actor": event.actor,
            }  # fmt: skip
            cursor.execute(sql(__file__, event.activity), values)
