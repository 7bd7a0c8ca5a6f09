"""Plays the plan: every act by the command a person would use, the sweep in between, orders answered as they come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db import connection

from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.queries import state_of
from yinuo.city.hall.queue.appointments import anybody
from yinuo.city.ledger.statements import sql
from yinuo.city.people.actor import Actor, NotAllowed
from yinuo.city.supervision.sweep import sweep
from yinuo.cli.demo.cast import OFFICE, Cast
from yinuo.cli.demo.office import Office
from yinuo.cli.demo.orders import Open, next_acts, open_orders
from yinuo.cli.demo.plan import Planned
from yinuo.cli.demo.scenes.ratings import RATER, rater
from yinuo.cli.demo.scenes.today import ANYBODY

SOURCE = "demo"
NIGHT, ROUND, EVENING = time(0, 0, 5), time(9, 40), time(18, 30)
"""Local times: supervision looks just after a day has ended and after the office closes; orders are answered at the round."""


@dataclass
class Played:
    """How far it went: acts done, acts the text refused (each with its sentence), sweeps that had something to do."""

    done: int = 0
    swept: int = 0
    refused: list[tuple[Planned, str]] = field(default_factory=list)


def act_of(planned: Planned) -> Act:
    """The act as the commands take it."""
    return Act(
        case_id=planned.case_id, activity=planned.activity, at=planned.at, fields=planned.fields, kind=planned.kind,
        item=planned.item, unit=planned.unit, source=SOURCE, event_id=planned.event_id, person=planned.person,
    )  # fmt: skip


def play(
    acts: Sequence[Planned], cast: Cast, *, office: Office, until: datetime, seed: int, tell: Callable[[date], None]
) -> Played:
    """Do every act up to `until` at its own moment, supervising twice a day. What is done already is not done again.

    `tell` is called with each day begun.
    """
    played, zone = Played(), ZoneInfo(office.calendar.zone)
    stage = Stage.of(acts, cast)
    waiting = list(reversed([act for act in stage.waiting if act.at <= until]))
    day = (waiting[-1].at if waiting else until).astimezone(zone).date()
    while day <= until.astimezone(zone).date():
        tell(day)
        for moment in (NIGHT, ROUND, EVENING, time.max):
            end = min(datetime.combine(day, moment, zone), until)
            while waiting and waiting[-1].at <= end:
                planned = waiting.pop()
                do(planned, stage.who(planned), played)
            if end == until or moment is time.max:
                continue
            if moment is not ROUND:
                played.swept += sweep_all(end)
            elif day in office.days and end > stage.since:
                answer_orders(cast, played, now=end, seed=seed)
        day += timedelta(days=1)
    played.swept += sweep_all(until)
    return played


@dataclass(frozen=True)
class Stage:
    """The plan as far as it is still to be done, and who took each case in."""

    waiting: list[Planned]
    cast: Cast
    openers: Mapping[str, str]
    since: datetime
    """The last thing that was done before."""

    @classmethod
    def of(cls, acts: Sequence[Planned], cast: Cast) -> Stage:
        """Reads from the ledger which acts were done."""
        openers: dict[str, str] = {}
        for act in acts:
            openers.setdefault(act.case_id, act.who)
        done, since = done_before()
        return cls([act for act in acts if act.event_id not in done], cast, openers, since)

    def who(self, planned: Planned) -> Actor:
        """The person; what an applicant does is entered for him by the window that took the case in, but he rates himself."""
        if planned.who == RATER:
            about = str(planned.fields.get("about", planned.case_id))
            state = state_of(about)
            return rater(about, receipt=state.receipt if state is not None else "")
        if planned.who == ANYBODY:
            return anybody(now=planned.at)
        plays = self.openers[planned.case_id] if planned.who == "applicant" else planned.who
        return self.cast.of(plays, case_id=planned.case_id)


def done_before() -> tuple[set[str], datetime]:
    """The ids of the plan's acts that are in the ledger, and when the last act of all was done."""
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "done_before"), {"source": SOURCE})
        rows = cursor.fetchall()
    return {event_id for event_id, _ in rows}, max((at for _, at in rows), default=datetime.min.replace(tzinfo=UTC))


def do(planned: Planned, person: Actor, played: Played) -> None:
    """One act; what the text or a permission refuses is kept with its sentence."""
    try:
        commands.act(act_of(planned), actor=person, now=planned.at)
    except Refused as refusal:
        played.refused.append((planned, f"{refusal.code}: {refusal}"))
    except NotAllowed as refusal:
        played.refused.append((planned, f"not_allowed: {refusal}"))
    else:
        played.done += 1


def answer_orders(cast: Cast, played: Played, *, now: datetime, seed: int) -> None:
    """What units and the supervising office do of a morning about the orders that are open."""
    for order in open_orders():
        rng = Random(f"{seed}/{order.case_id}/{order.version}")
        for planned in next_acts(order, rng, now=now):
            person = _answering(planned, order, cast)
            if person is not None:
                do(planned, person, played)


def _answering(planned: Planned, order: Open, cast: Cast) -> Actor | None:
    if planned.who == OFFICE:
        return cast.of(OFFICE, case_id=order.case_id)
    for plays in (f"handler:{order.unit}", f"head:{order.unit}"):
        if plays in cast.actors:
            return cast.of(plays, case_id=order.case_id)
    return None


def sweep_all(now: datetime) -> int:
    """Sweep until nothing is left to do at this moment."""
    swept = 0
    while not sweep(now.astimezone(UTC)).is_idle:
        swept += 1
    return swept
