"""好差评: what those said for whom something was done, and what came of it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yinuo.city.openness import ratings
from yinuo.city.openness.asking import unit_of
from yinuo.city.openness.views.page import render
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import public

SHOWN, REPLIES = 100, 50
"""So many units, so many items, so many replies."""


@public
@require_safe
def given(request: HttpRequest) -> HttpResponse:
    """The ratings of the last twelve whole months, of all or of one unit, and what was put right in them."""
    words = words_for(request)
    unit, below = unit_of(request, words)
    found = ratings.measured(words, today=timezone.localdate(), units=below) if words.is_there else None
    if found is None:
        raise Http404
    facts = {
        "found": found, "unit": unit, "grade_words": {grade: words.choice("application", "grade", grade) for grade in found.grades},
        "tables": ((_("单位"), found.units[:SHOWN]), (_("事项"), found.items[:SHOWN])),
        "replies": ratings.put_right(words, begin=found.begin, units=below, most=REPLIES),
    }  # fmt: skip
    return render(request, "openness/ratings.html.j2", facts)
