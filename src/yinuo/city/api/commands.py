"""What the API does by itself: hand the feed on to webhooks. Opens the transaction."""

from __future__ import annotations

import hashlib
from datetime import datetime

import orjson
from django.db import connection, transaction

from yinuo.city.api import feeding
from yinuo.city.ledger import read
from yinuo.city.ledger.events import StoredEvent
from yinuo.city.ledger.statements import sql
from yinuo.city.notices.commands import Posting, post_webhooks
from yinuo.city.notices.queries import Webhook, webhooks

NAME = "webhooks"
MOST = 1_000
"""Events handed on in one transaction."""


def begin() -> None:
    """Tell webhooks what is recorded from now on, unless they are told already. Called when one is opened."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql(__file__, "begin"), {"name": NAME})


def enqueue(now: datetime) -> int:
    """Put what happened since the last time into the outbox of every webhook it concerns; how many events were looked at.

    Each event once for ever per webhook, in one transaction with the position; one worker at a time, the others do
    nothing. A webhook hears of cases within its unit, and of its activities only. While none is open nothing is kept.
    """
    hooks = webhooks()
    with transaction.atomic(), connection.cursor() as cursor:
        if not hooks:
            cursor.execute(sql(__file__, "forget"), {"name": NAME})
            return 0
        cursor.execute(sql(__file__, "position"), {"name": NAME})
        row = cursor.fetchone()
        if row is None:
            cursor.execute(sql(__file__, "begin"), {"name": NAME})
            return 0
        events = read.feed(row[0], MOST)
        if events:
            post_webhooks(_postings(hooks, events), now=now)
            cursor.execute(sql(__file__, "move"), {"name": NAME, "position": events[-1].position})
    return len(events)


def _postings(hooks: tuple[Webhook, ...], events: tuple[StoredEvent, ...]) -> list[Posting]:
    scopes = feeding.scopes(events)
    found = []
    for event in events:
        scope = scopes.get(feeding.case_of(event) or "", frozenset())
        concerned = [
            hook for hook in hooks if hook.unit in scope and (not hook.activities or event.activity in hook.activities)
        ]
        if concerned:
            body = orjson.dumps(feeding.told(event), option=orjson.OPT_UTC_Z).decode()
            name = hashlib.sha256(f"{event.source}\x1f{event.event_id}\x1f{event.stream}".encode()).hexdigest()
            found += [Posting(hook.id, name, body) for hook in concerned]
    return found
