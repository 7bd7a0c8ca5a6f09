"""Who acts, and where: the one thing every command and every query is handed."""

from __future__ import annotations

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


class NotAllowed(Exception):
    """The actor may not do this to this thing; the message is for the person."""
