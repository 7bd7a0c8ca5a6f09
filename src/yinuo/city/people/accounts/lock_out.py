"""Guessing passwords does not pay: a name that failed too often is locked for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from yinuo.city.ledger.statements import sql
from yinuo.city.people.models import SignIn


def is_locked(username: str, *, now: datetime) -> bool:
    """Whether the name failed LOCK_OUT["failures"] times since it last came in, the last within LOCK_OUT["minutes"].

    A name nobody has is locked alike, so that a stranger does not learn which names there are.
    """
    since = now - timedelta(minutes=settings.LOCK_OUT["minutes"])
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "failures"), {"username": _key(username), "since": since})
        row = cursor.fetchone()
    return bool(row and row[0] >= settings.LOCK_OUT["failures"])


def note(username: str, *, succeeded: bool, address: str, now: datetime) -> None:
    """Write down one attempt. What was typed as a name is cut at 150 signs."""
    SignIn.objects.create(username=_key(username), at=now, address=address[:64], succeeded=succeeded)


def _key(username: str) -> str:
    return username.strip().lower()[:150]
