"""What is done at the queue: draw, call, call again, receive, pass over; each by an act of the ticket's text, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.cases.acts import Act, Done, Refused
from yinuo.city.cases.commands import act
from yinuo.city.cases.projection import ways_in_force
from yinuo.city.hall.queue.halls import Counter, Service
from yinuo.city.hall.queue.tickets import TICKET, Ticket, in_turn, lanes_of, midnight, today
from yinuo.city.ledger.statements import ask
from yinuo.city.people import units
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import require

ORDINARY, FIRST, BOOKED = "普通", "优先", "预约"
"""The lanes a number is drawn for here, as the text words them: one on its ground, one on its appointment."""
ENDS = {"served": "ticket_served", "missed": "ticket_missed", "left": "ticket_left", "again": "ticket_recalled"}
"""What a window says of whom it called → the activity."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a number is drawn for. `form` is made when the page is shown: the same form sent twice is one number."""

    form: str
    service: Service
    lane: str = ORDINARY
    ground: str = ""
    appointment: str | None = None
    about: str | None = None


def draw(wish: Wish, *, actor: Actor, now: datetime) -> Done:
    """A number: the next of its service on this day. Raises Refused for a lane without what it rests on; NotAllowed."""
    with transaction.atomic():
        return draw_within(wish, actor=actor, now=now)


def draw_within(wish: Wish, *, actor: Actor, now: datetime) -> Done:
    """The same inside the caller's transaction."""
    service = wish.service
    serves(actor, service, now=now)
    lock(f"queue/{service.id}")
    asked = {"hall": service.hall, "service": service.id, "since": midnight(now)}
    (drawn,) = ask(__file__, "drawn", asked)[0]
    fields = {
        "service": service.id, "queue_day": timezone.localdate(now).isoformat(), "lane": wish.lane,
        "number": f"{service.letter}{drawn + 1:03d}", "lane_ground": wish.ground, "appointment": wish.appointment, "about": wish.about,
    }  # fmt: skip
    opening = Act(None, "ticket_drawn", now, fields, kind=TICKET, unit=service.hall, event_id=f"{wish.form}-ticket")
    return act(opening, actor=actor, now=now)


def call_next(counter: Counter, service: Service, *, actor: Actor, now: datetime) -> Ticket:
    """Call who is next for a window's service. Raises Refused when nobody waits or the window still has somebody."""
    with transaction.atomic():
        found = _free(counter, service, actor=actor, now=now)
        waiting = in_turn(found, service.id, lanes_of(ways_in_force(), now))
        if not waiting:
            raise Refused("nobody_waits", _("现在没有人在等。"))
        _called(waiting[0], counter, actor=actor, now=now)
        return waiting[0]


def call(case_id: str, counter: Counter, service: Service, *, actor: Actor, now: datetime) -> None:
    """Call this one. Raises Refused where somebody of the lane came earlier and nobody signed (invariant 12).

    Refused too: whoever does not wait for this service, and any while the window still has somebody.
    """
    with transaction.atomic():
        found = _free(counter, service, actor=actor, now=now)
        ticket = next((one for one in found if one.case_id == case_id), None)
        if ticket is None or ticket.service != service.id or not ticket.is_waiting:
            raise Refused("not_waiting", _("这个号码不在这个窗口的队里等候。"))
        _called(ticket, counter, actor=actor, now=now)


def _free(counter: Counter, service: Service, *, actor: Actor, now: datetime) -> list[Ticket]:
    """Today's numbers of the hall, for a window that has nobody. Raises NotAllowed, and Refused while it has somebody."""
    serves(actor, service, now=now)
    lock(f"queue/{service.id}")
    found = today(service.hall, now=now)
    busy = next((one for one in found if one.is_at_counter and one.counter == counter.id), None)
    if busy is not None:
        raise Refused(
            "counter_busy", _("%(number)s 还没有办完，请先点“接待完毕”或者“过号”。") % {"number": busy.number}
        )
    return found


def _called(ticket: Ticket, counter: Counter, *, actor: Actor, now: datetime) -> None:
    act(Act(ticket.case_id, "ticket_called", now, {"counter": counter.id}), actor=actor, now=now)
    if ticket.appointment:
        act(Act(ticket.appointment, "appointment_honoured", now), actor=actor, now=now)


def sign_jump(case_id: str, *, reason: str, actor: Actor, now: datetime) -> None:
    """Sign that one is called before others, with the reason; who signs does not call. Raises Refused, NotAllowed."""
    if not reason.strip():
        raise Refused("field_missing", _("请写明理由。"), field="reason")
    fields = {"jump_reason": reason.strip(), "jump_signer": actor.id}
    act(Act(case_id, "jump_signed", now, fields), actor=actor, now=now)


def end(case_id: str, what: str, counter: Counter, service: Service, *, actor: Actor, now: datetime) -> None:
    """Received, called again, passed over or gone (ENDS). Raises Refused: passed over only who was called twice; NotAllowed.

    Only whom this window called; gone is also who still waits for its service.
    """
    with transaction.atomic():
        serves(actor, service, now=now)
        lock(f"queue/{service.id}")
        ticket = next((one for one in today(service.hall, now=now) if one.case_id == case_id), None)
        is_here = ticket is not None and ticket.is_at_counter and ticket.counter == counter.id
        is_in_line = ticket is not None and ticket.is_waiting and ticket.service == service.id
        if not is_here and not (what == "left" and is_in_line):
            raise Refused("not_here", _("这个号码不是这个窗口正在接待的。"))
        act(Act(case_id, ENDS[what], now), actor=actor, now=now)


def serves(actor: Actor, service: Service, *, now: datetime) -> None:
    """Raises NotAllowed for who takes nothing in at the hall of this service."""
    require(actor, "case.intake", scope=units.tree(timezone.localdate(now)).ancestors(service.hall))


def lock(key: str) -> None:
    """Wait for whoever is at the same queue or slot. Inside a transaction."""
    ask(__file__, "lock", {"key": key})
