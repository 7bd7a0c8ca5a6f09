"""The tables of people, written from the streams `people/…`; `yinuo rebuild` makes them again from nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model

from yinuo.city.ledger import private
from yinuo.city.ledger.events import StoredEvent
from yinuo.city.ledger.statements import sql
from yinuo.city.people import models, staff
from yinuo.city.people.masking import mask
from yinuo.city.people.staff import Staff
from yinuo.city.people.units import Span, spans

PREFIX = "people/"
STREAMS = tuple(f"people/{name}" for name in ("exports", "persons", "posts", "roles", "tokens", "units", "unmaskings"))
SUM = "people"
"""The row that changes when any of persons, posts, roles or units does: one look tells whether what is remembered still holds."""
TABLES = (
    models.Unit,
    models.Post,
    models.Person,
    models.Appointment,
    models.StandIn,
    models.Absence,
    models.RoleGrant,
    models.Token,
    models.Unmasking,
    models.Revision,
)
GONE = "（已删除）"
"""The name of a person whose private fields were erased."""


def reset() -> None:
    """Empty every table of people but accounts and sign-ins, which are not the ledger's."""
    for table in TABLES:
        table.objects.all().delete()


def apply(events: Sequence[StoredEvent]) -> None:
    """Take events in, each stream in its order."""
    held: Staff | None = None
    for event in events:
        said = json.loads(event.payload)
        if event.activity in _OWN:
            _OWN[event.activity](event, said)
            continue
        held = held or load()
        held.apply(event.activity, said)
    if held is not None:
        save(held)
    heads = {event.stream: event for event in events}
    models.Revision.objects.bulk_create(
        [
            models.Revision(stream=name, version=event.version, digest=event.digest.hex())
            for name, event in heads.items()
        ],
        update_conflicts=True,
        unique_fields=["stream"],
        update_fields=["version", "digest"],
    )
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "sum_up"))


def lock() -> Mapping[str, int]:
    """Let one writer in at a time, until the transaction ends; the version of every people stream."""
    models.Revision.objects.bulk_create(
        [models.Revision(stream=name, version=0, digest="") for name in (SUM, *STREAMS)], ignore_conflicts=True
    )
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "lock"))
        return dict(cursor.fetchall())


def load() -> Staff:
    """All rows there are."""
    units: dict[str, list[Span]] = {}
    for span in spans():
        units.setdefault(span.unit, []).append(span)
    return Staff(
        units=units,
        posts=_rows(models.Post, _post),
        persons=_rows(models.Person, _person),
        appointments=_rows(models.Appointment, _appointment),
        stand_ins=_rows(models.StandIn, _stand_in),
        absences=_rows(models.Absence, _absence),
        grants=_rows(models.RoleGrant, _grant),
    )


def save(held: Staff) -> None:
    """Write down the rows that changed."""
    changed: dict[str, list[str]] = {}
    for table, key in sorted(held.touched):
        changed.setdefault(table, []).append(key)
    if units := changed.pop("units", None):
        models.Unit.objects.filter(unit__in=units).delete()
        models.Unit.objects.bulk_create([models.Unit(**_fields(span)) for unit in units for span in held.units[unit]])
    for table, keys in changed.items():
        _write(table, [getattr(held, table)[key] for key in keys])
    held.touched.clear()


def _write(table: str, rows: Sequence[staff.Row]) -> None:
    model = _MODELS[table]
    clear = private.unseal_many([row.ref for row in rows if isinstance(row, staff.Person)])
    made = [_model_row(model, row, clear) for row in rows]
    key = model._meta.pk.name  # noqa: SLF001 - Django's documented API in spite of its name
    others = [one.name for one in model._meta.concrete_fields if one.name != key]  # noqa: SLF001
    model.objects.bulk_create(made, update_conflicts=True, unique_fields=[key], update_fields=others)


def _model_row(model: type[Model], row: staff.Row, sealed: Mapping[str, Mapping[str, str]]) -> Model:
    fields = _fields(row)
    key = model._meta.pk.name  # noqa: SLF001
    fields[key] = fields.pop("id")
    if isinstance(row, staff.Person):
        clear = sealed.get(row.ref, {})
        fields["name"] = clear.get("name", GONE)
        fields["phone"] = mask("phone", clear.get("phone", ""))
        fields["identity"] = mask("identity", clear.get("identity", ""))
    if isinstance(row, staff.Post):
        fields["oversees"] = list(row.oversees)
    return model(**fields)


def _fields(row: staff.Row | Span) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__}


def _rows(model: type[Model], make: Callable[[Any], Any]) -> dict[str, Any]:
    made = (make(one) for one in model.objects.order_by("pk").iterator(chunk_size=5000))  # type: ignore[attr-defined]
    return {row.id: row for row in made}


def _post(one: models.Post) -> staff.Post:
    oversees = tuple(one.oversees)
    return staff.Post(one.post, one.unit, one.zh, one.en, one.tier, oversees, one.valid_from, one.valid_until)  # type: ignore[arg-type]


def _person(one: models.Person) -> staff.Person:
    return staff.Person(one.person, one.ref, one.account, one.valid_from, one.valid_until, one.name)


def _appointment(one: models.Appointment) -> staff.Appointment:
    return staff.Appointment(one.id, one.person, one.post, one.valid_from, one.valid_until)


def _stand_in(one: models.StandIn) -> staff.StandIn:
    return staff.StandIn(one.id, one.person, one.by, one.valid_from, one.valid_until)


def _absence(one: models.Absence) -> staff.Absence:
    return staff.Absence(one.id, one.person, one.valid_from, one.valid_until)


def _grant(one: models.RoleGrant) -> staff.RoleGrant:
    return staff.RoleGrant(one.id, one.kind, one.holder, one.role, one.unit, one.valid_from, one.valid_until)  # type: ignore[arg-type]


_MODELS: Mapping[str, type[Model]] = {
    "posts": models.Post,
    "persons": models.Person,
    "appointments": models.Appointment,
    "stand_ins": models.StandIn,
    "absences": models.Absence,
    "grants": models.RoleGrant,
}


def _token_created(event: StoredEvent, said: Mapping[str, Any]) -> None:
    words = {word: said[word] for word in ("token", "digest", "name", "unit", "rate")}
    models.Token.objects.create(**words, created_by=event.actor or "", created_at=event.at)


def _token_revoked(event: StoredEvent, said: Mapping[str, Any]) -> None:
    models.Token.objects.filter(token=said["token"]).update(revoked_at=event.at, revoked_by=event.actor)


def _person_unmasked(event: StoredEvent, said: Mapping[str, Any]) -> None:
    models.Unmasking.objects.create(
        id=event.event_id,
        ref=said["ref"],
        actor=event.actor or "",
        unit=event.unit,
        reason=said["reason"],
        at=event.at,
        scope=said["scope"],
    )


def _exported(_event: StoredEvent, _said: Mapping[str, Any]) -> None:
    """Who took what away stands in the ledger; no table shows it."""


_OWN: Mapping[str, Callable[[StoredEvent, Mapping[str, Any]], None]] = {
    "token_created": _token_created,
    "token_revoked": _token_revoked,
    "person_unmasked": _person_unmasked,
    "exported": _exported,
}
