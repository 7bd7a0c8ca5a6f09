"""The window's screen, and the two parts of it that change while a clerk types."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.city.cases.acts import Refused
from yinuo.city.cases.projection import ways_of
from yinuo.city.cases.queries import one as case_of
from yinuo.city.hall import intake
from yinuo.city.hall.commands import Outcome, Served, serve
from yinuo.city.hall.intake import Screen
from yinuo.city.hall.items import Catalogue
from yinuo.city.hall.lanes.entitlement import entitled
from yinuo.city.hall.lanes.shares import shares
from yinuo.city.pages.words import Words, words_for
from yinuo.city.people.actor import NotAllowed
from yinuo.city.people.guard import needs
from yinuo.kernel.limits import Limit

PAPERS: dict[str, tuple[str, ...]] = {
    "accept": ("receipt", "acceptance"), "settle": ("decision", "delivery", "receipt"), "tell": ("supplement",), "refuse": ("refusal",),
}  # fmt: skip
"""The papers printed after an outcome, first the one that is handed over."""


@needs("case.intake")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def window(request: HttpRequest) -> HttpResponse:
    """The screen for the next person; sent off, it does what the window decided and is ready again.

    Refused: the screen as it was filled in, with the sentence at the field. A first question is registered on the way:
    the screen stays as it is.
    """
    words = words_for(request)
    catalogue = _catalogue(words)
    if request.method != "POST":
        return _page(request, intake.empty(uuid.uuid4().hex), last=_last(request, words))
    screen = intake.read(request.POST, catalogue)
    outcome = intake.wanted(screen)
    if outcome is None:
        return _page(request, screen)
    if not screen.value("form"):
        raise BadRequest("form")
    wrong = intake.unready(screen, outcome)
    if wrong is None:
        try:
            return _done(request, screen, outcome)
        except Refused as refusal:
            wrong = refusal.sentence, refusal.field or ""
    return _page(request, intake.read(request.POST, catalogue, error=wrong[0], field=wrong[1]), status=422)


@needs("case.intake")
@require_safe
def choices(request: HttpRequest) -> HttpResponse:
    """The items meant by what was typed so far."""
    found = _catalogue(words_for(request)).find(request.GET.get("typed", "")[:60])
    return render(request, "hall/choices.html.j2", {"found": found})


@needs("case.intake")
@require_safe
def papers(request: HttpRequest) -> HttpResponse:
    """The papers of the item chosen, to be checked."""
    words = words_for(request)
    item = _catalogue(words).get(request.GET.get("item"))
    facts = {"screen": Screen({}, frozenset(), item, ()), "limit": _limit(words)}
    return render(request, "hall/papers.html.j2", facts)


@needs("case.intake")
@require_safe
def lane(request: HttpRequest) -> HttpResponse:
    """Whether the lane that is asked for would be given, why not, and how much of the month's share is used."""
    words, now = words_for(request), timezone.now()
    screen = intake.read(request.GET, _catalogue(words))
    asked = intake.lane_asked(screen)
    found, share = None, None
    if words.is_there and asked and screen.item:
        ways = ways_of(words.pack.digest)
        found = entitled(asked, unit=screen.item.unit, ways=ways, now=now)
        share = next(iter(shares("TRUE", {}, ways=ways, now=now, unit=screen.item.unit)), None)
    return render(request, "hall/lane.html.j2", {"entitled": found, "share": share})


def _catalogue(words: Words) -> Catalogue:
    return Catalogue.of(words.pack, timezone.localdate()) if words.is_there else Catalogue({})


def _limit(words: Words) -> Callable[[str], str]:
    """How a length of time of the table is said."""

    def said(text: str) -> str:
        limit = Limit.parse(text)
        return words.amount(float(limit.count), limit.unit.value)

    return said


def _done(request: HttpRequest, screen: Screen, outcome: Outcome) -> HttpResponse:
    """Do it; then the screen again, or the empty one with what came of it. Raises Refused."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    served = serve(intake.visit_of(screen, outcome), actor=actor, now=now)
    if outcome == "ask" and served.inquiry:
        typed = {**screen.typed, "contact": served.inquiry.case_id, "form": uuid.uuid4().hex}
        kept = Screen(typed, screen.given, screen.item, screen.found)
        return _page(request, kept, note=_("首问已登记，您是首问责任人。"))
    case_id = _case_of(served)
    return redirect(f"{reverse('window')}?{urlencode({'did': outcome, 'case': case_id})}")


def _case_of(served: Served) -> str:
    done = served.application or served.inquiry
    assert done is not None
    return done.case_id


def _last(request: HttpRequest, words: Words) -> dict[str, Any] | None:
    """What was just done, with the papers to print of it; null for an address that was typed."""
    outcome, case_id = request.GET.get("did", ""), request.GET.get("case", "")
    if not case_id or outcome not in ("guide", *PAPERS):
        return None
    try:
        row = case_of(case_id, actor=request.actor)  # type: ignore[attr-defined]
    except NotAllowed:
        return None
    if row is None:
        return None
    said = {
        "accept": _("已受理"), "settle": _("已当场办结"), "tell": _("已一次告知补正"), "refuse": _("已出具不予受理决定"), "guide": _("已引导"),
    }  # fmt: skip
    named = {
        "receipt": _("收件回执"), "acceptance": _("受理通知书"), "supplement": _("补正告知书"), "refusal": _("不予受理决定书"), "decision": _("决定书"), "delivery": _("送达回证"),
    }  # fmt: skip
    printed = [(reverse("case_paper", args=[case_id, one]), named[one]) for one in PAPERS.get(outcome, ())]
    return {"said": said[outcome], "row": row, "item": words.item(row.item), "papers": printed}


def _page(request: HttpRequest, screen: Screen, *, last: Any = None, note: str = "", status: int = 200) -> HttpResponse:
    words = words_for(request)
    units = [(span.unit, words.unit(span.unit)) for depth, span in words.tree.walk() if 0 < depth < 3]
    facts = {
        "screen": screen, "last": last, "note": note, "units": units, "limit": _limit(words), "causes": intake.causes(words),
        "lanes": intake.lanes(words), "takers": intake.takers(words), "entitled": None, "share": None,
    }  # fmt: skip
    return render(request, "hall/window.html.j2", facts, status=status)
