"""Keeps the tables of the catalogue in step with the ledger, live and when they are rebuilt."""

from __future__ import annotations

import re
from collections.abc import Sequence

import orjson
from django.db import connection

from yinuo.city.catalogue.events import DRAFTED, DROPPED, PUBLISHED, WITHDRAWN
from yinuo.city.ledger.events import StoredEvent
from yinuo.city.ledger.statements import sql
from yinuo.city.pages.initials import terms

PREFIX = "catalogue/"
KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


def reset() -> None:
    """Forget everything; `apply` on all events makes it again."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE catalogue_version, catalogue_draft RESTART IDENTITY")


def apply(events: Sequence[StoredEvent]) -> None:
    """Take events over, each stream in its order. Never asks the clock: which version is in force is asked by day."""
    with connection.cursor() as cursor:
        for event in events:
            name = STATEMENTS.get(event.activity)
            if name is not None:
                cursor.execute(sql(__file__, name), _given(event))


STATEMENTS = {PUBLISHED: "published", DRAFTED: "drafted", DROPPED: "dropped", WITHDRAWN: "withdrawn"}


def _given(event: StoredEvent) -> dict[str, object]:
    payload = orjson.loads(event.payload)
    given: dict[str, object] = {
        "item": event.stream.removeprefix(PREFIX),
        "number": event.version,
        "at": event.recorded_at,
        "actor": event.actor,
        "since": payload.get("from"),
        "until": payload.get("until"),
        "authority": payload.get("authority"),
        "reason": payload.get("reason"),
        "into": payload.get("into"),
    }
    said = payload.get("item")
    if said is not None:
        found = terms([said["zh"], said.get("en", ""), said.get("code", ""), *said.get("aliases", ())])
        given |= {"said": orjson.dumps(said).decode(), "terms": found}
    return given
