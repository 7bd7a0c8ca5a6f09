"""A gateway that takes no money and writes down what it was asked: for demonstrations and tests."""

from __future__ import annotations

import hashlib

from django.urls import reverse
from django.utils.http import urlencode

from yinuo.city.portal.models import Recorded as Row
from yinuo.city.portal.payments.gateway import Order


class Recorded:
    """Its till is a page of this city on which somebody says “paid”."""

    def begin(self, order: Order, *, back: str) -> str:
        """The till of this payment."""
        Row.objects.get_or_create(payment=order.payment, defaults={"fee": order.fee, "fen": order.fen})
        return f"{reverse('till', args=[order.payment])}?{urlencode({'back': back})}"

    def number_of(self, payment: str) -> str | None:
        """The number this till gave."""
        row = Row.objects.filter(payment=payment).first()
        return row.number if row else None

    def pay(self, payment: str) -> None:
        """Somebody says that he paid; twice is once."""
        number = "FAKE-" + hashlib.sha256(payment.encode()).hexdigest()[:12].upper()
        Row.objects.filter(payment=payment, number=None).update(number=number)
