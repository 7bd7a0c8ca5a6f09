"""The working days of a year, and by when something accepted on a day is due."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.city.openness import days
from yinuo.city.openness.views.page import render
from yinuo.city.openness.views.unchanged import unchanged
from yinuo.city.openness.wording import weekdays
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import public


@public
@require_safe
@unchanged
def calendar(request: HttpRequest) -> HttpResponse:
    """A year of working days with feasts and make-up days; for an item and a day, each limit and its last day."""
    words, today = words_for(request), timezone.localdate()
    if not words.is_there:
        raise Http404
    year = _year(request.GET.get("year", ""), today)
    item, text = request.GET.get("item", "")[:80], request.GET.get("on", "")[:10]
    on = _day(text) if text else today
    is_known = bool(item) and item in dict(words.items())
    facts = {
        "year": days.year_of(words.pack.digest, year), "today": today, "item": item, "on": on, "typed": text or str(today),
        "due": days.due(words, item, on) if is_known and on is not None else [], "is_asked": bool(item),
        "is_known": is_known, "items": words.items(), "weekdays": weekdays, "first": days.FIRST_YEAR, "last": days.LAST_YEAR,
    }  # fmt: skip
    return render(request, "openness/calendar.html.j2", facts)


def _year(text: str, today: date) -> int:
    if not text:
        return today.year
    year = int(text) if len(text) == len(str(days.LAST_YEAR)) and text.isascii() and text.isdigit() else 0
    if not days.FIRST_YEAR <= year <= days.LAST_YEAR:
        raise Http404
    return year


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if days.FIRST_YEAR <= found.year <= days.LAST_YEAR else None
