"""What every answer tells the browser: run nothing but our own files, and use no camera, place or microphone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

PERMISSIONS = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment", "picture-in-picture",
    "publickey-credentials-get", "screen-wake-lock", "usb", "xr-spatial-tracking",
)  # fmt: skip
"""Abilities of a browser that no page of ours asks for."""


def policy(providers: Mapping[str, Any]) -> str:
    """The content security policy: nothing inline, nothing from elsewhere, in nobody's frame.

    A sign-in at the city's identity provider is a form of ours answered by a redirect, so its origin may follow a form.
    """
    apps = [app for provider in providers.values() for app in provider.get("APPS", ())]
    parts = [urlsplit(app["settings"]["server_url"]) for app in apps if "server_url" in app.get("settings", {})]
    outside = sorted({f"{one.scheme}://{one.netloc}" for one in parts})
    rules = {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'", *outside],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(" ".join([name, *sources]) for name, sources in rules.items())


class Headers:
    """Middleware: puts the policy on every answer that does not bring its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._headers = {
            "Content-Security-Policy": policy(settings.SOCIALACCOUNT_PROVIDERS),
            "Permissions-Policy": ", ".join(f"{one}=()" for one in PERMISSIONS),
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Permitted-Cross-Domain-Policies": "none",
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        for name, value in self._headers.items():
            answer.headers.setdefault(name, value)
        return answer
