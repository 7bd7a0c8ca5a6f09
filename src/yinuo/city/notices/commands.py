"""What changes notices: telling, reading, posting to the outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction

from yinuo.city.ledger.statements import sql


def tell(
    persons: Sequence[str], *, kind: str, key: str, args: Mapping[str, Any], case_id: str | None, now: datetime
) -> tuple[str, ...]:
    """Tell persons something, each at most once for ever per `key`; returns those told now.

    `kind` names the sentence (notices/kinds.toml), `args` fills its places. In-app rows are written in the caller's
    transaction, and with them what goes out by mail and SMS.
    """
    if not persons:
        return ()
    values = {
        "persons": sorted(set(persons)), "key": key, "kind": kind, "args": orjson.dumps(args).decode(),
        "case_id": case_id, "at": now,
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql(__file__, "tell"), values)
        return tuple(sorted(person for (person,) in cursor.fetchall()))
