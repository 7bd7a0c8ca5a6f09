"""How often the public may ask from one address: a sliding window kept in the database, one for all server processes."""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from yinuo.city.ledger.statements import sql

WINDOW = timedelta(minutes=1)


def address_of(request: HttpRequest) -> str:
    """Who asks: what the proxy on this machine says (it sets X-Forwarded-For, never appends), else who is connected.

    Addresses of one IPv6 household (/64) are one.
    """
    found = request.META.get("REMOTE_ADDR", "")
    said = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        if said and ipaddress.ip_address(found).is_loopback:
            found = said
        address = ipaddress.ip_address(found)
    except ValueError:
        return found
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def may_ask(
    request: HttpRequest | None, *, what: str, most: int, now: datetime, within: timedelta = WINDOW
) -> bool:  # fmt: skip
    """Whether this address asked `what` fewer than `most` times lately; if so, this time is counted. The same `what` has one `within`.

    Without a request: whether everybody together did.

    Kept is a digest keyed by the city's secret, for as long as `within` (a minute or more): no list of who asked. Requests
    at the very same moment may each be let in.
    """
    key = f"{settings.SECRET_KEY}|{what}|{address_of(request) if request else ''}"
    who = hashlib.sha256(key.encode()).hexdigest()[:32]
    given = {"who": who, "at": now + within - WINDOW, "since": now - WINDOW, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "asking"), given)
        (is_within,) = cursor.fetchone()
    return bool(is_within)
