"""The institutions in force and the pledges made."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.city.openness import texts
from yinuo.city.openness.asking import page_of, unit_of
from yinuo.city.openness.views.page import render
from yinuo.city.openness.views.unchanged import unchanged
from yinuo.city.openness.wording import kind_words, length
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import public


@public
@require_safe
@unchanged
def institutions(request: HttpRequest) -> HttpResponse:
    """Every institution in force: who keeps it, since when, by which source, how many limits it sets."""
    words = words_for(request)
    lines = texts.listed(words, timezone.localdate()) if words.is_there else []
    return render(request, "openness/institutions.html.j2", {"lines": lines})


@public
@require_safe
@unchanged
def institution(request: HttpRequest, name: str) -> HttpResponse:
    """One institution in force, clause by clause, in sentences."""
    found = texts.one(words_for(request), name, timezone.localdate())
    if found is None:
        raise Http404
    return render(
        request, "openness/institution.html.j2", {"line": found[0], "said": found[1], "kind_words": kind_words}
    )


@public
@require_safe
def pledges(request: HttpRequest) -> HttpResponse:
    """What is pledged of each item, since when, published where, and how often it was kept in the last whole quarter."""
    words, today = words_for(request), timezone.localdate()
    unit, below = unit_of(request, words)
    page = page_of(request)
    found = texts.pledges(words, today=today, units=below, page=page)
    facts = {
        "pledges": found.shown, "total": found.total, "page": page, "has_next": found.total > (page + 1) * texts.SHOWN,
        "unit": unit, "least": found.least, "length": length, "unpledged": texts.unpledged(today),
        "owners": sorted(((one, words.unit(one)) for one in texts.pledging(today)), key=lambda pair: pair[1]),
    }  # fmt: skip
    return render(request, "openness/pledges.html.j2", facts)
