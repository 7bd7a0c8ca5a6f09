"""What the streams `people/…` say, as plain rows: the fold that projections write down and decisions look at. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from yinuo.city.people.units import Span, Tree, climb, nearest, plant

Tier = Literal["principal", "deputy_in_charge", "member"]
TIERS: tuple[Tier, ...] = ("member", "deputy_in_charge", "principal")
"""From below: who does it, who is in charge of it, who answers for all of it (E008)."""
TIER_WORDS: Mapping[Tier, str] = {"principal": "主要负责人", "deputy_in_charge": "分管负责人", "member": "成员"}
Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Post:
    """A post of a unit. `oversees`: the units below that a deputy is in charge of; none = all."""

    id: str
    unit: str
    zh: str
    en: str
    tier: Tier
    oversees: tuple[str, ...]
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the staff; `ref` is where the clear fields lie encrypted."""

    id: str
    ref: str
    account: str | None
    valid_from: date
    valid_until: date | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A person on a post."""

    id: str
    person: str
    post: str
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class StandIn:
    """While `person` is away, `by` acts (AB 岗)."""

    id: str
    person: str
    by: str
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """Days on which a person is away."""

    id: str
    person: str
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A role within a unit and below, held by a person, a post or a unit."""

    id: str
    kind: Literal["person", "post", "unit"]
    holder: str
    role: str
    unit: str
    valid_from: date
    valid_until: date | None = None


Row = Post | Person | Appointment | StandIn | Absence | RoleGrant


def is_on(row: Row | Span, day: date) -> bool:
    """Whether a dated row is in force that day."""
    return row.valid_from <= day and (row.valid_until is None or day < row.valid_until)


@dataclass
class Staff:
    """All rows by their ids, and which of them changed since they were read."""

    units: dict[str, list[Span]] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    persons: dict[str, Person] = field(default_factory=dict)
    appointments: dict[str, Appointment] = field(default_factory=dict)
    stand_ins: dict[str, StandIn] = field(default_factory=dict)
    absences: dict[str, Absence] = field(default_factory=dict)
    grants: dict[str, RoleGrant] = field(default_factory=dict)
    touched: set[tuple[str, str]] = field(default_factory=set)

    def tree(self, on: date) -> Tree:
        """The tree of a day."""
        return plant([span for stretches in self.units.values() for span in stretches], on)

    def ancestors(self, unit: str, on: date) -> tuple[str, ...]:
        """The unit and what is above it on a day (see Tree.ancestors). Raises KeyError for a unit never opened."""
        return climb(unit, on, lambda at: nearest(self.units[at], on))

    def units_of(self, person: str) -> set[str]:
        """The units a person has or had a post in."""
        held = {row.post for row in self.appointments.values() if row.person == person}
        return {self.posts[post].unit for post in held if post in self.posts}

    def granted(self, person: str, on: date) -> list[RoleGrant]:
        """The grants not yet ended that reach a person: given to it, to a post it has or had, or to a unit it works in."""
        posts = {row.post for row in self.appointments.values() if row.person == person}
        above = {at for unit in self.units_of(person) for at in self.ancestors(unit, on)}
        holders = {"person": {person}, "post": posts, "unit": above}
        rows = [row for row in self.grants.values() if row.valid_until is None or row.valid_until > on]
        return [row for row in rows if row.holder in holders[row.kind]]

    def copy(self) -> Staff:
        """The same rows, to try something on."""
        tables = {
            name: dict(getattr(self, name)) for name in self.__dataclass_fields__ if name not in {"units", "touched"}
        }
        return Staff(units={unit: list(stretches) for unit, stretches in self.units.items()}, **tables)

    def apply(self, activity: str, payload: Payload) -> None:
        """Take one event in. Raises KeyError for an activity this fold does not know."""
        FOLDS[activity](self, payload)

    def put(self, table: str, row: Row) -> None:
        """Write a row down."""
        getattr(self, table)[row.id] = row
        self.touched.add((table, row.id))

    def end(self, table: str, key: str, until: date) -> None:
        """Let a row end on a day."""
        self.put(table, replace(getattr(self, table)[key], valid_until=until))

    def change_unit(self, unit: str, since: date, **changes: Any) -> None:
        """Begin a new stretch of a unit on a day; one that begins on that very day is written over."""
        stretches = self.units[unit]
        last = stretches[-1]
        if last.valid_from == since:
            stretches[-1] = replace(last, **changes)
        else:
            stretches[-1:] = [replace(last, valid_until=since), replace(last, valid_from=since, **changes)]
        self.touched.add(("units", unit))


