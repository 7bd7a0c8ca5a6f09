"""Who is behind a login, with the roles that hold today."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import lru_cache

from django.db import connection
from django.utils import timezone

from yinuo.city.ledger.statements import sql
from yinuo.city.people import units
from yinuo.city.people.actor import Actor, Grant


def actor_of(account: str, *, now: datetime) -> Actor | None:
    """The person behind a login with the roles in force on the day of `now`; None when nobody on the staff has it.

    One look at the database tells whether the answer remembered still holds; a change of any role, post, absence or
    unit is seen by the next request of every process.
    """
    return _resolved(units.revision(), account, timezone.localdate(now, timezone.get_default_timezone()))


@lru_cache(maxsize=4096)
def _resolved(_revision: str, account: str, today: date) -> Actor | None:
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "actor"), {"account": account, "today": today})
        row = cursor.fetchone()
    if row is None:
        return None
    person, name, unit, grants = row
    held = json.loads(grants) if isinstance(grants, str) else grants
    return Actor(person, name, tuple(sorted((Grant(*one) for one in held), key=_by_unit)), unit)


def _by_unit(grant: Grant) -> tuple[str, str]:
    return grant.unit, grant.role
