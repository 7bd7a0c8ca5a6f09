"""What the pages of units and people show, each row within the scope of who asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language

from yinuo.city.people import models
from yinuo.city.people.actor import ROLE_WORDS, Actor
from yinuo.city.people.chain import Chain, Duty
from yinuo.city.people.may import may, row_filter
from yinuo.city.people.staff import TIER_WORDS, TIERS, Post, Staff, Tier, is_on
from yinuo.city.people.units import TYPES, Span, Tree

NEAR = 1
"""So many tiers below what one administers are shown at once."""


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit in the list."""

    depth: int
    span: Span
    type: str
    path: str
    principals: tuple[str, ...]
    below: int
    """How many units lie directly below."""


@dataclass(frozen=True, slots=True)
class RungLine:
    """A rung of the climb from a unit."""

    unit: str
    name: str
    tier: str
    duties: tuple[Duty, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is on a post: away or not, who acts meanwhile."""

    person: str
    name: str
    appointment: str
    is_away: bool
    acting: str | None


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post of a unit and who is on it."""

    post: str
    name: str
    tier: str
    oversees: tuple[str, ...]
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A role as it was granted."""

    id: str
    role: str
    unit: str
    unit_name: str
    how: str
    valid_from: date
    valid_until: date | None


def visible(actor: Actor, action: str, tree: Tree) -> set[str]:
    """The units in force that the actor may see."""
    return {unit for unit in tree.units if may(actor, action, scope=tree.ancestors(unit))}


def unit_lines(
    chain: Chain, seen: set[str], *, search: str = "", below: str | None = None, is_whole: bool = False
) -> list[UnitLine]:
    """The units seen: those found by a name or id, else the tree, some tiers deep unless the whole is asked for."""
    tree = chain.tree
    if search:
        words = search.lower()
        found = [span for _depth, span in tree.walk() if span.unit in seen and words in _haystack(span)]
        return [_line(chain, 0, span) for span in found]
    roots = [below] if below in seen else [unit for unit in seen if tree.units[unit].parent not in seen]
    return [
        _line(chain, depth, span)
        for root in sorted(roots, key=lambda unit: (len(tree.ancestors(unit)), unit))
        for depth, span in tree.walk(root)
        if span.unit in seen and (is_whole or depth <= NEAR)
    ]


def climb(chain: Chain, unit: str) -> list[RungLine]:
    """The rungs of the climb from a unit; those of the unit itself although nobody is there."""
    words = chain.tree
    return [
        RungLine(rung.unit, called(words.unit(rung.unit)), TIER_WORDS[rung.tier], rung.duties)
        for rung in chain.rungs(unit)
        if rung.duties or (rung.unit == unit and rung.tier == "principal")
    ]


def post_lines(staff: Staff, chain: Chain, unit: str) -> list[PostLine]:
    """The posts of a unit, the principal's first."""
    posts = [post for post in staff.posts.values() if post.unit == unit and is_on(post, chain.on)]
    posts.sort(key=lambda post: (-TIERS.index(post.tier), post.zh, post.id))
    return [
        PostLine(
            post.id,
            called(post),
            TIER_WORDS[post.tier],
            tuple(called(chain.tree.unit(one)) for one in post.oversees if one in staff.units),
            tuple(_holders(staff, chain, post.id)),
        )
        for post in posts
    ]


def grant_lines(staff: Staff, tree: Tree, *, person: str | None = None, unit: str | None = None) -> list[GrantLine]:
    """The roles a person holds, or those held within a unit, however they were given."""
    lines = []
    rows = staff.granted(person, tree.on) if person is not None else staff.grants.values()
    for one in rows:
        is_over = one.valid_until is not None and one.valid_until <= tree.on
        if not is_over and unit in {None, one.unit}:
            name = called(tree.unit(one.unit))
            how = _how(staff, tree, one.kind, one.holder)
            lines.append(GrantLine(one.id, ROLE_WORDS[one.role], one.unit, name, how, one.valid_from, one.valid_until))  # type: ignore[index]
    return sorted(lines, key=lambda line: (line.role, line.id))


def persons_seen(actor: Actor, staff: Staff, tree: Tree, person: str) -> bool:
    """Whether the actor may see a person: itself, somebody with a post in what it sees, or somebody with none yet."""
    units = staff.units_of(person)
    if actor.id == person:
        return True
    scope = {above for unit in units for above in tree.ancestors(unit)} if units else set(tree.roots)
    return may(actor, "people.read", scope=scope)


def unmaskings(actor: Actor) -> Sequence[models.Unmasking]:
    """The newest unmaskings within what the actor audits, 500 at most; `who` is the name of who looked."""
    condition, values = row_filter(actor, "audit.read", "u.scope")
    asked = (
        "SELECT u.*, coalesce(p.name, u.actor) AS who FROM people_unmasking AS u LEFT JOIN people_person AS p "
        f"ON p.person = u.actor WHERE {condition} ORDER BY u.at DESC LIMIT 500"
    )
    return list(models.Unmasking.objects.raw(asked, values))


def tokens(actor: Actor, tree: Tree) -> Sequence[models.Token]:
    """The keys of systems whose unit lies within what the actor sees, the newest first."""
    found = models.Token.objects.order_by("revoked_at", "-created_at")
    return [one for one in found if may(actor, "token.read", scope=tree.ancestors(one.unit))]


def tier_choices() -> list[tuple[Tier, str]]:
    """The tiers of a post, for a choice."""
    return [(tier, TIER_WORDS[tier]) for tier in reversed(TIERS)]


def _line(chain: Chain, depth: int, span: Span) -> UnitLine:
    tree = chain.tree
    way = " / ".join(called(tree.unit(one)) for one in reversed(tree.ancestors(span.unit)[1:]))
    principals = tuple(duty.name for duty in chain.principals(span.unit))
    below = len(tree.below.get(span.unit, ()))
    return UnitLine(depth, span, TYPES.get(span.type, span.type), way, principals, below)


def _holders(staff: Staff, chain: Chain, post: str) -> Iterator[Holder]:
    for row in staff.appointments.values():
        if row.post != post or not is_on(row, chain.on) or row.person not in staff.persons:
            continue
        acting = chain.acting(row.person)
        is_away = acting != row.person
        name = staff.persons[acting].name if acting is not None and is_away else None
        yield Holder(row.person, staff.persons[row.person].name, row.id, is_away, name)


def _how(staff: Staff, tree: Tree, kind: str, holder: str) -> str:
    if kind == "person":
        return staff.persons[holder].name if holder in staff.persons else holder
    if kind == "post":
        return called(staff.posts[holder]) if holder in staff.posts else holder
    return called(tree.unit(holder))


def called(one: Span | Post) -> str:
    """The name of a unit or a post in the reader's language."""
    return one.en if one.en and get_language() == "en" else one.zh


def _haystack(span: Span) -> str:
    return f"{span.unit} {span.zh} {span.en}".lower()
