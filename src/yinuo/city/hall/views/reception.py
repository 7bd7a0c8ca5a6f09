"""The desk at the entrance: what somebody needs, where it is done, what to bring, and a number for it (E049)."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yinuo.city.cases.acts import Refused
from yinuo.city.hall.commands import guide_on
from yinuo.city.hall.items import Catalogue
from yinuo.city.hall.queue.halls import Halls
from yinuo.city.hall.queue.tickets import today
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs


@needs("case.intake")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reception(request: HttpRequest) -> HttpResponse:
    """Ask for the need: items with window, papers and who waits; a number is drawn and the guidance is written down."""
    if request.method != "POST":
        return _page(request, typed=request.GET.get("typed", ""))
    words, actor, now = words_for(request), request.actor, timezone.now()  # type: ignore[attr-defined]
    day = timezone.localdate(now)
    item = Catalogue.of(words.pack, day).get(request.POST.get("item")) if words.is_there else None
    service = Halls.of(words.pack, day).serving(item.unit) if item else None
    typed = request.POST.get("typed", "")
    if item is None or service is None:
        return _page(request, typed=typed, error=_("没有这个事项的窗口，请换个说法，或者到窗口登记首问。"))
    form = request.POST.get("form") or uuid.uuid4().hex
    try:
        _inquiry, ticket = guide_on(
            form, item=item.id, unit=item.unit, need=typed or item.zh, service=service, actor=actor, now=now
        )
    except Refused as refusal:
        return _page(request, typed=typed, error=refusal.sentence)
    return redirect(f"{reverse('queue')}?{urlencode({'drawn': ticket.case_id})}")


def _page(request: HttpRequest, *, typed: str, error: str = "") -> HttpResponse:
    words, now = words_for(request), timezone.now()
    facts: dict[str, Any] = {"typed": typed[:60], "found": [], "error": error, "form": uuid.uuid4().hex}
    if words.is_there and typed:
        day = timezone.localdate(now)
        halls = Halls.of(words.pack, day)
        found = [(item, halls.serving(item.unit)) for item in Catalogue.of(words.pack, day).find(typed[:60])]
        waiting = [one for hall in dict.fromkeys(s.hall for _item, s in found if s) for one in today(hall, now=now)]
        facts["found"] = [
            (item, service, halls.at(service.id) if service else [], sum(one.is_waiting and one.service == service.id for one in waiting) if service else 0)
            for item, service in found
        ]  # fmt: skip
    return render(request, "hall/reception.html.j2", facts, status=422 if error else 200)
