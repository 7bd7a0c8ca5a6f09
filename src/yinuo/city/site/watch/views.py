"""`/healthz`, `/readyz` and `/metrics`: for monitors and load balancers, not for people."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import resolve
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from yinuo.city.people.guard import bearer, public
from yinuo.city.site.watch import figures, health

PROXIED = ("X-Forwarded-For", "X-Real-IP", "Forwarded")
"""A request that carries one of these came through a proxy: that the proxy is on this machine says nothing of who asks."""


@public
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when everything works, 503 when something does not: database, migrations, worker, disk."""
    return _answer(request, health.whole())


@public
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when this process can answer requests, 503 when not: database, migrations."""
    return _answer(request, health.ready())


@public
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format, for whom `is_trusted` lets in; 403 for others."""
    if not is_trusted(request):
        return HttpResponse("metrics are for the token in YINUO_METRICS_TOKEN, or for this machine\n", status=403)
    return HttpResponse(figures.exposition(), content_type=CONTENT_TYPE_LATEST)


def is_trusted(request: HttpRequest) -> bool:
    """Whether the request carries the metrics token; where none is set, whether it comes from this machine itself."""
    if settings.METRICS_TOKEN:
        return secrets.compare_digest((bearer(request) or "").encode(), settings.METRICS_TOKEN.encode())
    if any(name in request.headers for name in PROXIED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _answer(request: HttpRequest, checks: Sequence[health.Check]) -> HttpResponse:
    is_well = all(check.is_well for check in checks)
    trusted = is_trusted(request)
    told = {
        check.name: {"ok": check.is_well, "says": check.says} if trusted else {"ok": check.is_well} for check in checks
    }
    return JsonResponse({"status": "ok" if is_well else "failing", "checks": told}, status=200 if is_well else 503)


class Monitors:
    """Middleware: answers monitors before anybody asks the database who is here, for it may be what does not answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = _FOR_MONITORS.get(request.path_info)
        if view is None:
            return self.get_response(request)
        request.resolver_match = resolve(request.path_info)
        return view(request)


_FOR_MONITORS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": healthz, "/readyz": readyz, "/metrics": metrics,
}  # fmt: skip
