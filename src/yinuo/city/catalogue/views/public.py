"""What everybody may read without a login: the search, and an item with everything disclosed (E223, E267)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.city.catalogue import queries, words
from yinuo.city.catalogue.item import Condition, Material
from yinuo.city.pages.words import Words, words_for
from yinuo.city.people.guard import public

LAST_PAGE = queries.LOOKED_AT // queries.SHOWN - 1
MEASURED = timedelta(days=365)
"""Over how long the on-time share of an item goes back."""
LEAST = 5
"""Below so many cases a share says nothing."""
Part = TypeVar("Part", Condition, Material)


@public
@require_safe
def matters(request: HttpRequest) -> HttpResponse:
    """Items in force by words of their names, pinyin initials, unit, audience and type."""
    said, today = words_for(request), timezone.localdate()
    asked = {name: request.GET.get(name, "").strip()[:80] for name in ("q", "unit", "for", "type")}
    page = request.GET.get("page", "")
    place = min(int(page), LAST_PAGE) if page.isascii() and page.isdigit() and len(page) < 5 else 0
    found = queries.search(
        asked["q"], day=today, units=_below(said, asked["unit"]), audience=asked["for"], type_=asked["type"], page=place
    )
    facts = {
        "asked": asked,
        "found": found,
        "offices": queries.offices(today),
        **words.shown(said),
    }
    return render(request, "catalogue/matters.html.j2", facts)


@public
@require_safe
def matter(request: HttpRequest, item: str) -> HttpResponse:
    """One item as it is in force on a day (today without `on`): the four disclosures, limits, materials, fees, places."""
    said, today = words_for(request), timezone.localdate()
    day = _day(request.GET.get("on", "")) or today
    found = queries.version_on(item, day)
    if found is None:
        raise Http404
    one = found["item"]
    situation = request.GET.get("situation", "")
    since = timezone.now() - MEASURED
    facts = {
        "version": found,
        "one": one,
        "day": day,
        "is_today": day == today,
        "situation": situation if situation in one.situations else "",
        "conditions": _asked(one.conditions, situation),
        "materials": _asked(one.materials, situation),
        "share": queries.on_time(item, units=_below(said, one.unit) or [], since=since, until=timezone.now()),
        "least": LEAST,
        "earlier": [other for other in queries.days_of(item) if other["since"] != found["since"]],
        **words.shown(said),
    }
    return render(request, "catalogue/matter.html.j2", facts)


def _asked(parts: tuple[Part, ...], situation: str) -> list[Part]:
    """What holds in a situation; everything where none is named."""
    return [part for part in parts if not situation or not part.situations or situation in part.situations]


def _below(said: Words, unit: str) -> list[str] | None:
    """A unit with everything below it; None for no unit."""
    if not unit:
        return None
    return [span.unit for _depth, span in said.tree.walk(unit)] if unit in said.tree.units else [unit]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Http404 from None
