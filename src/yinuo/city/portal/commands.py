"""What residents do to cases: by the same acts as the window's (cases.commands.act), each in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.cases.acting import known_event
from yinuo.city.cases.acts import Act, Done, Refused
from yinuo.city.cases.commands import act
from yinuo.city.ledger import private
from yinuo.city.people.actor import Actor
from yinuo.city.portal import drafts, form
from yinuo.city.portal.form import Filled
from yinuo.city.portal.items import Item
from yinuo.city.portal.models import Mandate
from yinuo.city.portal.residents import keys
from yinuo.city.portal.residents.commands import hold
from yinuo.city.portal.residents.queries import Resident, actor_of, cases_of, mandates

APPLICATION = "application"
ONLINE, AGENCY = "网上", "代办点"
"""The channels of what residents send themselves, and of what a point files for them, as the texts word them."""
DOCUMENT = "mandate"
"""The written mandate among the files of a form."""


def send(draft: str, filled: Filled, *, item: Item, resident: Resident, window: str | None, now: datetime) -> Done:
    """Send an application: received at this moment, whatever the hour. The draft is gone. Sent twice it is one case.

    `window` is the unit at whose windows it is taken in.

    Raises Refused, Impossible.
    """
    mandate = _mandate(filled.mandate, resident.id, now=now)
    told, personal = form.answers(item, filled)
    fields: dict[str, Any] = {
        "channel": ONLINE, "materials": form.materials(item, filled), "files": form.digests(item, filled),
        "situation": filled.situation, "answers": told, "window_unit": window,
    }  # fmt: skip
    if mandate is not None:
        fields |= {"mandate": mandate.document, "mandate_until": mandate.until.isoformat()}
    opening = Act(
        None, "received", now, fields, kind=APPLICATION, item=item.id, unit=item.unit, event_id=_event(draft),
        person={**personal, **_person(filled, mandate, resident)},
    )  # fmt: skip
    who = actor_of(resident.id, day=timezone.localdate(now))
    with transaction.atomic():
        done = act(opening, actor=who, now=now)
        hold(resident.id, done.case_id, by="sent", mandate=filled.mandate or None, now=now)
        drafts.drop(draft, resident.id)
    return done


def sent(draft: str) -> str | None:
    """The case that was opened when this draft was sent; None for one that was not."""
    known = known_event("yinuo", _event(draft))
    return known.case_id if known else None


def _event(draft: str) -> str:
    return f"draft-{draft}"


def send_for(draft: str, filled: Filled, *, item: Item, key: str, fee: int | None, actor: Actor, now: datetime) -> Done:
    """A point that acts for people files for a resident: mandate, agent and its end are on the case (E051, invariant 17).

    `fee` is what the agent charged in fen, None when nobody said. The telephone is where the resident is reached and
    makes the case nobody's: he takes it into his account himself (`show`). Raises Refused, NotAllowed.
    """
    told, personal = form.answers(item, filled)
    fields: dict[str, Any] = {
        "channel": AGENCY, "materials": form.materials(item, filled), "files": form.digests(item, filled),
        "situation": filled.situation, "answers": told, "mandate": filled.files[DOCUMENT][0].digest,
        "mandate_until": filled.until, "agent": actor.name, "agent_unit": actor.unit,
    }  # fmt: skip
    if fee is not None:
        fields["agent_fee"] = fee
    phone = keys.phone(filled.phone) or ""
    person = {**personal, "name": filled.name, "identity": filled.identity.upper(), "phone": phone}
    opening = Act(
        None, "received", now, fields, kind=APPLICATION, item=item.id, unit=item.unit, event_id=_event(draft), person=person
    )  # fmt: skip
    with transaction.atomic():
        done = act(opening, actor=actor, now=now)
        drafts.drop(draft, key)
    return done


def _mandate(mandate: str, resident: str, *, now: datetime) -> Mandate | None:
    if not mandate:
        return None
    found = next((one for one in mandates(resident, day=timezone.localdate(now)) if one.mandate == mandate), None)
    if found is None:
        raise Refused("no_mandate", _("这份委托已经到期或者终止，请重新登记委托书。"), field="mandate")
    return found


def _person(filled: Filled, mandate: Mandate | None, resident: Resident) -> Mapping[str, str]:
    """Who applies: himself, or the principal with whoever acts for it."""
    own = resident.clear()
    if mandate is None:
        return {"name": filled.name, "identity": filled.identity.upper(), "phone": own.get("phone", "")}
    principal = private.unseal(mandate.ref) or {}
    agent = {"agent_name": filled.name, "agent_identity": filled.identity.upper()}
    return {**principal, "phone": own.get("phone", ""), **{name: text for name, text in agent.items() if text}}


def party(resident: Resident, case_id: str, *, now: datetime) -> Actor | None:
    """The resident as a party to a case of his; None for a case that is not."""
    today = timezone.localdate(now)
    if case_id not in cases_of(resident.id, day=today):
        return None
    return actor_of(resident.id, day=today, cases=frozenset({case_id}))


def supplement(
    case_id: str, *, told: str, files: Sequence[str], expected: int | None, event_id: str, actor: Actor, now: datetime
) -> Done:  # fmt: skip
    """Bring what was asked for. Raises Refused."""
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    if not lines and not files:
        raise Refused("nothing_brought", _("请上传要补的材料，或者写明补正的内容。"), field="told")
    fields = {"materials": lines, "files": list(files)}
    bringing = Act(case_id, "supplemented", now, fields, expected=expected, event_id=event_id)
    return act(bringing, actor=actor, now=now)


def withdraw(case_id: str, *, event_id: str, actor: Actor, now: datetime) -> Done:
    """Take an application back. Raises Refused."""
    return act(Act(case_id, "withdrawn", now, event_id=event_id), actor=actor, now=now)


def show(case_id: str, resident: Resident, *, now: datetime) -> None:
    """A case that a window took in is followed from this account too, after its holder showed that it is his."""
    with transaction.atomic():
        hold(resident.id, case_id, by="shown", now=now)
