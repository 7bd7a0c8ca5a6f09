"""The models of the payloads of `people/…`, version 1 of each. None holds a personal field in clear."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    v: Literal[1]


class _Since(_Said):
    since: date = Field(alias="from")


class _Stretch(_Since):
    until: date | None
    id: str


class _Ended(_Said):
    until: date


class Sealed(BaseModel):
    """Where personal fields lie encrypted, and the salted digest of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    ref: str
    digest: str


class UnitOpened(_Since):
    """A unit is there from a day on."""

    unit: str
    parent: str | None
    zh: str
    en: str
    type: str
    rank: str


class UnitRenamed(_Since):
    """It has another name, type or rank."""

    unit: str
    zh: str
    en: str
    type: str
    rank: str


class UnitMoved(_Since):
    """It lies below another unit."""

    unit: str
    parent: str | None


class UnitClosed(_Ended):
    """It is no longer there; perhaps merged into another."""

    unit: str
    into: str | None


class _PostWords(_Said):
    post: str
    zh: str
    en: str
    tier: Literal["principal", "deputy_in_charge", "member"]
    oversees: tuple[str, ...]


class PostOpened(_PostWords):
    """A post is there from a day on."""

    unit: str
    since: date = Field(alias="from")


class PostChanged(_PostWords):
    """It has another name, tier or charge."""


class PostClosed(_Ended):
    """It is no longer there."""

    post: str


class PersonHired(_Since):
    """A person joined the staff."""

    person: str
    private: Sealed
    until: date | None


class PersonChanged(_Said):
    """Name, phone or identity number changed."""

    person: str
    private: Sealed


class PersonErased(_Said):
    """The clear fields were erased."""

    person: str
    ref: str


class PersonDismissed(_Ended):
    """A person left the staff."""

    person: str


class AccountLinked(_Said):
    """By which login the person signs in."""

    person: str
    account: str


class PasswordSet(_Said):
    """An administrator gave the login another password."""

    person: str


class PersonAppointed(_Stretch):
    """A person took a post."""

    person: str
    post: str


class Ended(_Ended):
    """An appointment, stand-in, absence or grant ended."""

    id: str


class StandInNamed(_Stretch):
    """Who acts while a person is away."""

    person: str
    by: str


class AbsenceDeclared(_Stretch):
    """On which days a person is away."""

    person: str


class RoleGranted(_Stretch):
    """A role within a unit, to a person, a post or a whole unit."""

    kind: Literal["person", "post", "unit"]
    holder: str
    role: str
    unit: str


class TokenCreated(_Said):
    """A system may come in by a key whose SHA-256 this is."""

    token: str
    digest: str
    name: str
    unit: str
    rate: int


class TokenRevoked(_Said):
    """It may no longer."""

    token: str


class PersonUnmasked(_Said):
    """Somebody saw clear fields, for a reason."""

    ref: str
    reason: str
    scope: tuple[str, ...]


class Exported(_Said):
    """Somebody took rows away in a file: what, by which filters, how many."""

    what: str
    filters: tuple[str, ...]
    rows: int | None


MODELS: Mapping[str, type[BaseModel]] = {
    "unit_opened": UnitOpened,
    "unit_renamed": UnitRenamed,
    "unit_moved": UnitMoved,
    "unit_closed": UnitClosed,
    "post_opened": PostOpened,
    "post_changed": PostChanged,
    "post_closed": PostClosed,
    "person_hired": PersonHired,
    "person_changed": PersonChanged,
    "person_erased": PersonErased,
    "person_dismissed": PersonDismissed,
    "account_linked": AccountLinked,
    "password_set": PasswordSet,
    "person_appointed": PersonAppointed,
    "appointment_ended": Ended,
    "stand_in_named": StandInNamed,
    "stand_in_ended": Ended,
    "absence_declared": AbsenceDeclared,
    "absence_ended": Ended,
    "role_granted": RoleGranted,
    "role_revoked": Ended,
    "token_created": TokenCreated,
    "token_revoked": TokenRevoked,
    "person_unmasked": PersonUnmasked,
    "exported": Exported,
}
"""Activity → the model of its payload; the kind in the registry of events is `people/<activity>`."""
