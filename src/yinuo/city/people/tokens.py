"""The keys of departments' own systems: who a token is, and how often it may ask."""

from __future__ import annotations

import hashlib
from datetime import datetime
from threading import Lock

from django.db import connection
from django.utils import timezone

from yinuo.city.ledger.statements import sql
from yinuo.city.people.actor import Actor, Grant

PAUSE = 10
"""Seconds that a system which asks too often is told to wait."""


def digest(token: str) -> str:
    """What is kept of a token: its SHA-256; it is 256 bits of chance, so no salt and no slow hash are needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def actor_for(token: str, *, now: datetime) -> Actor | None:
    """The system whose token this is, with the role `system` within its unit; None when unknown, revoked or its unit is closed.

    The actor's id is `system:<token id>`.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "token"), {"digest": digest(token), "today": timezone.localdate(now)})
        row = cursor.fetchone()
    if row is None:
        return None
    key, name, unit, rate, covers_city = row
    actor = Actor(f"system:{key}", name, (Grant("system", unit, covers_city),), unit, is_system=True)
    _rates[actor.id] = rate
    return actor


def is_within_rate(system: str, *, now: datetime) -> bool:
    """Whether the system may ask once more: its rate is requests a minute, and it may use a minute's worth at once.

    Counted by every server process for itself; what a system may really ask is its rate times the processes.
    """
    rate = _rates.get(system)
    if rate is None:
        return True
    with _lock:
        left, since = _left.get(system, (float(rate), now))
        left = min(rate, left + (now - since).total_seconds() * rate / 60)
        _left[system] = (left - 1 if left >= 1 else left, now)
        return left >= 1


_rates: dict[str, int] = {}
_left: dict[str, tuple[float, datetime]] = {}
_lock = Lock()
