"""The wall's pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from yinuo.city.board import polling
from yinuo.city.board.wall.plan import kept
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs


@needs("board.read")
def wall(request: HttpRequest) -> HttpResponse:
    """The map of the city; it renews itself every five seconds."""
    return _shown(request, "board/wall.html.j2")


@needs("board.read")
def renewed(request: HttpRequest) -> HttpResponse:
    """The map alone, asked for by the page; unchanged is answered before any view (polling.Unchanged)."""
    return _shown(request, "board/map.html.j2")


def _shown(request: HttpRequest, template: str) -> HttpResponse:
    now, words = timezone.now(), words_for(request)
    beat = polling.pulse(now)
    unit = request.GET.get("unit") or None
    query = request.META.get("QUERY_STRING", "")
    polled = f"{polling.WALL}?{query}" if query else polling.WALL
    found = kept(words, actor=request.actor, unit=unit, now=now, beat=beat)  # type: ignore[attr-defined]
    tag = polling.tag_at(request, beat.at(found.revision) if found else beat, address=polled)
    facts = {"plan": found, "beat": beat, "as_of": found.as_of if found else now, "polled": polled, "tag": tag}
    response = render(request, template, facts)
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response
