"""The models of the payloads of `notices/…`, version 1 of each. Addresses and secrets are sealed, never in clear."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Sealed(BaseModel):
    """Where a field lies encrypted, and the salted digest of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    ref: str
    digest: str


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    v: Literal[1]


class AddressSet(_Said):
    """A person is reached here from now on."""

    person: str
    channel: Literal["mail", "sms"]
    private: Sealed


class AddressForgotten(_Said):
    """The address was erased, as the person asked or the law says."""

    person: str
    channel: Literal["mail", "sms"]


class WebhookOpened(_Said):
    """A system hears what happens in a unit and below. No activities = all."""

    webhook: str
    name: str
    unit: str
    url: str
    activities: tuple[str, ...]
    secret: Sealed


class WebhookDisabled(_Said):
    """It hears nothing any more."""

    webhook: str


MODELS: Mapping[str, type[BaseModel]] = {
    "address_set": AddressSet,
    "address_forgotten": AddressForgotten,
    "webhook_opened": WebhookOpened,
    "webhook_disabled": WebhookDisabled,
}
"""Activity → model."""
