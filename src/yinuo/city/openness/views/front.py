"""The front page of what is open, the public figures, results, and limits missed with their reasons."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.city.openness import figures as measured
from yinuo.city.openness import records, texts
from yinuo.city.openness.asking import page_of, unit_of
from yinuo.city.openness.views.page import render
from yinuo.city.openness.wording import subject_word
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import public

ON_TIME = "time-limit/on-time"
HEADLINE = (
    "rating/satisfied", ON_TIME, "time-limit/on-time-statutory", "service-pledge/pledges-kept", "information-request/answered-in-time",
    "disclosure/fresh",
)  # fmt: skip
"""The figures of the front page, as far as the text has them and they were measured."""
RECENT = timedelta(days=30)
RESULTS = 50
"""So many results on a page."""


@public
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """What can be looked up, the figures of the last whole period with n, what was let out last, what is stale."""
    words, today = words_for(request), timezone.localdate()
    if not words.is_there:
        return render(request, "openness/nothing.html.j2", {})
    found = records.books(words, *records.BOOKS.values())
    owed = records.fresh((*found[records.CATALOGUE], *found[records.ANSWERS]))
    catalogue = [one for one in owed if one.kind == records.CATALOGUE]
    facts = {
        "figures": [one for one in measured.listed(words, today=today, only=HEADLINE) if one.last],
        "catalogue": catalogue,
        "stale": [one for one in catalogue if one.is_stale],
        "answers": [one for one in owed if one.kind == records.ANSWERS],
        "releases": found[records.RELEASES][:5],
        "decisions": found[records.DECISIONS][:3],
        "counts": rows(__file__, "counts", {"today": today})[0],
        "institutions": len(texts.listed(words, today)),
    }
    return render(request, "openness/front.html.j2", facts)


@public
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Every public figure of the last whole period: n, interval, definition; the lanes against their published share."""
    words, today = words_for(request), timezone.localdate()
    found = measured.listed(words, today=today) if words.is_there else ()
    facts = {
        "figures": found, "lanes": measured.lanes(words, today=today) if words.is_there else None,
        "convenience": measured.convenience(today), "on_time": next((one.last for one in found if one.key == ON_TIME), None),
    }  # fmt: skip
    return render(request, "openness/figures.html.j2", facts)


@public
@require_safe
def figure(request: HttpRequest, institution: str, clause: str) -> HttpResponse:
    """One public figure: its definition, its whole periods, its subjects in the last one."""
    words = words_for(request)
    name = f"{institution}/{clause}"
    if not words.is_there or name not in measured.public(words):
        raise Http404
    found = measured.listed(words, today=timezone.localdate(), only=(name,))
    facts = {
        "figure": found[0] if found else None,
        "name": name,
        "subject_word": lambda key: subject_word(words, key, institution=institution),
    }
    return render(request, "openness/figure.html.j2", facts)


@public
@require_safe
def missed(request: HttpRequest) -> HttpResponse:
    """Limits that were missed, each with the reason its unit gave in public (优化营商环境条例 36)."""
    words = words_for(request)
    unit, below = unit_of(request, words)
    return render(request, "openness/missed.html.j2", {"missed": texts.missed(units=below), "unit": unit})


@public
@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """What was decided in the last thirty days: item, result, how long it took against its limit. Nothing of who applied."""
    words = words_for(request)
    unit, below = unit_of(request, words)
    page = page_of(request)
    asked = {"since": timezone.now() - RECENT, "units": below, "most": RESULTS + 1, "skip": page * RESULTS}
    found = rows(__file__, "results", asked)
    facts = {"rows": found[:RESULTS], "has_next": len(found) > RESULTS, "page": page, "unit": unit}
    return render(request, "openness/results.html.j2", facts)
