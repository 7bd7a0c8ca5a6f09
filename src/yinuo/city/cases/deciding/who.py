"""Who may do a step: the role words of the text against the roles of people (roles.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal, get_args

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yinuo.city.cases.deciding.states import State
from yinuo.city.people.actor import Actor, Role
from yinuo.engine.clauses.flow import Step

STAFF: frozenset[Role] = frozenset({"window_clerk", "handler", "section_head", "agency_head", "hotline_operator"})
HEADS: frozenset[Role] = frozenset({"section_head", "agency_head"})


@dataclass(frozen=True, slots=True)
class Standing:
    """One row of roles.toml: which roles a word means, and where their grant must lie."""

    zh: str
    en: str
    roles: frozenset[Role]
    at: Literal["case", "lead", "city"]
    party: bool = False


def _read() -> Mapping[str, Standing]:
    rows = tomllib.loads(files("yinuo.city.cases.deciding").joinpath("roles.toml").read_text("utf-8"))
    known = set(get_args(Role))
    for word, row in rows.items():
        if strange := set(row["roles"]) - known:
            raise ValueError(f"roles.toml, “{word}”: no such role: {', '.join(sorted(strange))}")
    return {word: Standing(**{**row, "roles": frozenset(row["roles"])}) for word, row in rows.items()}


STANDINGS = _read()
"""Role word of a text → who that is. The table is roles.toml."""


def role_word(by: str | None) -> str:
    """What a role word of the text is called in the reader's language."""
    if by == "holder":
        return _("现在的责任人")
    if by is not None and by.startswith("unit:"):
        return _("受件单位")
    standing = STANDINGS.get(by or "")
    if standing is None:
        return by or _("工作人员")
    return standing.en if (get_language() or "").startswith("en") else standing.zh


class Unresolved(Exception):
    """A role word that neither the table nor the tree of units knows, or a field that names no unit yet."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the actor stands to a case: the units of both, each with all above it.

    `above` gives a unit and everything above it, itself first; empty for one that does not exist. `is_staff` tells whether
    a person works here; who only shows what can be done need not ask.
    """

    above: Callable[[str], Collection[str]]
    scope: frozenset[str]
    is_staff: Callable[[str], bool] = lambda _person: True

    def covers(self, actor: Actor, roles: Collection[str], unit: str) -> bool:
        """Whether the actor has one of these roles over the unit, or in a part of it."""
        over = self.above(unit)
        return any(g.role in roles and (g.unit in over or unit in self.above(g.unit)) for g in actor.grants)

    def works_in(self, actor: Actor, unit: str) -> bool:
        """Whether the actor is staff of the unit: works in it or below it, or is granted there. A grant from above is not."""
        own = actor.unit is not None and unit in self.above(actor.unit)
        return (own and bool(actor.grants)) or any(g.role in STAFF and unit in self.above(g.unit) for g in actor.grants)


def may_do(actor: Actor, step: Step, state: State, *, fields: Mapping[str, Any], place: Place) -> bool:
    """Whether the actor is who the step names. Raises Unresolved."""
    by = step.by
    if by is None:
        return any(grant.role in STAFF for grant in actor.grants)
    if by == "holder":
        return _holds(actor, state, place)
    if by.startswith("unit:"):
        return place.works_in(actor, unit_named(step, state, fields)) or _head_over(actor, step, state, fields, place)
    standing = STANDINGS.get(by)
    if standing is None:
        if not place.above(by):
            raise Unresolved(by)
        return place.works_in(actor, by)
    if standing.party and is_party(actor, state):
        return True
    if standing.at == "city":
        return any(grant.role in standing.roles for grant in actor.grants)
    if standing.at == "lead" and state.unit is not None:
        return place.covers(actor, standing.roles, state.unit)
    return any(grant.role in standing.roles and grant.unit in place.scope for grant in actor.grants)


def is_party(actor: Actor, state: State) -> bool:
    """Whether this is the citizen's own case: an applicant opens his own, and goes on with what he opened or is party to."""
    is_applicant = any(grant.role == "applicant" for grant in actor.grants)
    return is_applicant and (state.version == 0 or state.opener == actor.id or state.case_id in actor.cases)


def is_of_party(step: Step) -> bool:
    """Whether a step is the citizen's own act, whoever enters it for him."""
    standing = STANDINGS.get(step.by or "")
    return standing is not None and standing.party


def unit_named(step: Step, state: State, fields: Mapping[str, Any]) -> str:
    """The unit `unit:<field>` names: on this act, else as the case has it. Raises Unresolved."""
    name = (step.by or "").removeprefix("unit:")
    unit = fields.get(name) or state.fields.get(name) or (state.unit if name == "unit" else None)
    if not isinstance(unit, str) or not unit:
        raise Unresolved(name)
    return unit


def _head_over(actor: Actor, step: Step, state: State, fields: Mapping[str, Any], place: Place) -> bool:
    over = place.above(unit_named(step, state, fields))
    return any(grant.role in STAFF and grant.unit in over for grant in actor.grants)


def _holds(actor: Actor, state: State, place: Place) -> bool:
    """The person who holds the case, or a head of his unit; where a unit holds it, its staff."""
    if state.holder_actor is not None:
        if actor.id == state.holder_actor:
            return True
        return state.holder_unit is not None and place.covers(actor, HEADS, state.holder_unit)
    return state.holder_unit is not None and place.covers(actor, STAFF, state.holder_unit)
