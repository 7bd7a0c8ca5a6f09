"""Who a resident is, which cases are his, and as whom he acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from yinuo.city.ledger import private
from yinuo.city.people import units
from yinuo.city.people.actor import Actor, Grant
from yinuo.city.portal.models import Holding, Mandate
from yinuo.city.portal.models import Resident as Row
from yinuo.city.portal.residents.commands import actor_id


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who came in. Fields are masked; `clear` opens them."""

    id: str
    name: str
    phone: str
    identity: str
    ref: str

    def clear(self) -> dict[str, str]:
        """His own fields, for his own forms."""
        return private.unseal(self.ref) or {}


def of(resident: str | None) -> Resident | None:
    """An account that is there and was not erased."""
    if not resident:
        return None
    row = Row.objects.filter(resident=resident, erased_at=None).first()
    return None if row is None else Resident(row.resident, row.name, row.phone, row.identity, row.ref)


def actor_of(resident: str, *, day: date, cases: frozenset[str] = frozenset()) -> Actor:
    """The resident as commands know him: an applicant anywhere in the city, party to these cases."""
    roots = units.tree(day).roots
    return Actor(actor_id(resident), "", tuple(Grant("applicant", root) for root in roots), cases=cases)


def mandates(resident: str, *, day: date) -> list[Mandate]:
    """The mandates he may act under that day."""
    return list(Mandate.objects.filter(resident=resident, ended_at=None, until__gt=day).order_by("name", "mandate"))


def cases_of(resident: str, *, day: date) -> dict[str, str | None]:
    """Case → the mandate under which it is seen, None for his own.

    What was filed under a mandate is seen while the mandate stands; with one that a window checked, everything filed for
    the principal by anybody.
    """
    standing = {one.mandate: one for one in mandates(resident, day=day)}
    checked = {one.principal_key: one.mandate for one in standing.values() if one.checked_at is not None}
    others = dict(Mandate.objects.filter(principal_key__in=list(checked)).values_list("mandate", "principal_key"))
    wanted = Q(resident=resident) & (Q(mandate=None) | Q(mandate__in=list(standing))) | Q(mandate__in=list(others))
    found: dict[str, str | None] = {}
    for row in Holding.objects.filter(wanted).values("case_id", "mandate"):
        found[row["case_id"]] = _seen_by(row, standing, others, checked)
    return found


def _seen_by(
    row: dict[str, Any], standing: dict[str, Mandate], others: dict[str, str], checked: dict[str, str]
) -> str | None:
    mandate: str | None = row["mandate"]
    if mandate is None or mandate in standing:
        return mandate
    return checked[others[mandate]]
