"""The public follows a case by its receipt number (peers row 91)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yinuo.city.board.tracking import LONGEST, is_slip, tracked
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import public


@public
@require_safe
@never_cache
def track(request: HttpRequest) -> HttpResponse:
    """Where a case stands, its limits with used and left, and the published reason of a missed one. Nothing personal.

    A slip of the pen is told apart from a number that nobody has.
    """
    asked = request.GET.get("receipt", "").strip()
    found = tracked(asked, words_for(request)) if asked else None
    problem = ""
    if asked and found is None:
        problem = _("编号不对，请对照回执逐位核对。") if is_slip(asked) else _("没有查到这个编号的办件。")
    facts = {"asked": asked[:LONGEST], "found": found, "problem": problem}
    return render(request, "board/track.html.j2", facts, status=404 if problem else 200)
