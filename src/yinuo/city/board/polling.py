"""Open boards ask every few seconds whether anything changed; the answer "no" costs no session and hardly a query."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from yinuo.city.pages.statements import rows

POLLED = "/board/lights"
WALL = "/wall/lights"
FRESH = 1.0
"""Seconds for which a process believes the number it read last."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the supervision runs: the revision of what it says, and by how many seconds it is behind (0 = in time)."""

    revision: int
    late: float
    last_run: datetime | None
    failed: int

    def at(self, revision: int) -> Pulse:
        """The pulse for a page whose numbers were counted at an earlier revision: it is drawn again until they are new."""
        return replace(self, revision=revision)

    @property
    def state(self) -> str:
        """`in_time` (up to 2 s), `late`, or `stopped` (a minute behind)."""
        return "in_time" if self.late <= 2 else "late" if self.late < 60 else "stopped"

    @property
    def tag(self) -> str:
        """Changes whenever a page that shows this must be drawn again; lateness counts by steps of ten seconds."""
        return f"{self.revision}.{self.failed}.{0 if self.state == 'in_time' else int(self.late // 10) + 1}"


class _Kept:
    at = float("-inf")
    pulse = Pulse(0, 0.0, None, 0)


def pulse(now: datetime) -> Pulse:
    """The pulse, read anew when the last one is older than FRESH seconds."""
    if time.monotonic() - _Kept.at > FRESH:
        _Kept.pulse, _Kept.at = read(now), time.monotonic()
    return _Kept.pulse


def read(now: datetime) -> Pulse:
    """The pulse from the database: one query."""
    row = rows(__file__, "pulse", {})[0]
    late = max(0.0, (now - row["next_at"]).total_seconds()) if row["next_at"] else 0.0
    return Pulse(row["revision"], late, row["last_run"], row["failed"])


def tag_at(request: HttpRequest, beat: Pulse, *, address: str) -> str:
    """The ETag of what this session would see at an address now.

    Only somebody who was given it before, with the same session, language and address, can present it: so a match can
    be answered without asking who it is, and tells nothing.
    """
    cookies = [request.COOKIES.get(name, "") for name in (settings.SESSION_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME)]
    said = "\n".join([beat.tag, address, request.headers.get("Accept-Language", ""), *cookies])
    return f'"{beat.tag}-{salted_hmac("yinuo.board", said).hexdigest()[:20]}"'


class Unchanged:
    """Middleware, before the session: 304 to an open board on which nothing changed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seen = request.headers.get("If-None-Match")
        if not seen or request.method != "GET" or request.path not in (POLLED, WALL):
            return self.get_response(request)
        if seen.removeprefix("W/") != tag_at(request, pulse(timezone.now()), address=request.get_full_path()):
            return self.get_response(request)
        return HttpResponse(status=304, headers={"ETag": seen, "Cache-Control": "private, no-cache"})
