"""Who answers for a unit, and who next: the responsibility matrix (E008, E009, invariants 5 and 32)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from yinuo.city.people import projections
from yinuo.city.people.staff import TIERS, Post, RoleGrant, Staff, Tier, is_on
from yinuo.city.people.units import Span, Tree, revision


@dataclass(frozen=True, slots=True)
class Duty:
    """A person who answers: on which post, and for whom when it is somebody else's (AB 岗)."""

    person: str
    name: str
    post: str
    unit: str
    tier: Tier
    stands_in_for: str | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of the climb: a tier of a unit, and who answers there today. Nobody there: the climb goes on."""

    unit: str
    tier: Tier
    duties: tuple[Duty, ...]


class Chain:
    """Who answers for what on one day. Made from the rows alone."""

    def __init__(self, staff: Staff, on: date) -> None:
        self.on = on
        self.tree: Tree = staff.tree(on)
        self._staff = staff
        self._away = {row.person for row in staff.absences.values() if is_on(row, on)}
        self._here = {key: one for key, one in staff.persons.items() if is_on(one, on)}
        self._stand_ins: dict[str, list[str]] = {}
        for row in sorted(staff.stand_ins.values(), key=_begin):
            if is_on(row, on):
                self._stand_ins.setdefault(row.person, []).append(row.by)
        self._posts: dict[tuple[str, Tier], list[Post]] = {}
        for post in sorted(staff.posts.values(), key=_begin):
            if is_on(post, on):
                self._posts.setdefault((post.unit, post.tier), []).append(post)
        self._holders: dict[str, list[str]] = {}
        for one in sorted(staff.appointments.values(), key=_begin):
            if is_on(one, on) and one.person in self._here:
                self._holders.setdefault(one.post, []).append(one.person)

    def rungs(self, unit: str, tier: Tier = "member") -> Iterator[Rung]:
        """The climb from a tier of a unit: member, deputy in charge, principal, then the same above, up to the root.

        Above the unit it begins with the deputy in charge of what lies on the way. Raises UnknownUnit.
        """
        way = self.tree.ancestors(unit)
        for index, at in enumerate(way):
            tiers = TIERS[TIERS.index(tier) :] if index == 0 else TIERS[1:]
            for rung in tiers:
                yield Rung(at, rung, self._duties(at, rung, way[:index]))

    def responsible(self, unit: str, tier: Tier) -> tuple[Duty, ...]:
        """Who answers for this tier of the unit today: those on it or who stand in, else the next rung that has somebody.

        When everybody up to the root is away, the lowest rung that is filled answers although away: there is always
        somebody (invariant 5) unless no post on the whole way is filled. Raises UnknownUnit.
        """
        for rung in self.rungs(unit, tier):
            if rung.duties:
                return rung.duties
        way = self.tree.ancestors(unit)
        for index, at in enumerate(way):
            for step in TIERS[TIERS.index(tier) :] if index == 0 else TIERS[1:]:
                if found := self._filled(at, step, way[:index]):
                    return found
        return ()

    def above(self, unit: str, tier: Tier) -> tuple[Duty, ...]:
        """Whom it goes to next after this tier of the unit; nobody above the last. Raises UnknownUnit."""
        rungs = self.rungs(unit, tier)
        next(rungs, None)
        return next((rung.duties for rung in rungs if rung.duties), ())

    def holders(self, role: str, unit: str) -> tuple[str, ...]:
        """Who holds a role over the unit by the grant nearest above it: persons, sorted; who stands in for those away.

        One who is away with nobody to stand in is named all the same. Raises UnknownUnit.
        """
        for at in self.tree.ancestors(unit):
            granted = [
                person
                for one in self._staff.grants.values()
                if (one.role, one.unit) == (role, at) and is_on(one, self.on)
                for person in self._granted(one)
            ]
            if granted:
                return tuple(sorted({self.acting(person) or person for person in granted}))
        return ()

    def granted(self, roles: Collection[str], unit: str) -> tuple[str, ...]:
        """Who holds one of the roles over the unit itself, or where nobody does over a part of it: persons, sorted.

        Who stands in for those away is named in their place. Raises UnknownUnit.
        """
        self.tree.ancestors(unit)
        grants = [one for one in self._staff.grants.values() if one.role in roles and is_on(one, self.on)]
        parts = (one for one in grants if one.unit in self.tree.units and unit in self.tree.ancestors(one.unit))
        for chosen in ((one for one in grants if one.unit == unit), parts):
            persons = {person for one in chosen for person in self._granted(one)}
            if persons:
                return tuple(sorted({self.acting(person) or person for person in persons}))
        return ()

    def headless(self) -> tuple[Span, ...]:
        """The units in force to whose principal post nobody is appointed: they fail validation (E008)."""
        return tuple(span for _depth, span in self.tree.walk() if not self._filled(span.unit, "principal", ()))

    def principals(self, unit: str) -> tuple[Duty, ...]:
        """Who is appointed to the unit's principal posts, away or not."""
        return self._filled(unit, "principal", ())

    def acting(self, person: str, seen: frozenset[str] = frozenset()) -> str | None:
        """The person, or who stands in for one away; None when all of them are away."""
        if person in seen or person not in self._here:
            return None
        if person not in self._away:
            return person
        for by in self._stand_ins.get(person, ()):
            if (acting := self.acting(by, seen | {person})) is not None:
                return acting
        return None

    def _granted(self, one: RoleGrant) -> list[str]:
        """Who has a grant: the person, those on the post, or everybody with a post in the unit or below it."""
        if one.kind == "person":
            return [one.holder] if one.holder in self._here else []
        if one.kind == "post":
            return self._holders.get(one.holder, [])
        posts = [
            post for posts in self._posts.values() for post in posts if one.holder in self.tree.ancestors(post.unit)
        ]
        return [person for post in posts for person in self._holders.get(post.id, ())]

    def _filled(self, unit: str, tier: Tier, way: tuple[str, ...]) -> tuple[Duty, ...]:
        """Who is appointed, away or not."""
        return tuple(
            Duty(person, self._here[person].name, post.id, unit, tier)
            for post in self._in_charge(unit, tier, way)
            for person in self._holders.get(post.id, ())
        )

    def _duties(self, unit: str, tier: Tier, way: tuple[str, ...]) -> tuple[Duty, ...]:
        """Who is appointed and there, or stands in for one who is away."""
        found = []
        for duty in self._filled(unit, tier, way):
            acting = self.acting(duty.person)
            if acting is not None:
                stands_in_for = duty.person if acting != duty.person else None
                found.append(Duty(acting, self._here[acting].name, duty.post, unit, tier, stands_in_for))
        return tuple(found)

    def _in_charge(self, unit: str, tier: Tier, way: tuple[str, ...]) -> list[Post]:
        """The posts of a tier; of deputies those whose charge lies on the way, else those with no charge of their own."""
        posts = self._posts.get((unit, tier), []) if unit in self.tree.units else []
        if tier != "deputy_in_charge":
            return posts
        named = [post for post in posts if not set(post.oversees).isdisjoint(way)]
        return named or [post for post in posts if not post.oversees] or ([] if way else posts)


def responsible(unit: str, tier: Tier, on: date) -> tuple[Duty, ...]:
    """Who answers for a tier of a unit that day (see Chain.responsible). Raises UnknownUnit."""
    return chain(on).responsible(unit, tier)


def above(unit: str, tier: Tier, on: date) -> tuple[Duty, ...]:
    """Whom a matter goes to next after a tier of a unit that day. Raises UnknownUnit."""
    return chain(on).above(unit, tier)


def holders(role: str, unit: str, on: date) -> tuple[str, ...]:
    """Who holds a role over a unit that day (see Chain.holders). Raises UnknownUnit."""
    return chain(on).holders(role, unit)


def chain(on: date) -> Chain:
    """Everybody's duties of a day. One look at the database tells whether what is remembered is still right."""
    return _forged(revision(), on)


@lru_cache(maxsize=16)
def _forged(_revision: str, on: date) -> Chain:
    return Chain(projections.load(), on)


def _begin(row: object) -> tuple[date, str]:
    return row.valid_from, row.id  # type: ignore[attr-defined]
