"""Who a resident is, which cases are his, and as whom he acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from yinuo.city.ledger import private
from yinuo.city.pages.statements import rows
from yinuo.city.people import units
from yinuo.city.people.actor import Actor, applicant
from yinuo.city.portal.models import Mandate
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
    return applicant(actor_id(resident), units.tree(day).roots, cases=cases)


def mandates(resident: str, *, day: date) -> list[Mandate]:
    """The mandates he may act under that day."""
    return list(Mandate.objects.filter(resident=resident, ended_at=None, until__gt=day).order_by("name", "mandate"))


def cases_of(resident: str, *, day: date) -> dict[str, str | None]:
    """Case → the mandate under which it is seen, None for his own.

    What was filed under a mandate is seen while the mandate stands; with one that a window checked, everything filed for
    the principal by anybody.
    """
    found = rows(__file__, "held", {"resident": resident, "day": day})
    return {row["case_id"]: row["mandate"] for row in found}
