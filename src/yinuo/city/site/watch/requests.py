"""Every request gets an id, one line in the log and a place in the figures."""

from __future__ import annotations

import re
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.core.signals import got_request_exception
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from yinuo.city.site.watch import figures

HEADER = "X-Request-ID"
GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
"""What we take over of an id that a proxy gave; anything else is replaced."""
log = structlog.get_logger("yinuo.request")


class Requests:
    """Middleware, the outermost: binds the id to the thread's log lines, measures, tells, and answers with the id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        number = given if GIVEN.fullmatch(given) else uuid.uuid4().hex
        request.id = number  # type: ignore[attr-defined]
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request=number):
            answer = self.get_response(request)
            took = time.perf_counter() - began
            _tell(request, answer, took)
        answer.headers[HEADER] = number
        return answer


def route(request: HttpRequest) -> str:
    """The address's pattern, such as `cases/<case_id>/`: what was asked without what it was asked for."""
    match = request.resolver_match
    return "" if match is None else match.route


def _tell(request: HttpRequest, answer: HttpResponse, took: float) -> None:
    where, method = route(request), str(request.method)
    figures.count_request(where, method=method, status=answer.status_code, seconds=took)
    actor: Any = getattr(request, "actor", None)
    level = log.error if answer.status_code >= 500 and answer.status_code != 503 else log.info
    level(
        "request", method=method, route=where, status=answer.status_code, ms=round(took * 1000, 1),
        actor=actor.id if actor is not None else None,
    )  # fmt: skip


@receiver(got_request_exception)
def _tell_failure(request: HttpRequest | None = None, **_others: Any) -> None:
    log.error("failed", route=route(request) if request is not None else "", exc_info=sys.exc_info())
