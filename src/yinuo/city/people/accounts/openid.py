"""Signing in at the city's own identity provider (OpenID Connect), configured from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NEEDED = ("YINUO_OIDC_SERVER", "YINUO_OIDC_CLIENT", "YINUO_OIDC_SECRET")
"""The provider's address (with or without /.well-known/openid-configuration), our client id there and its secret."""


class HalfConfigured(Exception):
    """Some of the settings of OpenID Connect are there and some are not; the message names those that are missing."""


def providers(environment: Mapping[str, str]) -> dict[str, Any]:
    """SOCIALACCOUNT_PROVIDERS: the provider that the environment names, or none.

    YINUO_OIDC_NAME is what the button says (default 统一身份认证). Raises HalfConfigured.
    """
    missing = [name for name in NEEDED if not environment.get(name)]
    if len(missing) == len(NEEDED):
        return {}
    if missing:
        raise HalfConfigured(f"OpenID Connect needs {', '.join(NEEDED)}; missing: {', '.join(missing)}.")
    app = {
        "provider_id": "city",
        "name": environment.get("YINUO_OIDC_NAME", "统一身份认证"),
        "client_id": environment["YINUO_OIDC_CLIENT"],
        "secret": environment["YINUO_OIDC_SECRET"],
        "settings": {"server_url": environment["YINUO_OIDC_SERVER"], "uid_field": "sub"},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
