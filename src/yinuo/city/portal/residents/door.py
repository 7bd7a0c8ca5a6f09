"""Who is here of the residents: kept in the session beside nobody of the staff, ended by its age or by silence."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from yinuo.city.people.guard import public
from yinuo.city.portal.residents.queries import Resident, of

KEY, SEEN = "resident", "resident_seen"
GRAIN = 60
View = Callable[..., HttpResponse]


class Residents:
    """Middleware: `request.resident` is a Resident or None. Somebody of the staff is no resident in the same session."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.resident = SimpleLazyObject(lambda: _here(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def _here(request: HttpRequest) -> Resident | None:
    key = request.session.get(KEY)
    if key is None or request.user.is_authenticated:
        return None
    now = int(timezone.now().timestamp())
    seen = request.session.get(SEEN, now)
    if now - seen > settings.IDLE_SECONDS:
        sign_out(request)
        return None
    if now - seen >= GRAIN:
        request.session[SEEN] = now
    return of(key)


def sign_in(request: HttpRequest, resident: str) -> None:
    """From now on this session is this resident's; whatever it was before is gone."""
    request.session.flush()
    request.session[KEY] = resident
    request.session[SEEN] = int(timezone.now().timestamp())


def sign_out(request: HttpRequest) -> None:
    """The session is nobody's from now on."""
    request.session.flush()


def mine(view: View) -> View:
    """A page of a resident: who has not come in is asked to, and brought back. The gate lets everybody to this door."""

    @wraps(view)
    def at_the_door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.resident:  # type: ignore[attr-defined]
            door = f"{reverse('my_sign_in')}?{urlencode({'next': request.get_full_path()})}"
            return redirect(door)
        answer = view(request, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", "private, no-store")
        return answer

    return public(at_the_door)