def _unit_opened(staff: Staff, said: Payload) -> None:
    one = Span(
        said["unit"], day(said["from"]), None, said["parent"], said["zh"], said["en"], said["type"], said["rank"]
    )
    staff.units[one.unit] = [*staff.units.get(one.unit, []), one]
    staff.touched.add(("units", one.unit))


def _unit_renamed(staff: Staff, said: Payload) -> None:
    words = {word: said[word] for word in ("zh", "en", "type", "rank")}
    staff.change_unit(said["unit"], day(said["from"]), **words)


def _unit_moved(staff: Staff, said: Payload) -> None:
    staff.change_unit(said["unit"], day(said["from"]), parent=said["parent"])


def _unit_closed(staff: Staff, said: Payload) -> None:
    stretches = staff.units[said["unit"]]
    stretches[-1] = replace(stretches[-1], valid_until=day(said["until"]), into=said["into"])
    staff.touched.add(("units", said["unit"]))


def _post_opened(staff: Staff, said: Payload) -> None:
    begin = day(said["from"])
    oversees = tuple(said["oversees"])
    staff.put("posts", Post(said["post"], said["unit"], said["zh"], said["en"], said["tier"], oversees, begin))


def _post_changed(staff: Staff, said: Payload) -> None:
    one = staff.posts[said["post"]]
    words = {word: said[word] for word in ("zh", "en", "tier")}
    staff.put("posts", replace(one, oversees=tuple(said["oversees"]), **words))


def _person_hired(staff: Staff, said: Payload) -> None:
    ref = said["private"]["ref"]
    staff.put("persons", Person(said["person"], ref, None, day(said["from"]), ending(said)))


def _person_changed(staff: Staff, said: Payload) -> None:
    staff.put("persons", replace(staff.persons[said["person"]], ref=said["private"]["ref"]))


def _person_erased(staff: Staff, said: Payload) -> None:
    staff.put("persons", staff.persons[said["person"]])


def _account_linked(staff: Staff, said: Payload) -> None:
    staff.put("persons", replace(staff.persons[said["person"]], account=said["account"]))


def _password_set(_staff: Staff, _said: Payload) -> None:
    """Passwords are not the ledger's; that one was set is."""


def _person_appointed(staff: Staff, said: Payload) -> None:
    one = Appointment(said["id"], said["person"], said["post"], day(said["from"]), ending(said))
    staff.put("appointments", one)


def _stand_in_named(staff: Staff, said: Payload) -> None:
    staff.put("stand_ins", StandIn(said["id"], said["person"], said["by"], day(said["from"]), ending(said)))


def _absence_declared(staff: Staff, said: Payload) -> None:
    staff.put("absences", Absence(said["id"], said["person"], day(said["from"]), ending(said)))


def _role_granted(staff: Staff, said: Payload) -> None:
    begin = day(said["from"])
    one = RoleGrant(said["id"], said["kind"], said["holder"], said["role"], said["unit"], begin, ending(said))
    staff.put("grants", one)


def _ended(table: str, key: str) -> Callable[[Staff, Payload], None]:
    def fold(staff: Staff, said: Payload) -> None:
        staff.end(table, said[key], day(said["until"]))

    return fold


FOLDS: Mapping[str, Callable[[Staff, Payload], None]] = {
    "unit_opened": _unit_opened,
    "unit_renamed": _unit_renamed,
    "unit_moved": _unit_moved,
    "unit_closed": _unit_closed,
    "post_opened": _post_opened,
    "post_changed": _post_changed,
    "post_closed": _ended("posts", "post"),
    "person_hired": _person_hired,
    "person_changed": _person_changed,
    "person_dismissed": _ended("persons", "person"),
    "person_erased": _person_erased,
    "account_linked": _account_linked,
    "password_set": _password_set,
    "person_appointed": _person_appointed,
    "appointment_ended": _ended("appointments", "id"),
    "stand_in_named": _stand_in_named,
    "stand_in_ended": _ended("stand_ins", "id"),
    "absence_declared": _absence_declared,
    "absence_ended": _ended("absences", "id"),
    "role_granted": _role_granted,
    "role_revoked": _ended("grants", "id"),
}
"""What each event does to the rows."""


def day(text: str) -> date:
    """A day as payloads write it."""
    return date.fromisoformat(text)


def ending(said: Payload) -> date | None:
    """The day something ends, when the payload names one."""
    return day(said["until"]) if said.get("until") else None
