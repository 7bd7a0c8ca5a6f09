"""The page to sign in on."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView
from django.conf import settings
from django.urls import reverse

from yinuo.city.people.accounts.openid import STAFF
from yinuo.city.people.guard import public


class Login(LoginView):  # type: ignore[misc]
    """allauth's, with the city's identity provider beside the password."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        apps = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", ())
        outside = [
            {"name": app["name"], "address": reverse("openid_connect_login", args=[app["provider_id"]])}
            for app in apps
            if app["provider_id"] == STAFF
        ]
        return super().get_context_data(**kwargs) | {"outside": outside}


login = public(Login.as_view())
