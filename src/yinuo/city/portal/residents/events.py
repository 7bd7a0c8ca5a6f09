"""The models of the payloads of `resident/<id>`, version 1 of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

REGISTERED, CHANGED, ERASED = "resident_registered", "resident_changed", "resident_erased"
HELD = "resident_case_held"
MANDATED, MANDATE_CHECKED, MANDATE_ENDED = "mandate_given", "mandate_checked", "mandate_ended"


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    v: Literal[1] = 1


class Sealed(BaseModel):
    """Where the clear fields lie, and the salted digest of what was sealed."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    ref: str
    digest: str


class ResidentRegistered(_Said):
    """Somebody came in for the first time: by a code sent to his telephone, or from the identity provider."""

    person: Sealed
    by: Literal["phone", "identity", "window"]


class ResidentChanged(_Said):
    """His name, telephone or identity number is another; what was sealed before is erased."""

    person: Sealed


class ResidentErased(_Said):
    """What was sealed of him is gone; the refs say what."""

    refs: tuple[str, ...]


class CaseHeld(_Said):
    """A case is his: he sent it, it was entered for him, or he showed that it is his."""

    case: str
    by: Literal["sent", "entered", "shown"]
    mandate: str | None = None


class MandateGiven(_Said):
    """A principal lets him act in its name; `person` holds the principal's name and number, `name` a firm's, else nothing."""

    mandate: str
    kind: Literal["firm", "person"]
    name: str
    person: Sealed
    document: str
    since: date = Field(alias="from")
    until: date


class MandateChecked(_Said):
    """Somebody at a window compared the document with the principal."""

    mandate: str


class MandateEnded(_Said):
    """It is over before its day."""

    mandate: str


MODELS: Mapping[str, type[BaseModel]] = {
    REGISTERED: ResidentRegistered,
    CHANGED: ResidentChanged,
    ERASED: ResidentErased,
    HELD: CaseHeld,
    MANDATED: MandateGiven,
    MANDATE_CHECKED: MandateChecked,
    MANDATE_ENDED: MandateEnded,
}
