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
]


@dataclass(frozen=True, slots=True)
class Grant:
    """A role within a part of the tree: the unit and everything below it."""

    role: Role
    unit: str


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
