"""What a window does with somebody who has come: all of it or nothing, by the same acts as everywhere (cases.commands.act)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.cases.acts import Act, Done, Refused
from yinuo.city.cases.commands import act
from yinuo.city.cases.projection import ways_in_force
from yinuo.city.cases.queries import one as case_of
from yinuo.city.cases.queries import state_of
from yinuo.city.hall.delivery.words import AT_WINDOW, DELIVERY, DOCUMENTS
from yinuo.city.hall.lanes.entitlement import ASKED, GRANTED, REFUSED, REQUEST, Entitled, entitled
from yinuo.city.hall.queue.commands import Wish, draw_within
from yinuo.city.hall.queue.halls import Service
from yinuo.city.people.actor import Actor

Outcome = Literal["ask", "accept", "settle", "tell", "refuse", "guide"]
APPLICATION, INQUIRY = "application", "inquiry"
WINDOW = "窗口"
"""The channel of what comes in at a window, as the texts word it."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a clerk wrote down of somebody who has come.

    `form` is made when the screen is shown: the same form sent twice is taken in once. `contact` is the inquiry that the
    first question was registered as, null when it was not. `fields` are those of the outcome beside its papers.
    """

    form: str
    outcome: Outcome
    item: str | None = None
    unit: str | None = None
    need: str = ""
    person: Mapping[str, str] = field(default_factory=dict)
    given: tuple[str, ...] = ()
    """The papers handed in, in words."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    contact: str | None = None
    beside: tuple[Beside, ...] = ()
    """What is opened about the application in the same breath: a lane asked for, a paper promised …"""
    taken_by: str = ""
    """Who took what was settled on the spot, in the words of the text; empty while it still lies at the window."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A case of its own about the application, held to a text of its own.

    `is_part` puts it under the application, which then is not decided while it is open.
    """

    kind: str
    activity: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    is_part: bool = False
    then: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    """What is done to it at once."""


def _handed_over(taken_by: str) -> Beside:
    """What is settled on the spot lies at the window; handed over as soon as somebody is named who took it: one visit."""
    then: tuple[tuple[str, Mapping[str, Any]], ...] = (("delivered", {"taken_by": taken_by}),) if taken_by else ()
    return Beside(DELIVERY, "delivery_due", {"document": DOCUMENTS["granted"], "way": AT_WINDOW}, then=then)


@dataclass(frozen=True, slots=True)
class Served:
    """What came of it: the application, or null; the inquiry, or null; what was opened about the application."""

    application: Done | None = None
    inquiry: Done | None = None
    beside: tuple[Done, ...] = ()


def serve(visit: Visit, *, actor: Actor, now: datetime) -> Served:
    """Do what the window decided, in one transaction: nothing of it stands when one act is refused. Raises Refused, NotAllowed.

    1. `ask`: the first question is registered; the clerk answers for it from this moment on (E045).
    2. `guide`: registered if it was not, and the right place named; it stays with the clerk until it is answered.
    3. `accept`, `settle`, `tell`, `refuse`: the application is received, then accepted, accepted and granted on the spot,
       sent back once with all that is missing, or not accepted; a first question registered before is answered by it.
    """
    with transaction.atomic():
        if visit.outcome in ("ask", "guide"):
            return Served(inquiry=_asked(visit, actor=actor, now=now))
        done = _received(visit, actor=actor, now=now)
        for activity, fields in _then(visit):
            done = _go_on(done.case_id, activity, fields, visit=visit, actor=actor, now=now)
        told = visit.contact and _go_on(visit.contact, "answered", {}, visit=visit, actor=actor, now=now)
        if visit.outcome == "settle" and ways_in_force().way(DELIVERY, timezone.localdate(now)) is not None:
            visit = replace(visit, beside=(*visit.beside, _handed_over(visit.taken_by)))
        beside = [
            _beside(one, done.case_id, number, visit=visit, actor=actor, now=now)
            for number, one in enumerate(visit.beside)
        ]
        return Served(done, told or None, tuple(beside))


def guide_on(
    form: str, *, item: str, unit: str | None, need: str, service: Service, actor: Actor, now: datetime
) -> tuple[Done, Done]:
    """At the desk: what somebody needs is registered, the right window named with a number drawn for it, and so answered (E049).

    Gives the inquiry and the queue number. Raises Refused, NotAllowed.
    """
    visit = Visit(form, "guide", item=item, need=need, fields={"to_unit": unit} if unit else {})
    with transaction.atomic():
        inquiry = _asked(visit, actor=actor, now=now)
        ticket = draw_within(Wish(form, service, about=inquiry.case_id), actor=actor, now=now)
        _go_on(inquiry.case_id, "answered", {}, visit=visit, actor=actor, now=now)
        return inquiry, ticket


