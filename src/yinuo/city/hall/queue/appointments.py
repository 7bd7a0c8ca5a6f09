"""Appointments: booked by anybody, kept by the window; each an act of the appointment's text, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.cases.acts import Act, Done, Refused
from yinuo.city.cases.commands import act
from yinuo.city.hall.queue.commands import BOOKED, Wish, draw_within, lock
from yinuo.city.hall.queue.halls import Counter, Service
from yinuo.city.hall.queue.slots import AHEAD, taken
from yinuo.city.ledger import private
from yinuo.city.pages.statements import rows
from yinuo.city.people import units
from yinuo.city.people.actor import Actor, applicant

APPOINTMENT = "appointment"
EARLY, GRACE = timedelta(minutes=15), timedelta(minutes=10)
"""How long before the time somebody may draw a number for it, and how long after it he still is in time."""
TAIL = 4
"""Digits of the phone that prove whose appointment it is."""


@dataclass(frozen=True, slots=True)
class Booking:
    """What somebody books. `form` is made when the page is shown: the same form sent twice is one appointment."""

    form: str
    service: Service
    counter: Counter
    at: datetime
    person: Mapping[str, str]


def anybody(*, now: datetime, cases: frozenset[str] = frozenset()) -> Actor:
    """Whoever books without signing in: an applicant, party to nothing but these cases."""
    return applicant("public", units.tree(timezone.localdate(now)).roots, cases=cases)


def book(booking: Booking, *, actor: Actor, now: datetime) -> Done:
    """Take a slot. Raises Refused when somebody was quicker or the day is too far, and for a name or phone that is missing."""
    if not booking.person.get("name"):
        raise Refused("field_missing", _("请填写姓名或名称。"), field="name")
    if len([one for one in booking.person.get("phone", "") if one.isdigit()]) < TAIL:
        raise Refused("field_missing", _("请填写电话，取消预约时要核对后四位。"), field="phone")
    if not now < booking.at < now + timedelta(days=AHEAD):
        raise Refused("too_far", _("这个时间不能预约，请另选。"), field="at")
    service, counter = booking.service, booking.counter
    with transaction.atomic():
        lock(f"slot/{counter.id}/{booking.at.isoformat()}")
        is_taken = (counter.id, booking.at) in taken(service.id, now=now)
        fields = {"service": service.id, "counter": counter.id, "slot_at": booking.at}
        opening = Act(
            None, "appointment_booked", now, fields, kind=APPOINTMENT, unit=service.hall, person=booking.person,
            event_id=f"{booking.form}-booked",
        )  # fmt: skip
        done = act(opening, actor=actor, now=now)
        if is_taken and done.is_new:
            raise Refused("slot_taken", _("这个时间刚刚被别人约走，请另选。"), field="at")
        return done


def arrive(case_id: str, service: Service, *, slot_at: datetime, form: str, actor: Actor, now: datetime) -> Done:
    """Somebody has come: a number of the lane of appointments in time, an ordinary one late. Raises Refused before EARLY."""
    if now < slot_at - EARLY:
        raise Refused("too_early", _("还没有到取号时间，请在预约时间前 15 分钟内取号。"))
    is_late = now > slot_at + GRACE
    with transaction.atomic():
        act(Act(case_id, "appointment_arrived_late" if is_late else "appointment_arrived", now), actor=actor, now=now)
        wish = Wish(form, service, appointment=case_id) if is_late else Wish(form, service, BOOKED, appointment=case_id)
        return draw_within(wish, actor=actor, now=now)


def miss(case_id: str, *, actor: Actor, now: datetime) -> None:
    """Somebody did not come. Raises Refused for who was there in time."""
    act(Act(case_id, "appointment_missed", now), actor=actor, now=now)


def cancel(case_id: str, *, actor: Actor, now: datetime) -> None:
    """Give the slot back. Raises Refused."""
    act(Act(case_id, "appointment_cancelled", now), actor=actor, now=now)


def cancel_by_number(receipt: str, tail: str, *, now: datetime) -> bool:
    """Give a slot back for who knows the number and the end of the phone; False for anything else, whatever was wrong."""
    found = rows(__file__, "by_receipt", {"receipt": receipt})
    sealed = private.unseal(found[0]["person_ref"]) if found and found[0]["person_ref"] else None
    phone = "".join(one for one in (sealed or {}).get("phone", "") if one.isdigit())
    if not found or len(tail) != TAIL or not phone.endswith(tail):
        return False
    case_id = found[0]["case_id"]
    try:
        cancel(case_id, actor=anybody(now=now, cases=frozenset({case_id})), now=now)
    except Refused:
        return False
    return True


def of_day(hall: str, day: date, *, condition: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The appointments of a hall on a day, by time, with how each went. `condition` is the row filter over `c.scope`."""
    since = timezone.make_aware(datetime.combine(day, time.min))
    asked = {
        **given,
        "hall": hall,
        "since": since,
        "until": since + timedelta(days=1),
        "first": since - timedelta(days=AHEAD + 1),
    }
    return rows(__file__, "appointments", asked, case_rows=condition)
