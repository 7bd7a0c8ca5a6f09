"""Orders and payments: each is one event of `payment/<id>`. A charge outside the fee catalogue cannot be ordered (invariant 15)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import orjson
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict

from yinuo.city.cases.acts import Refused
from yinuo.city.ledger.append import append
from yinuo.city.ledger.events import NewEvent, StoredEvent
from yinuo.city.portal.items import Fee
from yinuo.city.portal.models import Payment
from yinuo.city.portal.payments.gateway import Gateway, Order

PREFIX = "payment/"
ORDERED, SETTLED = "payment_ordered", "payment_settled"


class PaymentOrdered(BaseModel):
    """Somebody is to pay a fee of the catalogue for a case."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    v: Literal[1] = 1
    case: str
    fee: str
    fen: int
    basis: str


class PaymentSettled(BaseModel):
    """The gateway says that it was paid, under its own number."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    v: Literal[1] = 1
    number: str


MODELS = {ORDERED: PaymentOrdered, SETTLED: PaymentSettled}


def order(case_id: str, name: str, *, fees: Sequence[Fee], payment: str, actor: str, now: datetime) -> Order:
    """Order a fee of the case's item, by its name; a fee ordered before is gone on with. Raises Refused."""
    fee = next((one for one in fees if one.zh == name), None)
    if fee is None:
        raise Refused("no_such_fee", _("收费目录里没有这一项，不得收费。"), field="fee")
    try:
        return _ordered(case_id, fee, payment=payment, actor=actor, now=now)
    except IntegrityError:  # the button was pressed twice: the other order was first
        return _ordered(case_id, fee, payment=payment, actor=actor, now=now)


def _ordered(case_id: str, fee: Fee, *, payment: str, actor: str, now: datetime) -> Order:
    with transaction.atomic():
        known = Payment.objects.select_for_update().filter(case_id=case_id, fee=fee.zh).first()
        if known is not None and known.number:
            raise Refused("paid_before", _("这一项已经缴过，不用再缴。"), field="fee")
        if known is None:
            said = PaymentOrdered(case=case_id, fee=fee.zh, fen=fee.fen, basis=fee.basis)
            _say(payment, ORDERED, said, expected=0, actor=actor, now=now)
            return Order(payment, fee.zh, fee.fen)
        return Order(known.payment, known.fee, known.fen)


def settle(payment: str, gateway: Gateway, *, actor: str, now: datetime) -> bool:
    """Ask the gateway whether it was paid, and write it down once."""
    number = gateway.number_of(payment)
    if number is None:
        return False
    with transaction.atomic():
        row = Payment.objects.select_for_update().get(payment=payment)
        if not row.number:
            _say(payment, SETTLED, PaymentSettled(number=number), expected=1, actor=actor, now=now)
    return True


def _say(payment: str, activity: str, said: BaseModel, *, expected: int, actor: str, now: datetime) -> None:
    event = NewEvent(
        PREFIX + payment, "yinuo", f"{payment}-{expected + 1}", activity, now, said.model_dump(mode="json"), actor
    )  # fmt: skip
    apply(append([event], expected=expected, recorded_at=now))


def reset() -> None:
    """Forget everything; `apply` makes it again."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE portal_payment")


def apply(events: Sequence[StoredEvent]) -> None:
    """Take events over."""
    for event in events:
        payment, payload = event.stream.removeprefix(PREFIX), orjson.loads(event.payload)
        if event.activity == ORDERED:
            Payment.objects.create(
                payment=payment, case_id=payload["case"], fee=payload["fee"], fen=payload["fen"],
                basis=payload["basis"], ordered_at=event.recorded_at,
            )  # fmt: skip
        elif event.activity == SETTLED:
            Payment.objects.filter(payment=payment).update(number=payload["number"], settled_at=event.recorded_at)
