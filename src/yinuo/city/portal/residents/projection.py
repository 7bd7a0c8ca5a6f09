"""Keeps the tables of residents in step with `resident/…`. What was erased is not found again by any number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from django.db import connection

from yinuo.city.ledger import private
from yinuo.city.ledger.events import StoredEvent
from yinuo.city.people.masking import mask
from yinuo.city.portal.models import Draft, Holding, Mandate, Resident
from yinuo.city.portal.residents import events, keys

PREFIX = "resident/"


def reset() -> None:
    """Forget everything; `apply` on all events makes it again. Drafts and codes are no record and stay."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE portal_resident, portal_case, portal_mandate RESTART IDENTITY")


def apply(stored: Sequence[StoredEvent]) -> None:
    """Take events over, each stream in its order."""
    for event in stored:
        step = _STEPS.get(event.activity)
        if step is not None:
            step(event.stream.removeprefix(PREFIX), orjson.loads(event.payload), event)
            Resident.objects.filter(resident=event.stream.removeprefix(PREFIX)).update(version=event.version)


def _person(resident: str, payload: Mapping[str, Any], event: StoredEvent) -> None:
    ref = payload["person"]["ref"]
    found = private.unseal(ref) or {}
    row = {"ref": ref, **{name: mask(name, found.get(name, "")) for name in ("name", "phone", "identity")}}
    row |= {
        "phone_key": keys.phone_key(found["phone"]) if found.get("phone") else None,
        "subject_key": keys.subject_key(found["subject"]) if found.get("subject") else None,
        "version": event.version,
    }
    if event.activity == events.REGISTERED:
        Resident.objects.create(resident=resident, registered_at=event.recorded_at, **row)
    else:
        Resident.objects.filter(resident=resident).update(**row)


def _erased(resident: str, _payload: Mapping[str, Any], event: StoredEvent) -> None:
    gone = {"name": "", "phone": "", "identity": "", "phone_key": None, "subject_key": None}
    Resident.objects.filter(resident=resident).update(erased_at=event.recorded_at, **gone)
    given = Mandate.objects.filter(resident=resident)
    given.filter(ended_at=None).update(ended_at=event.recorded_at)
    given.update(principal_key="")
    given.filter(kind="person").update(name="")
    Draft.objects.filter(resident=resident).delete()


def _held(resident: str, payload: Mapping[str, Any], event: StoredEvent) -> None:
    Holding.objects.get_or_create(
        resident=resident,
        case_id=payload["case"],
        defaults={"mandate": payload.get("mandate"), "since": event.recorded_at},
    )


def _mandated(resident: str, payload: Mapping[str, Any], _event: StoredEvent) -> None:
    sealed = private.unseal(payload["person"]["ref"]) or {}
    name = payload["name"] or mask("name", sealed.get("name", ""))
    Mandate.objects.create(
        mandate=payload["mandate"], resident=resident, kind=payload["kind"], name=name,
        principal_key=keys.principal_key(sealed["identity"]) if sealed else "", ref=payload["person"]["ref"],
        document=payload["document"], since=payload["from"], until=payload["until"],
    )  # fmt: skip


def _checked(_resident: str, payload: Mapping[str, Any], event: StoredEvent) -> None:
    Mandate.objects.filter(mandate=payload["mandate"]).update(checked_by=event.actor, checked_at=event.recorded_at)


def _ended(_resident: str, payload: Mapping[str, Any], event: StoredEvent) -> None:
    Mandate.objects.filter(mandate=payload["mandate"]).update(ended_at=event.recorded_at)


_STEPS: Mapping[str, Callable[[str, Mapping[str, Any], StoredEvent], None]] = {
    events.REGISTERED: _person, events.CHANGED: _person, events.ERASED: _erased, events.HELD: _held,
    events.MANDATED: _mandated, events.MANDATE_CHECKED: _checked, events.MANDATE_ENDED: _ended,
}  # fmt: skip
