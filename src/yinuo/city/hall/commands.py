"""What a window does with somebody who has come: all of it or nothing, by the same acts as everywhere (cases.commands.act)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.db import transaction

from yinuo.city.cases.acts import Act, Done
from yinuo.city.cases.commands import act
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


@dataclass(frozen=True, slots=True)
class Served:
    """What came of it: the application, or null; the inquiry, or null."""

    application: Done | None = None
    inquiry: Done | None = None


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
        return Served(done, told or None)


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
