"""Whoever leaves the desk is signed out after a while."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

SEEN = "seen"
GRAIN = 60
"""Seconds between two writes of when a session was last used."""
POLL = "X-Poll"
"""A page that asks by itself says so with this header: that keeps nobody signed in."""


class SignOutIdle:
    """Middleware: ends the session of an account that was not used for IDLE_SECONDS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(timezone.now().timestamp())
            seen = request.session.get(SEEN, now)
            if now - seen > settings.IDLE_SECONDS:
                logout(request)
            elif (SEEN not in request.session or now - seen >= GRAIN) and POLL not in request.headers:
                request.session[SEEN] = now
        return self.get_response(request)
