"""Units and people as a workbook that can be changed and imported again; phones and identity numbers stay masked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone

from yinuo.city.people import may, projections
from yinuo.city.people.actor import ROLE_WORDS, Actor, Role
from yinuo.city.people.exchange import sheets, workbook
from yinuo.city.people.models import Account, Person
from yinuo.city.people.staff import TIER_WORDS, Appointment, RoleGrant, Staff
from yinuo.city.people.units import TYPES


def export(*, actor: Actor, now: datetime) -> bytes:
    """An .xlsx with the units and people the actor may export. Raises NotAllowed."""
    may.require(actor, "people.export")
    today = timezone.localdate(now)
    staff = projections.load()
    seen = {unit for unit in staff.units if may.may(actor, "people.export", scope=staff.ancestors(unit, today))}
    return workbook.write(
        [
            (sheets.UNITS.zh, _titles(sheets.UNITS), _unit_rows(staff, seen)),
            (sheets.PEOPLE.zh, _titles(sheets.PEOPLE), _people_rows(staff, seen, today)),
        ]
    )


def template() -> bytes:
    """An empty workbook with both sheets and their titles."""
    return workbook.write([(sheet.zh, _titles(sheet), []) for sheet in sheets.SHEETS])


def _titles(sheet: workbook.Sheet) -> list[str]:
    return [column.zh for column in sheet.columns]


def _unit_rows(staff: Staff, seen: set[str]) -> list[list[str]]:
    rows = []
    for unit in sorted(seen):
        first, last = staff.units[unit][0], staff.units[unit][-1]
        ends = [_iso(last.valid_until), last.into or ""]
        words = [unit, last.zh, last.en, TYPES.get(last.type, last.type), last.rank, last.parent or ""]
        rows.append([*words, first.valid_from.isoformat(), *ends])
    return rows


def _people_rows(staff: Staff, seen: set[str], today: date) -> list[list[str]]:
    """One row for each post a person holds (or held), and one for each role that goes with none of them."""
    shown = {row.person: row for row in Person.objects.all()}
    names = {str(key): username for key, username in Account.objects.values_list("pk", "username")}
    rows = []
    for person in sorted(staff.persons.values(), key=lambda one: one.id):
        posts = [row for row in staff.appointments.values() if row.person == person.id]
        posts = [row for row in posts if staff.posts[row.post].unit in seen]
        grants = [row for row in staff.grants.values() if (row.kind, row.holder) == ("person", person.id)]
        grants = [row for row in grants if row.unit in seen and (row.valid_until is None or row.valid_until > today)]
        one = shown[person.id]
        username = names.get(person.account or "", "")
        begin = [person.id, one.name, one.phone, one.identity, username]
        cells = _post_cells(staff, posts, grants)
        if not cells and not staff.units_of(person.id) and seen.issuperset(staff.units):
            cells = [[""] * 7 + [person.valid_from.isoformat(), _iso(person.valid_until)]]
        rows += [begin + row for row in cells]
    return rows


def _post_cells(staff: Staff, posts: Sequence[Appointment], grants: Sequence[RoleGrant]) -> list[list[str]]:
    cells = []
    told: set[str] = set()
    for row in sorted(posts, key=lambda one: (one.valid_from, one.id)):
        post = staff.posts[row.post]
        fitting = [one for one in grants if one.id not in told and one.unit == post.unit and _same_days(one, row)]
        told |= {one.id for one in fitting}
        tier, oversees = TIER_WORDS[post.tier], "、".join(post.oversees)
        days = [row.valid_from.isoformat(), _iso(row.valid_until)]
        cells.append(
            [post.unit, post.id, post.zh, tier, oversees, _roles(fitting), post.unit if fitting else "", *days]
        )
    for one in sorted(grants, key=lambda one: one.id):
        if one.id not in told:
            days = [one.valid_from.isoformat(), _iso(one.valid_until)]
            cells.append(["", "", "", "", "", _roles([one]), one.unit, *days])
    return cells


def _same_days(one: RoleGrant, other: Appointment) -> bool:
    return (one.valid_from, one.valid_until) == (other.valid_from, other.valid_until)


def _roles(grants: Sequence[RoleGrant]) -> str:
    roles: list[Role] = sorted({row.role for row in grants})  # type: ignore[arg-type]
    return "、".join(ROLE_WORDS[role] for role in roles)


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()
