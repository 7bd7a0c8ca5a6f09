"""The residents' identity provider (a national e-ID, OpenID Connect): a plug-in point beside the code by telephone.

The provider is one more application of the library that signs staff in, under an id of its own; who comes from it becomes
a resident and never an account of the staff.
"""

from __future__ import annotations

import uuid
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.signals import pre_social_login
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils import timezone

from yinuo.city.people.accounts.openid import RESIDENTS
from yinuo.city.portal.residents import door, keys
from yinuo.city.portal.residents.commands import register


def listen() -> None:
    """Hear of everybody who comes from a provider."""
    pre_social_login.connect(_came, dispatch_uid="yinuo.portal.residents")


def _came(request: HttpRequest, sociallogin: SocialLogin, **_rest: Any) -> None:
    """Raises ImmediateHttpResponse: the library goes no further with a resident."""
    if sociallogin.account.provider != RESIDENTS:
        return
    claims = sociallogin.account.extra_data
    said = claims.get("userinfo") or claims
    fields = {"subject": str(sociallogin.account.uid), "name": str(said.get("name", ""))}
    phone = keys.phone(str(said.get("phone_number", "")))
    if phone and said.get("phone_number_verified"):
        fields["phone"] = phone
    resident = register(uuid.uuid4().hex, {k: v for k, v in fields.items() if v}, by="identity", now=timezone.now())
    after = sociallogin.state.get("next") or "/my"
    door.sign_in(request, resident)
    raise ImmediateHttpResponse(redirect(after))
