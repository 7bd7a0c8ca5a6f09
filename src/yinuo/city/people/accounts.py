"""How people sign in: local accounts, OpenID Connect, one-time codes (allauth)."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):
    """Nobody signs himself up: an administrator opens accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
