"""One-time codes (TOTP): some roles must have them in production."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from yinuo.city.people.actor import Actor

ROLES = frozenset({"supervising_office", "auditor", "administrator"})
"""Who decides over others, reads everything or opens doors."""


def is_missing(request: HttpRequest, actor: Actor) -> bool:
    """Whether this person's roles need a one-time code here and the account has none set up.

    Whoever has one was asked for it when signing in. Systems sign in by token and need none.
    """
    if not settings.SECOND_FACTOR_REQUIRED or actor.is_system:
        return False
    if ROLES.isdisjoint(grant.role for grant in actor.grants):
        return False
    return not Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists()
