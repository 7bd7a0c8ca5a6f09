"""The centre hall as it is today: numbers drawn and called, appointments booked for these days (E053, E058).

The tickets lie within the last two hours, whatever hour it is, so that the screens of the hall always have something to show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from yinuo.city.cases.models import Case
from yinuo.city.hall.queue.appointments import APPOINTMENT
from yinuo.city.hall.queue.commands import BOOKED, FIRST, ORDINARY
from yinuo.city.hall.queue.halls import Counter, Halls, Service
from yinuo.city.hall.queue.slots import days, slots, taken
from yinuo.city.hall.queue.tickets import TICKET, midnight, today
from yinuo.cli.demo.cast import HALL
from yinuo.cli.demo.names import applicant
from yinuo.cli.demo.plan import Planned
from yinuo.rulebook.loader import Pack

ANYBODY = "anybody"
"""What the plan calls whoever books without signing in."""
CLERK = f"window:{HALL}"
BACK = timedelta(hours=2)
"""So far back the first number of today was drawn."""
RECEIVED, WAITING = 2, 3
"""How many each window has received, and how many wait for a service."""
DAYS, BUSY = 4, 0.05
"""For so many days there are appointments, in this share of the slots."""
EARLY, CALLED, DONE = timedelta(minutes=6), timedelta(minutes=2), timedelta(minutes=14)
"""Before and after its time: somebody comes, is called, has been received."""


def plan(pack: Pack, *, seed: int, now: datetime) -> list[Planned]:
    """Every act of today until now, and the appointments of the next days; asked for again on the same day, the same acts."""
    halls = Halls.of(pack, timezone.localdate(now))
    services = halls.of_hall(HALL)
    acts = [act for place, one in enumerate(services) for act in _queue(one, halls.at(one.id), place, now=now)]
    for one in services:
        acts += _appointments(one, halls.at(one.id), pack, seed=seed, now=now)
    acts = sorted(
        (act for act in [*acts, *_gone(now)] if act.at <= now), key=lambda one: (one.at, one.case_id, one.number)
    )
    return list(_numbered(acts, services, now=now))


def _gone(now: datetime) -> Iterator[Planned]:
    """Whoever still waited when a day was over has left."""
    begin = midnight(now)
    left = Case.objects.filter(kind=TICKET, status="open", case_id__startswith="QH", opened_at__lt=begin)
    for case_id in left.order_by("case_id").values_list("case_id", flat=True):
        yield Planned(begin, 9, case_id, "ticket_left", CLERK)


def _queue(service: Service, counters: Sequence[Counter], place: int, *, now: datetime) -> Iterator[Planned]:
    """First come, first called: most are done, one is at each window, some wait; one was called twice and did not come."""
    begin = max(midnight(now), now - BACK)
    wide, day = len(counters), timezone.localdate(now)
    come = (RECEIVED + 1) * wide

    def at(share: float) -> datetime:
        return begin + (now - begin) * share

    for number in range(come + WAITING):
        is_waiting = number >= come
        share = 0.88 + 0.1 * (number - come) / WAITING if is_waiting else 0.04 + 0.78 * number / come
        case_id = f"QH{day:%Y%m%d}{service.letter}{number:02}"
        lane = FIRST if number == come + WAITING - 1 and place % 2 == 0 else ORDINARY
        ground = {"lane_ground": "老年人"} if lane == FIRST else {}
        yield _ticket(case_id, service, at(share), lane, **ground)
        if is_waiting:
            continue
        yield Planned(at(share + 0.05), 1, case_id, "ticket_called", CLERK, {"counter": counters[number % wide].id})
        over = at(share + 0.04 + 0.78 * wide / come)
        if number + wide < come and number == place == 1:
            yield Planned(at(share + 0.08), 2, case_id, "ticket_recalled", CLERK)
            yield Planned(over, 3, case_id, "ticket_missed", CLERK)
        elif number + wide < come:
            yield Planned(over, 2, case_id, "ticket_served", CLERK)


def _ticket(case_id: str, service: Service, at: datetime, lane: str, **more: str) -> Planned:
    fields = {"service": service.id, "queue_day": timezone.localdate(at).isoformat(), "lane": lane, **more}
    return Planned(at, 0, case_id, "ticket_drawn", CLERK, fields, kind=TICKET, unit=HALL)


def _numbered(acts: Sequence[Planned], services: Sequence[Service], *, now: datetime) -> Iterator[Planned]:
    """The numbers in the order in which they are drawn, after those of today that are there already."""
    there = today(HALL, now=now)
    known = {one.case_id for one in there}
    drawn = {one.id: sum(ticket.service == one.id for ticket in there) for one in services}
    letters = {one.id: one.letter for one in services}
    for act in acts:
        if act.activity == "ticket_drawn" and act.case_id not in known:
            service = act.fields["service"]
            drawn[service] += 1
            yield replace(act, fields={**act.fields, "number": f"{letters[service]}{drawn[service]:03d}"})
        else:
            yield act


def _appointments(
    service: Service, counters: Sequence[Counter], pack: Pack, *, seed: int, now: datetime
) -> Iterator[Planned]:
    """A seeded share of the slots of these days; what somebody else took stays his."""
    booked, calendar = taken(service.id, now=now), pack.rules.calendar
    for day in days(calendar, now)[:DAYS]:
        for slot in slots(counters, day, calendar=calendar, taken=(), now=now):
            case_id = f"YY{slot.at:%Y%m%d%H%M}-{slot.counter.id}"
            rng = Random(f"{seed}/{case_id}")
            if rng.random() >= BUSY:
                continue
            if (slot.counter.id, slot.at) in booked and not Case.objects.filter(case_id=case_id).exists():
                continue
            yield from _appointment(case_id, service, slot.counter, slot.at, rng=rng, now=now)


def _appointment(
    case_id: str, service: Service, counter: Counter, at: datetime, *, rng: Random, now: datetime
) -> Iterator[Planned]:
    begin = midnight(now)
    until = min(now, at - 2 * EARLY)
    person = {name: text for name, text in applicant(rng).items() if name in ("name", "phone")}
    fields = {"service": service.id, "counter": counter.id, "slot_at": at}
    yield Planned(
        begin + (until - begin) * rng.uniform(0.2, 0.9), 0, case_id, "appointment_booked", ANYBODY, fields,
        kind=APPOINTMENT, unit=HALL, person=person,
    )  # fmt: skip
    if at + DONE > now:
        return
    if rng.random() < 0.15:
        yield Planned(at + DONE, 1, case_id, "appointment_missed", CLERK)
        return
    number = f"QH{case_id[2:]}"
    yield Planned(at - EARLY, 1, case_id, "appointment_arrived", CLERK)
    yield _ticket(number, service, at - EARLY + timedelta(seconds=5), BOOKED, appointment=case_id)
    yield Planned(at + CALLED, 1, number, "ticket_called", CLERK, {"counter": counter.id})
    yield Planned(at + CALLED, 2, case_id, "appointment_honoured", CLERK)
    yield Planned(at + DONE, 2, number, "ticket_served", CLERK)
