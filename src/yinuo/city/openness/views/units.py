"""The subsites: one content store, a page for every unit of the city (E270)."""

from __future__ import annotations

from collections import Counter

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.city.openness import figures, records, texts
from yinuo.city.openness import units as sites
from yinuo.city.openness.asking import below
from yinuo.city.openness.views.page import render
from yinuo.city.openness.wording import length, tier_words, type_words
from yinuo.city.pages.words import Words, words_for
from yinuo.city.people.guard import public


@public
@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """Every unit that has a page, by what it is, with how many entries of its page are stale."""
    words = words_for(request)
    books = records.books(words, records.CATALOGUE, records.ANSWERS) if words.is_there else {}
    owed = records.fresh([one for found in books.values() for one in found])
    stale = Counter(_site(words, one.owner) for one in owed if one.is_stale and one.owner)
    found: dict[str, list[tuple[str, str]]] = {}
    for _depth, span in sites.listed(words) if words.is_there else ():
        found.setdefault(span.type, []).append((span.unit, words.unit(span.unit)))
    return render(request, "openness/units.html.j2", {"groups": found, "type_words": type_words, "stale": stale})


def _site(words: Words, unit: str) -> str:
    """The unit on whose listed page a unit is told: itself, or what is above it just below the city."""
    above = words.tree.ancestors(unit) if unit in words.tree.units else (unit,)
    return above[-2] if len(above) > 1 else above[0]


@public
@require_safe
def unit(request: HttpRequest, unit: str) -> HttpResponse:
    """One unit: its posts, powers and services with their limits, results, what it let out, what it owes, what is stale."""
    words, now = words_for(request), timezone.now()
    today = timezone.localdate(now)
    if not sites.has_page(words, unit):
        raise Http404
    span = words.tree.units[unit]
    under = [unit] if span.parent is None else below(words, unit)
    books = records.books(words, *records.BOOKS.values())
    mine = records.fresh([one for found in books.values() for one in found if one.owner in under or one.unit in under])
    powers = sites.powers([*under, span.parent] if span.type == "section" and span.parent else under, today)
    facts = {
        "unit": span, "children": words.tree.children(unit) if span.parent else (), "posts": sites.posts(under, today),
        "powers": [one for one in powers if one.is_power], "services": [one for one in powers if not one.is_power],
        "figures": figures.of_unit(words, span.parent if span.type == "section" and span.parent else unit, today=today),
        "subjects": [one for one in mine if one.kind == records.CATALOGUE],
        "releases": [one for one in mine if one.kind in (records.RELEASES, records.DECISIONS)][:10],
        "answers": [one for one in mine if one.kind == records.ANSWERS],
        "missed": texts.missed(units=under, most=5), "check": sites.checked(mine, now), "length": length, "type_words": type_words,
        "tier_words": tier_words,
        "steps": _steps(powers, words.unit(unit)) if span.type == "section" else [],
    }  # fmt: skip
    return render(request, "openness/unit.html.j2", facts)


def _steps(powers: list[sites.Power], name: str) -> list[tuple[sites.Power, tuple[tuple[str, str, str], ...]]]:
    """The steps of the unit above that this section does: those whose doer its name ends with."""
    found = [(one, tuple(step for step in one.steps if step[1] and name.endswith(step[1]))) for one in powers]
    return [(one, steps) for one, steps in found if steps]
