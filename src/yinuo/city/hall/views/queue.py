"""The queue of a hall: numbers drawn at the desk, called at a window, shown on the wall."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from yinuo.city.cases.acts import Refused
from yinuo.city.cases.deciding.who import HEADS
from yinuo.city.cases.projection import ways_of
from yinuo.city.hall.queue import commands
from yinuo.city.hall.queue.halls import Counter, Halls
from yinuo.city.hall.queue.tickets import TICKET, in_turn, lanes_of, today
from yinuo.city.pages.showing import choices_of
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs, public
from yinuo.city.people.may import may, row_filter

CALLED = 12
"""Numbers on the wall that were called last."""


@needs("case.act")
@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Every service of the hall with who waits, and the desk at which a number is drawn."""
    return _overview(request)


@needs("case.intake")
@require_POST
def queue_draw(request: HttpRequest) -> HttpResponse:
    """Draw a number. Refused: the page again with the sentence."""
    halls = _halls(request)
    service = halls.services.get(request.POST.get("service", ""))
    if service is None:
        return _overview(request, error=_("请选择业务。"))
    ground = request.POST.get("ground", "")
    lane = commands.FIRST if ground else commands.ORDINARY
    wish = commands.Wish(request.POST.get("form") or uuid.uuid4().hex, service, lane, ground)
    try:
        done = commands.draw(wish, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    except Refused as refusal:
        return _overview(request, error=refusal.sentence)
    return redirect(f"{reverse('queue')}?{urlencode({'drawn': done.case_id})}")


@needs("case.act")
@require_POST
def queue_sign(request: HttpRequest, case_id: str) -> HttpResponse:
    """A head signs that one is called before others."""
    try:
        commands.sign_jump(case_id, reason=request.POST.get("reason", ""), actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    except Refused as refusal:
        return _overview(request, error=refusal.sentence)
    messages.success(request, _("已签批提前，叫号时排在本通道最前。"))
    return redirect("queue")


@needs("case.intake")
@never_cache
@require_safe
def counter(request: HttpRequest, counter: str) -> HttpResponse:
    """One window: whom it has, who is next, and the keys to call."""
    return _counter(request, counter)


@needs("case.intake")
@require_POST
def counter_act(request: HttpRequest, counter: str, what: str) -> HttpResponse:
    """Call the next, call again, receive, pass over, gone; or call one that is named."""
    halls, now, actor = _halls(request), timezone.now(), request.actor  # type: ignore[attr-defined]
    one, ticket = _at(halls, counter), request.POST.get("ticket", "")
    service = halls.services[one.service]
    if what not in ("next", "call", *commands.ENDS):
        raise Http404
    try:
        if what == "next":
            commands.call_next(one, service, actor=actor, now=now)
        elif what == "call":
            commands.call(ticket, one, service, actor=actor, now=now)
        else:
            commands.end(ticket, what, one, service, actor=actor, now=now)
    except Refused as refusal:
        return _counter(request, counter, error=refusal.sentence)
    return redirect("counter", counter)


@public
@never_cache
@require_safe
def display(request: HttpRequest, hall: str) -> HttpResponse:
    """For the screen in the hall: the numbers called last with their windows, and how many wait. Nothing personal."""
    words, now = words_for(request), timezone.now()
    halls = _halls(request)
    services = halls.of_hall(hall)
    if not services:
        raise Http404
    found = today(hall, now=now)
    called = [(one.called_at, one) for one in found if one.called_at and not one.is_missed]
    last = [one for _at, one in sorted(called, key=lambda pair: pair[0], reverse=True)[:CALLED]]
    facts = {
        "hall": words.unit(hall), "called": last, "counters": halls.counters, "now": now,
        "services": [(one, sum(t.is_waiting and t.service == one.id for t in found)) for one in services],
    }  # fmt: skip
    return render(request, "hall/display.html.j2", facts)


def _halls(request: HttpRequest) -> Halls:
    words = words_for(request)
    return Halls.of(words.pack, timezone.localdate()) if words.is_there else Halls({}, {})


def _at(halls: Halls, counter: str) -> Counter:
    if counter not in halls.counters:
        raise Http404
    return halls.counters[counter]


def _overview(request: HttpRequest, *, error: str = "") -> HttpResponse:
    words, now, actor = words_for(request), timezone.now(), request.actor  # type: ignore[attr-defined]
    halls = _halls(request)
    ways = ways_of(words.pack.digest) if words.is_there else None
    condition, given = row_filter(actor, "case.act", "c.scope")
    found = {
        hall: today(hall, now=now, condition=condition, given=given)
        for hall in dict.fromkeys(one.hall for one in halls.services.values())
    }
    lanes = lanes_of(ways, now) if ways else ()
    served = {one.id for one in halls.services.values() if may(actor, "case.intake", scope=words.tree.above(one.hall))}
    queues = [(one, in_turn(found[one.hall], one.id, lanes), halls.at(one.id)) for one in halls.services.values()]
    every = [ticket for tickets in found.values() for ticket in tickets]
    facts: dict[str, Any] = {
        "queues": queues, "served": served, "error": error, "form": uuid.uuid4().hex, "now": now, "halls": sorted(found),
        "grounds": choices_of(TICKET, "lane_ground", words), "typed": request.POST,
        "drawn": next((one for one in every if one.case_id == request.GET.get("drawn")), None),
        "may_sign": any(grant.role in HEADS for grant in actor.grants), "may_draw": may(actor, "case.intake"),
    }  # fmt: skip
    return render(request, "hall/queue.html.j2", facts, status=422 if error else 200)


def _counter(request: HttpRequest, counter: str, *, error: str = "") -> HttpResponse:
    words, now = words_for(request), timezone.now()
    halls = _halls(request)
    one = _at(halls, counter)
    service = halls.services[one.service]
    commands.serves(request.actor, service, now=now)  # type: ignore[attr-defined]
    condition, given = row_filter(request.actor, "case.intake", "c.scope")  # type: ignore[attr-defined]
    found = today(service.hall, now=now, condition=condition, given=given)
    lanes = lanes_of(ways_of(words.pack.digest), now)
    facts = {
        "counter": one, "service": service, "error": error, "now": now, "waiting": in_turn(found, service.id, lanes),
        "here": next((ticket for ticket in found if ticket.is_at_counter and ticket.counter == one.id), None),
        "done": sum(ticket.is_served and ticket.counter == one.id for ticket in found),
    }  # fmt: skip
    return render(request, "hall/counter.html.j2", facts, status=422 if error else 200)
