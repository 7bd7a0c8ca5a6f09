"""The plug-in point: what a payment gateway must do. One works out of the box, in a demonstration: a recorded fake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be paid: `fen` for `fee`, by whoever opens the address."""

    payment: str
    fee: str
    fen: int


class Gateway(Protocol):
    """A payment gateway. It is asked again whenever it may have been paid; the same answer twice changes nothing."""

    def begin(self, order: Order, *, back: str) -> str:
        """The address the payer is sent to; from there he comes back to `back`."""

    def number_of(self, payment: str) -> str | None:
        """The gateway's own number of a payment that was made, None while it was not."""


def gateway() -> Gateway | None:
    """The gateway of the setting PAYMENT_GATEWAY, None where nothing is paid online."""
    if not settings.PAYMENT_GATEWAY:
        return None
    made: Gateway = import_string(settings.PAYMENT_GATEWAY)()
    return made
