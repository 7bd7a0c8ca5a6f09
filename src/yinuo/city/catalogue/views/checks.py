"""The catalogue looked over: the checklist of departments, exemptions, items nobody used, what became less."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.city.catalogue import words
from yinuo.city.catalogue.checks import lists
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs


@needs("item.read")
@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """What is to be looked at, and what became less year by year."""
    said, today = words_for(request), timezone.localdate()
    facts = {
        "departments": lists.departments(said, today),
        "exempt": lists.exempt(today),
        "unused": lists.unused(today),
        "cuts": lists.cuts(today),
        **words.shown(said),
    }
    return render(request, "catalogue/review.html.j2", facts)
