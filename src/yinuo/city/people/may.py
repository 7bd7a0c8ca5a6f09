"""The one decision point: may this actor do this to that thing (design 5, regression 21)."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal, get_args

from django.utils.translation import gettext as _

from yinuo.city.people.actor import OPERATOR, Actor, Grant, NotAllowed, Role


class UnknownAction(LookupError):
    """An action that permissions.toml does not list."""

    def __init__(self, action: str) -> None:
        super().__init__(f"“{action}” is no action of people/permissions.toml; add it there with its roles.")


@dataclass(frozen=True, slots=True)
class Permission:
    """One row of the table: who may, and whether a grant over a part of the tree is enough."""

    zh: str
    roles: frozenset[Role]
    reach: Literal["unit", "city"] = "unit"


def _read() -> Mapping[str, Permission]:
    rows = tomllib.loads(files("yinuo.city.people").joinpath("permissions.toml").read_text("utf-8"))
    known = set(get_args(Role))
    for action, row in rows.items():
        if strange := set(row["roles"]) - known:
            raise ValueError(f"permissions.toml, “{action}”: no such role: {', '.join(sorted(strange))}")
    return {action: Permission(**row | {"roles": frozenset(row["roles"])}) for action, row in rows.items()}


PERMISSIONS = _read()
"""Action → who may. The table is permissions.toml."""


def permission(action: str) -> Permission:
    """The table's row of an action. Raises UnknownAction."""
    try:
        return PERMISSIONS[action]
    except KeyError:
        raise UnknownAction(action) from None


def reaching(actor: Actor | None, action: str) -> tuple[str, ...]:
    """The units within which, each with everything below it, the actor may do this; sorted, none twice."""
    allowed = permission(action)
    return tuple(sorted({grant.unit for grant in _of(actor) if _is_enough(grant, allowed)}))


def may(actor: Actor | None, action: str, *, scope: Collection[str] | None = None) -> bool:
    """Whether the actor may do this to a thing.

    `scope` holds the units the thing belongs to, with all that are above them. Without a scope: whether the actor may
    do this anywhere at all (the door; what lies behind it is held to a scope or a row filter). A thing that belongs to
    no unit is nobody's. Nobody signed in may nothing; OPERATOR (the very object) may everything. Raises UnknownAction.
    """
    if actor is OPERATOR:
        return permission(action) is not None
    units = reaching(actor, action)
    return bool(units) if scope is None else not set(scope).isdisjoint(units)


def require(actor: Actor | None, action: str, *, scope: Collection[str] | None = None) -> Actor:
    """The actor, when it may. Raises NotAllowed with a sentence for the person."""
    if actor is not None and may(actor, action, scope=scope):
        return actor
    what = permission(action).zh
    if actor is None:
        raise NotAllowed(_("请先登录，再进行“%(what)s”。") % {"what": _(what)})
    if scope is not None and may(actor, action):
        raise NotAllowed(_("“%(what)s”超出了您的管理范围。") % {"what": _(what)})
    raise NotAllowed(_("您的角色不能进行“%(what)s”，需要时请联系管理员授权。") % {"what": _(what)})


def row_filter(actor: Actor | None, action: str, column: str = "scope") -> tuple[str, dict[str, Any]]:
    """The condition that keeps the rows `may` allows, for every list, search, count, expand, export, import and feed.

    `column` is the text[] column that holds a row's scope. A row whose column is null or empty is nobody's. The
    placeholder is `%(may_units)s`. Raises UnknownAction.
    """
    if actor is OPERATOR:
        return "TRUE", {}
    units = reaching(actor, action)
    if not units:
        return "FALSE", {}
    return f"{column} && %(may_units)s::text[]", {"may_units": list(units)}


def _of(actor: Actor | None) -> tuple[Grant, ...]:
    return () if actor is None else actor.grants


def _is_enough(grant: Grant, allowed: Permission) -> bool:
    return grant.role in allowed.roles and (allowed.reach == "unit" or grant.covers_city)