def answer_lane(case_id: str, *, is_granted: bool, reason: str, actor: Actor, now: datetime) -> Done:
    """Give a request the lane its row of the table gives, or refuse it; with a reason, in the name of who does it.

    Raises Refused: without a reason, and with every failing condition named where the table gives nothing; NotAllowed.
    """
    if not reason.strip():
        raise Refused("field_missing", _("请写明理由。"), field="reason")
    fields = {"lane_reason": reason.strip(), "lane_approver": actor.id}
    if not is_granted:
        return act(Act(case_id, REFUSED, now, fields), actor=actor, now=now)
    case, state = case_of(case_id, actor=actor), state_of(case_id)
    found = None
    if case is not None and state is not None:
        found = entitled(state.fields, unit=case.unit, ways=ways_in_force(), now=now, asked_at=case.opened_at)
    if found is not None and found.lane is None:
        raise _not_entitled(found)
    given = {"lane": found.lane} if found is not None else {}
    return act(Act(case_id, GRANTED, now, {**fields, **given}), actor=actor, now=now)


def _not_entitled(found: Entitled) -> Refused:
    return Refused("not_entitled", found.sentence, field=found.field)


def _beside(one: Beside, case_id: str, number: int, *, visit: Visit, actor: Actor, now: datetime) -> Done:
    """Open what is about the application. A lane that would not be given is not asked for. Raises Refused."""
    if one.kind == REQUEST and one.activity == ASKED:
        found = entitled(one.fields, unit=visit.unit, ways=ways_in_force(), now=now)
        if found is not None and found.lane is None:
            raise _not_entitled(found)
    about = {"parent" if one.is_part else "about": case_id}
    opening = Act(
        None, one.activity, now, {**one.fields, **about}, kind=one.kind, unit=visit.unit, event_id=f"{visit.form}-{one.activity}-{number}",
    )  # fmt: skip
    done = act(opening, actor=actor, now=now)
    for activity, fields in one.then:
        done = act(
            Act(done.case_id, activity, now, fields, event_id=f"{visit.form}-{activity}-{number}"), actor=actor, now=now
        )
    return done


def _asked(visit: Visit, *, actor: Actor, now: datetime) -> Done:
    """The inquiry, opened when it was not yet, and guided on where that is the outcome."""
    done = None
    if visit.contact is None:
        fields = {"need": visit.need, "channel": WINDOW}
        opening = Act(
            None, "inquired", now, fields, kind=INQUIRY, item=visit.item, unit=actor.unit, person=visit.person,
            event_id=f"{visit.form}-inquired",
        )  # fmt: skip
        done = act(opening, actor=actor, now=now)
    case_id = done.case_id if done else visit.contact
    if visit.outcome == "guide":
        done = _go_on(str(case_id), "guided", visit.fields, visit=visit, actor=actor, now=now)
    return done or Done(str(case_id), "", 0, (), is_new=False)


def _received(visit: Visit, *, actor: Actor, now: datetime) -> Done:
    fields: dict[str, Any] = {"channel": WINDOW, "materials": list(visit.given)}
    opening = Act(
        None, "received", now, fields, kind=APPLICATION, item=visit.item, unit=visit.unit, person=visit.person,
        event_id=f"{visit.form}-received",
    )  # fmt: skip
    return act(opening, actor=actor, now=now)


def _then(visit: Visit) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """The acts after the receipt, in their order, with their fields."""
    if visit.outcome == "tell":
        return [("supplement_requested", visit.fields)]
    if visit.outcome == "refuse":
        return [("refused_acceptance", visit.fields)]
    return [("accepted", {})] + ([("granted", {})] if visit.outcome == "settle" else [])


def _go_on(
    case_id: str, activity: str, fields: Mapping[str, Any], *, visit: Visit, actor: Actor, now: datetime
) -> Done:  # fmt: skip
    unit = visit.unit if activity in ("accepted", "granted") else None
    going_on = Act(case_id, activity, now, fields, unit=unit, event_id=f"{visit.form}-{activity}")
    return act(going_on, actor=actor, now=now)
