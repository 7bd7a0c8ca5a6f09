"""Appointments: booked and given back by anybody, kept by the windows."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yinuo.city.cases.acts import Refused
from yinuo.city.cases.queries import one as case_of
from yinuo.city.hall.queue import appointments as kept
from yinuo.city.hall.queue import slots
from yinuo.city.hall.queue.halls import Counter, Halls, Service
from yinuo.city.ledger import private
from yinuo.city.pages.words import Words, words_for
from yinuo.city.people.accounts.asking import may_ask
from yinuo.city.people.actor import Actor
from yinuo.city.people.guard import needs, public
from yinuo.city.people.masking import mask
from yinuo.city.people.may import may, row_filter
from yinuo.kernel.instants import FIRST_DATE, LAST_DATE

MOST = 10
"""Bookings and cancellations a minute from one address."""
MOST_OF_ONE, A_DAY = 10, timedelta(days=1)
"""Attempts at one booking number a day, whoever asks: the end of a telephone number is not tried out."""


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest) -> HttpResponse:
    """Choose service, day and time; with name and phone it is booked. Refused: what was typed stays, the field is named."""
    if request.method != "POST":
        return _choosing(request)
    if not may_ask(request, what="book", most=MOST, now=timezone.now()):
        return _choosing(request, error=_("这个地址一分钟内预约次数太多，请稍后再试。"), status=429)
    try:
        booking = _booking(request)
        actor = getattr(request, "actor", None)
        done = kept.book(booking, actor=_booker(actor), now=timezone.now())
    except Refused as refusal:
        return _choosing(request, error=refusal.sentence, field=refusal.field or "", status=422)
    told = {"receipt": done.receipt, "at": booking.at, "counter": booking.counter}
    return render(request, "hall/book.html.j2", {"done": told})


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def book_cancel(request: HttpRequest) -> HttpResponse:
    """Give an appointment back by its number and the end of the phone; one answer for whatever was wrong."""
    facts: dict[str, Any] = {
        "answer": "",
        "is_done": False,
        "receipt": request.POST.get("receipt") or request.GET.get("receipt", ""),
    }
    status = 200
    if request.method == "POST":
        now, receipt = timezone.now(), facts["receipt"].strip()
        if may_ask(request, what="book", most=MOST, now=now):
            is_left = may_ask(None, what=f"cancel/{receipt}", most=MOST_OF_ONE, now=now, within=A_DAY)
            is_done = is_left and kept.cancel_by_number(receipt, request.POST.get("tail", ""), now=now)
            wrong = _("预约号和电话后四位对不上，或者这个预约已经结束。")
            facts |= {"is_done": is_done, "answer": _("预约已取消，谢谢您把时间让给别人。") if is_done else wrong}
            status = 200 if is_done else 422
        else:
            facts["answer"], status = _("这个地址一分钟内预约次数太多，请稍后再试。"), 429
    return render(request, "hall/cancel.html.j2", facts, status=status)


@needs("case.act")
@never_cache
@require_safe
def appointments(request: HttpRequest) -> HttpResponse:
    """The appointments of a day and the slots of every window; no day named: of the next that is worked, today first."""
    return _of_day(request, _day(request.GET.get("day", "")) or _next_day(request))


@needs("case.intake")
@require_POST
def appointment_act(request: HttpRequest, case_id: str, what: str) -> HttpResponse:
    """Somebody has come, did not come, or gave it back."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    day = _day(request.POST.get("day", "")) or timezone.localdate(now)
    halls = _halls(words_for(request))
    if what not in ("arrive", "miss", "cancel") or case_of(case_id, actor=actor) is None:
        raise Http404
    row = next((one for one in _rows(request, halls, day) if one["case_id"] == case_id), None)
    service = halls.services.get(row["service"]) if row else None
    if row is None or service is None:
        return _of_day(request, day, error=_("这一天没有这个预约。"))
    try:
        if what == "arrive":
            drawn = kept.arrive(
                case_id, service, slot_at=row["slot_at"], form=f"arrive-{case_id}", actor=actor, now=now
            )
            return redirect(f"{reverse('queue')}?{urlencode({'drawn': drawn.case_id})}")
        (kept.miss if what == "miss" else kept.cancel)(case_id, actor=actor, now=now)
    except Refused as refusal:
        return _of_day(request, day, error=refusal.sentence)
    messages.success(request, _("已记失约。") if what == "miss" else _("预约已取消。"))
    return redirect(f"{reverse('appointments')}?{urlencode({'day': day.isoformat()})}")


def _halls(words: Words) -> Halls:
    return Halls.of(words.pack, timezone.localdate()) if words.is_there else Halls({}, {})


