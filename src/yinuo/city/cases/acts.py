"""What is done to cases: an act by a person, a fact reported by a system, and what comes of either."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

OWN = frozenset({"yinuo", "supervision", "excel"})
"""The sources under which things are done here; no other system may call itself so, or it could speak before us."""
PARTED = "person_parted"
"""Somebody's own fields were parted from a case he brought for another, and erased (`commands.forget`); no text knows it."""
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Act(NamedTuple):
    """One thing to be done to a case, or that was done to it.

    `activity` is one of the text's; `fields` are values of the kind's fields. `kind` and the case fields (item, unit,
    region …) are needed only when the act opens the case. `event_id` is made when None. `expected` is the version of
    the case the form was filled in on; None = whatever it is.
    """

    case_id: str | None
    activity: str
    at: datetime
    fields: Mapping[str, Any] = _NOTHING
    kind: str | None = None
    item: str | None = None
    unit: str | None = None
    """On opening: the lead unit. Otherwise the unit in whose name it is done (default: the actor's)."""
    region: str | None = None
    step: str | None = None
    source: str = "yinuo"
    event_id: str | None = None
    expected: int | None = None
    person: Mapping[str, str] = _NOTHING
    """Personal fields (name, phone, id number): encrypted apart, never in the event."""
    is_own: bool = False
    """Whether a command of the city says it that checked more than the flow does (`Ways.moving`, `Ways.mirrored`)."""


class Done(NamedTuple):
    """What was written: the case, its receipt number, its version now, the events' ids."""

    case_id: str
    receipt: str
    version: int
    event_ids: tuple[str, ...]
    is_new: bool = True
    """False when it was known before and nothing was written now."""


class Refused(Exception):
    """The act was refused and nothing was changed. `code` is stable, `sentence` is for a person, `clause` names the text."""

    def __init__(self, code: str, sentence: str, *, clause: str | None = None, field: str | None = None) -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.clause, self.field = code, sentence, clause, field
