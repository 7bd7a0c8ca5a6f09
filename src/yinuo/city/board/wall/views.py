"""The wall's pages."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from yinuo.city.board import polling
from yinuo.city.board.wall.plan import Plan, plan
from yinuo.city.pages.keeping import Kept, minute_of
from yinuo.city.pages.words import Words, words_for
from yinuo.city.people.guard import needs
from yinuo.city.people.may import reaching

_MAPS = Kept[Plan | None]()
"""Until something changes or the minute ends."""


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
    found = _kept(request, words, unit, beat=beat, now=now) if words.is_there else None
    tag = polling.tag_at(request, beat, address=polled)
    facts = {"plan": found, "beat": beat, "now": now, "polled": polled, "tag": tag}
    response = render(request, template, facts)
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


def _kept(
    request: HttpRequest, words: Words, unit: str | None, *, beat: polling.Pulse, now: datetime
) -> Plan | None:  # fmt: skip
    actor = request.actor  # type: ignore[attr-defined]
    same = (words.language, words.pack.digest, reaching(actor, "board.read"), unit)
    key = (beat.revision, minute_of(now, same), *same)
    return _MAPS.get(key, lambda: plan(words, actor=actor, unit=unit, now=now))
