"""The models of the payloads of `case/…` and `attachment/…`, version 1 of each. Personal fields are sealed, never in clear."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    v: Literal[1]


class Sealed(BaseModel):
    """Where personal fields lie encrypted, and the salted digest of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    ref: str
    digest: str


class CaseEvent(_Said):
    """Anything that happens to a case: its fields, the step it did, the desk it lies on; the first also says what opened."""

    fields: dict[str, JsonValue]
    step: str | None = None
    desk: str | None = None
    person: Sealed | None = None
    kind: str | None = None
    item: str | None = None
    unit: str | None = None
    region: str | None = None
    receipt: str | None = None
    parent: str | None = None


class AttachmentStored(_Said):
    """A file lies under its digest, which is the stream's name."""

    name: str
    media_type: str
    size: int
