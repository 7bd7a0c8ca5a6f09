"""Where one can go: the service points, the nearest first, and one of them (E025–E031)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.city.catalogue import queries, words
from yinuo.city.catalogue.network import points
from yinuo.city.pages.showing import choices_of
from yinuo.city.pages.words import Words, words_for
from yinuo.city.people.guard import public

SHOWN = 12
MONTHS = 12
ROOMS = "村级"
"""The tier with hundreds of points: listed only where it is asked for, or near a place."""


@public
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """Every point by tier, or the nearest to a place first; only those that take in an item; how far the network reaches."""
    said, today = words_for(request), timezone.localdate()
    asked = {name: request.GET.get(name, "").strip()[:80] for name in ("tier", "item", "near")}
    every = points.on(today) if said.is_there else ()
    found = [
        one
        for one in every
        if one.phase == points.WORKING
        and (not asked["tier"] or one.tier == asked["tier"])
        and (not asked["item"] or one.takes(asked["item"]))
    ]
    here = next((one for one in every if one.id == asked["near"]), None)
    ranked: list[tuple[points.Point, float | None]] = [(one, None) for one in found]
    if here is not None:
        ranked = list(points.nearest(found, here))
    begin, end = _last_month(today)
    left_out = 0 if here or asked["tier"] else sum(one.tier == ROOMS for one in found)
    shown = [row for row in ranked if not left_out or row[0].tier != ROOMS]
    facts = {
        "asked": asked,
        "found": shown[: SHOWN if here else None],
        "left_out": left_out,
        "rooms": ROOMS,
        "total": len(found),
        "here": here,
        "starts": [one for one in every if one.east is not None and one.tier in points.OWED],
        "tier_names": _tiers(said),
        "present": [tier for tier in points.TIERS if any(one.tier == tier for one in every)],
        "coverage": points.coverage(every, said.tree, since=begin, until=end),
        "month": begin.date(),
        **words.shown(said),
    }
    return render(request, "catalogue/points.html.j2", facts)


@public
@require_safe
def place(request: HttpRequest, point: str) -> HttpResponse:
    """One point: when it is open, what it takes in, who is there, what it took in month by month, what is near."""
    said, today = words_for(request), timezone.localdate()
    every = points.on(today) if said.is_there else ()
    one = next((other for other in every if other.id == point), None)
    if one is None:
        raise Http404
    until = timezone.now()
    first = max(_first_of(today, back=0 if one.takes_all else MONTHS - 1), one.opened_on or date.min)
    zone = str(timezone.get_default_timezone())
    facts = {
        "point": one,
        "working": points.WORKING,
        "items": queries.named(one.items, day=today),
        "months": points.by_month(one.run_by, since=_moment(first), until=until, zone=zone),
        "near": points.nearest([other for other in every if other.id != point and other.phase == points.WORKING], one)[
            :5
        ],
        "tier_names": _tiers(said),
        **words.shown(said),
    }
    return render(request, "catalogue/point.html.j2", facts)


def _tiers(said: Words) -> dict[str, str]:
    """What the tiers of the book are called."""
    return dict(choices_of(f"{points.INSTITUTION}/{points.BOOK}", "tier", said))


def _last_month(today: date) -> tuple[datetime, datetime]:
    """The last whole month."""
    return _moment(_first_of(today, back=1)), _moment(_first_of(today, back=0))


def _first_of(today: date, *, back: int) -> date:
    """The first day of a month so many months ago."""
    first = today.replace(day=1)
    for _month in range(back):
        first = (first - timedelta(days=1)).replace(day=1)
    return first


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(str(timezone.get_default_timezone())))