def _day(text: str) -> date | None:
    """A day that calendars know; null for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DATE <= day <= LAST_DATE else None


def _next_day(request: HttpRequest) -> date:
    words, now = words_for(request), timezone.now()
    found = slots.days(words.rules.calendar, now) if words.is_there else []
    return next(iter(found), timezone.localdate(now))


def _booker(actor: Actor | None) -> Actor:
    """Staff book in their own name for somebody; anybody else as an applicant."""
    return (
        actor
        if actor is not None and any(one.role == "window_clerk" for one in actor.grants)
        else kept.anybody(now=timezone.now())
    )


def _booking(request: HttpRequest) -> kept.Booking:
    """What was sent. Raises Refused for a service or time that there is not."""
    posted, now = request.POST, timezone.now()
    words = words_for(request)
    halls = _halls(words)
    service, day = halls.services.get(posted.get("service", "")), _day(posted.get("day", ""))
    try:
        at = datetime.fromisoformat(posted.get("at", ""))
    except ValueError:
        at = None
    if service is None:
        raise Refused("no_service", _("请选择业务。"), field="service")
    if day is None or day not in slots.days(words.rules.calendar, now):
        raise Refused("no_day", _("这一天不能预约，请另选日期。"), field="day")
    at_time = [one for one in _slots(words, halls, service, day=day, now=now) if one.at == at]
    slot = next((one for one in at_time if one.is_free), None) or next(iter(at_time), None)
    if slot is None:
        raise Refused("no_slot", _("请选一个时间。"), field="at")
    person = {name: text for name in ("name", "phone") if (text := posted.get(name, "").strip())}
    return kept.Booking(posted.get("form") or uuid.uuid4().hex, service, slot.counter, slot.at, person)


def _slots(words: Words, halls: Halls, service: Service, *, day: date, now: datetime) -> list[slots.Slot]:
    taken = slots.taken(service.id, now=now)
    return slots.slots(halls.at(service.id), day, calendar=words.rules.calendar, taken=taken, now=now)


def _choosing(request: HttpRequest, *, error: str = "", field: str = "", status: int = 200) -> HttpResponse:
    words, now = words_for(request), timezone.now()
    asked = request.POST if request.method == "POST" else request.GET
    halls = _halls(words)
    days = slots.days(words.rules.calendar, now) if words.is_there else []
    service = halls.services.get(asked.get("service", "")) or next(iter(halls.services.values()), None)
    day = _day(asked.get("day", "")) or next(iter(days), None)
    free: dict[datetime, bool] = {}
    if service is not None and day in days:
        for one in _slots(words, halls, service, day=day, now=now):
            free[one.at] = free.get(one.at, False) or one.is_free
    facts = {
        "done": None, "error": error, "field": field, "form": asked.get("form") or uuid.uuid4().hex, "service": service, "day": day,
        "services": [(one.id, _name(one, words)) for one in halls.services.values()], "days": [(one.isoformat(), one.isoformat()) for one in days],
        "slots": list(free.items()), "typed": {name: asked.get(name, "") for name in ("at", "name", "phone")},
    }  # fmt: skip
    return render(request, "hall/book.html.j2", facts, status=status)


def _name(one: Service | Counter, words: Words) -> str:
    return one.en if words.language == "en" else one.zh


def _rows(request: HttpRequest, halls: Halls, day: date) -> list[dict[str, Any]]:
    """The appointments of a day within reach."""
    wanted = dict.fromkeys(one.hall for one in halls.services.values())
    condition, given = row_filter(request.actor, "case.act", "c.scope")  # type: ignore[attr-defined]
    return [row for hall in wanted for row in kept.of_day(hall, day, condition=condition, given=given)]


def _of_day(request: HttpRequest, day: date, *, error: str = "") -> HttpResponse:
    words, now = words_for(request), timezone.now()
    halls = _halls(words)
    rows = _rows(request, halls, day)
    sealed = private.unseal_many([row["person_ref"] for row in rows if row["person_ref"]])
    for row in rows:
        row["name"] = mask("name", (sealed.get(row["person_ref"]) or {}).get("name", ""))
    facts = {
        "rows": rows, "day": day, "error": error, "services": halls.services, "counters": halls.counters, "grid": _grid(words, halls, rows, day=day, now=now),
        "days": [(one.isoformat(), one.isoformat()) for one in slots.days(words.rules.calendar, now)] if words.is_there else [],
        "states": {"booked": _("已预约"), "arrived": _("已到场"), "late": _("迟到"), "honoured": _("已接待"), "missed": _("失约"), "cancelled": _("已取消预约")},
        "may_act": may(request.actor, "case.intake"),  # type: ignore[attr-defined]
    }  # fmt: skip
    return render(request, "hall/appointments.html.j2", facts, status=422 if error else 200)


def _grid(
    words: Words, halls: Halls, rows: list[dict[str, Any]], *, day: date, now: datetime
) -> list[tuple[datetime, dict[str, str]]]:
    """By time, what stands at every window."""
    if not words.is_there:
        return []
    taken = {(row["counter"], row["slot_at"]) for row in rows if row["state"] != "cancelled"}
    found: dict[datetime, dict[str, str]] = {}
    for one in slots.slots(list(halls.counters.values()), day, calendar=words.rules.calendar, taken=taken, now=now):
        word = _("已约") if (one.counter.id, one.at) in taken else _("可约") if one.is_free else _("时间已过")
        found.setdefault(one.at, {})[one.counter.id] = word
    return sorted(found.items())
