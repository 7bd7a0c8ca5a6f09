"""The board."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from yinuo.city.board import polling
from yinuo.city.board.lights import FILTERS, kept
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs


@needs("board.read")
def board(request: HttpRequest) -> HttpResponse:
    """Lights by unit and kind; the middle of the page renews itself every five seconds."""
    return _shown(request, "board/board.html.j2")


@needs("board.read")
def renewed(request: HttpRequest) -> HttpResponse:
    """The middle of the board, asked for by the page; unchanged is answered before any view (polling.Unchanged)."""
    return _shown(request, "board/lights.html.j2")


def _shown(request: HttpRequest, template: str) -> HttpResponse:
    now, words = timezone.now(), words_for(request)
    beat = polling.pulse(now)
    asked = {name: request.GET.get(name, "") for name in FILTERS}
    query = request.META.get("QUERY_STRING", "")
    polled = f"{polling.POLLED}?{query}" if query else polling.POLLED
    lights = kept(words, actor=request.actor, asked=asked, now=now, beat=beat)  # type: ignore[attr-defined]
    facts: dict[str, Any] = {
        "lights": lights,
        "asked": asked,
        "beat": beat,
        "as_of": lights.as_of,
        "polled": polled,
        "tag": polling.tag_at(request, beat.at(lights.revision), address=polled),
    }
    response = render(request, template, facts)
    response["ETag"] = facts["tag"]
    response["Cache-Control"] = "private, no-cache"
    return response
