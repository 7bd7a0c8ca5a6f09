"""Who acts, and where: the one thing every command and every query is handed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Role = Literal[
    "applicant",
    "window_clerk",
    "handler",
    "section_head",
    "agency_head",
    "supervising_office",
    "hotline_operator",
    "leader",
    "auditor",
    "administrator",
    "system",
]
"""The ten roles of people, and the one of a department's own system (a token)."""
ROLE_WORDS: Mapping[Role, str] = {
    "applicant": "申请人",
    "window_clerk": "窗口人员",
    "handler": "经办人",
    "section_head": "科室负责人",
    "agency_head": "单位负责人",
    "supervising_office": "监察机构",
    "hotline_operator": "热线话务员",
    "leader": "领导",
    "auditor": "审计员",
    "administrator": "管理员",
    "system": "业务系统",
}
"""Role → its Chinese word."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role within a part of the tree: the unit and everything below it."""

    role: Role
    unit: str
    covers_city: bool = True
    """Whether the unit is a root of the tree: what concerns the whole city needs that. Sign-in and tokens always say it."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or a department's system, with the roles that hold at this moment. `id` is what events carry as actor."""

    id: str
    name: str
    grants: tuple[Grant, ...]
    unit: str | None = None
    """The unit it works in: what events carry as unit."""
    is_system: bool = False
    cases: frozenset[str] = frozenset()
    """A citizen's own cases that somebody else entered, or that he follows by the number on his receipt."""


def applicant(key: str, roots: Iterable[str], *, name: str = "", cases: frozenset[str] = frozenset()) -> Actor:
    """Somebody of the public as commands know him: an applicant anywhere below these roots, party to these cases."""
    return Actor(key, name, tuple(Grant("applicant", root) for root in roots), cases=cases)


class NotAllowed(Exception):
    """The actor may not do this to this thing; the message is for the person."""


OPERATOR = Actor("operator", "运维", (), is_system=True)
"""Whoever sits at the server's command line, and so has the database anyway. No request ever becomes this actor."""
