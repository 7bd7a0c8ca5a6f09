"""Signing in at the city's own identity provider (OpenID Connect), configured from the environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

NEEDED = ("YINUO_OIDC_SERVER", "YINUO_OIDC_CLIENT", "YINUO_OIDC_SECRET")
"""The provider's address (with or without /.well-known/openid-configuration), our client id there and its secret."""
NEEDED_OF_RESIDENTS = ("YINUO_EID_SERVER", "YINUO_EID_CLIENT", "YINUO_EID_SECRET")
"""The same of the provider that residents come from (a national e-ID)."""
STAFF, RESIDENTS = "city", "resident"
"""The ids of the two: who comes from the one is staff, who comes from the other never is."""


class HalfConfigured(Exception):
    """Some of the settings of OpenID Connect are there and some are not; the message names those that are missing."""


def providers(environment: Mapping[str, str]) -> dict[str, Any]:
    """SOCIALACCOUNT_PROVIDERS: the providers that the environment names, of staff and of residents, or none.

    YINUO_OIDC_NAME and YINUO_EID_NAME are what the buttons say. Raises HalfConfigured.
    """
    apps = [
        *_app(environment, NEEDED, id_=STAFF, name=environment.get("YINUO_OIDC_NAME", "统一身份认证")),
        *_app(environment, NEEDED_OF_RESIDENTS, id_=RESIDENTS, name=environment.get("YINUO_EID_NAME", "电子身份认证")),
    ]
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": apps}} if apps else {}


def _app(environment: Mapping[str, str], needed: Sequence[str], *, id_: str, name: str) -> list[dict[str, Any]]:
    missing = [one for one in needed if not environment.get(one)]
    if len(missing) == len(needed):
        return []
    if missing:
        raise HalfConfigured(f"OpenID Connect needs {', '.join(needed)}; missing: {', '.join(missing)}.")
    server, client, secret = (environment[one] for one in needed)
    return [
        {
            "provider_id": id_, "name": name, "client_id": client, "secret": secret,
            "settings": {"server_url": server, "uid_field": "sub"},
        }
    ]  # fmt: skip
