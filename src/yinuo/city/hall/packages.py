"""One thing (一件事): several items asked for together, with one set of papers, one receipt, at one window."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yinuo.city.cases.acts import Act, Done, Refused
from yinuo.city.cases.commands import act
from yinuo.city.cases.kept import rows_on
from yinuo.city.hall.commands import APPLICATION, WINDOW
from yinuo.city.hall.items import Catalogue, Item, Paper
from yinuo.city.people.actor import Actor
from yinuo.rulebook.loader import Pack

PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class Package:
    """What is done once: its items, and the unit that leads."""

    id: str
    zh: str
    en: str
    unit: str
    items: tuple[Item, ...]

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The papers of all its items; one that several ask for is brought once."""
        named: dict[tuple[str, str], Paper] = {}
        for item in self.items:
            for paper in item.papers:
                named.setdefault((paper.zh, paper.form), paper)
        return tuple(named.values())

    def given_for(self, item: Item, given: Collection[str]) -> list[str]:
        """The papers handed in that an item asks for, in words."""
        here = {(paper.zh, paper.form) for paper in self.papers if paper.id in given}
        return [paper.worded for paper in item.papers if (paper.zh, paper.form) in here]


def packages(pack: Pack, day: date) -> dict[str, Package]:
    """The packages in use on a day; one with an item that is not in use is left out."""
    catalogue = Catalogue.of(pack, day)
    found = {row["id"]: _package(row, catalogue) for row in rows_on(pack, "packages", day)}
    return {name: one for name, one in found.items() if one is not None}


def _package(row: Mapping[str, Any], catalogue: Catalogue) -> Package | None:
    items = [catalogue.get(name) for name in (row["items"] or "").split()]
    zh = row["zh"] or row["id"]
    if not items or None in items:
        return None
    return Package(row["id"], zh, row["en"] or zh, row["unit"], tuple(one for one in items if one))


def take(
    package: Package, *, form: str, person: Mapping[str, str], given: Collection[str], actor: Actor, now: datetime
) -> Done:
    """Receive the whole and accept every item of it, in one transaction; the whole ends after all of them (invariant 31).

    Each item lies with its own department under its own limits. Raises Refused where a paper is missing; NotAllowed.
    """
    missing = [paper.zh for paper in package.papers if paper.id not in given]
    if missing:
        raise Refused("papers_missing", _("还缺：%(papers)s。") % {"papers": _("、").join(missing)}, field="given")
    fields = {
        "package": package.id, "items": [one.id for one in package.items], "materials": [one.worded for one in package.papers],
    }  # fmt: skip
    opening = Act(
        None,
        "package_received",
        now,
        fields,
        kind=PACKAGE,
        unit=package.unit,
        person=person,
        event_id=f"{form}-package",
    )
    with transaction.atomic():
        whole = act(opening, actor=actor, now=now)
        for item in package.items:
            told = {"channel": WINDOW, "materials": package.given_for(item, given), "parent": whole.case_id}
            name = f"{form}-{item.id}"
            received = Act(None, "received", now, told, kind=APPLICATION, item=item.id, unit=item.unit, person=person, event_id=f"{name}-received")  # fmt: skip
            case_id = act(received, actor=actor, now=now).case_id
            act(Act(case_id, "accepted", now, unit=item.unit, event_id=f"{name}-accepted"), actor=actor, now=now)
        return whole
