"""What became of a batch, kept in the very transaction that stored it: a row a batch and unit, never a row an event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import orjson
from django.utils import timezone

from yinuo.city.cases.acts import Act, Done, Refused
from yinuo.city.ledger.statements import ask
from yinuo.city.people import units
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import reaching

LATE = timedelta(hours=24)
"""Between what happened and our hearing of it; beyond that the row is late."""
Way = Literal["api", "import"]


class _Unit:
    """What was reported for one unit."""

    __slots__ = ("counts", "reasons")

    def __init__(self) -> None:
        self.counts = dict.fromkeys(("stored", "duplicate", "refused", "late"), 0)
        self.reasons: Counter[str] = Counter()

    def refuse(self, code: str) -> None:
        self.counts["refused"] += 1
        self.reasons[code] += 1


def write(
    acts: Sequence[Act], outcomes: Sequence[Done | Refused], *, unread: Sequence[str] = (), actor: Actor, now: datetime,
    way: Way = "api",
) -> None:  # fmt: skip
    """Keep what became of a batch, inside the caller's transaction. `unread` are the codes of rows that were no events.

    A row counts for the unit it names when the reporter reaches it, else for the reporter's own: nobody can spoil
    another's figures. Of refusals only the codes are kept, nothing that was written in a row.
    """
    if not acts and not unread:
        return
    tree = units.tree(timezone.localdate(now))
    reach = frozenset(reaching(actor, "events.write")) | frozenset(reaching(actor, "case.import"))
    own = actor.unit or ""
    reached = {one for one in {act.unit or own for act in acts} if not reach.isdisjoint(_scope(tree, one))}
    found: dict[str, _Unit] = {}
    since = now - LATE
    for act, outcome in zip(acts, outcomes, strict=True):
        named = act.unit if act.unit in reached else own
        unit = found.get(named)
        if unit is None:
            unit = found[named] = _Unit()
        _count(unit, act, outcome, since)
    for code in unread:
        found.setdefault(own, _Unit()).refuse(code)
    rows = [
        {"unit": unit, "scope": _scope(tree, unit), **one.counts, "reasons": one.reasons} for unit, one in found.items()
    ]
    given = {
        "at": now, "actor": actor.id, "source": _source(acts), "way": way, "rows": orjson.dumps(rows).decode(),
    }  # fmt: skip
    ask(__file__, "write", given)


def _count(unit: _Unit, act: Act, outcome: Done | Refused, since: datetime) -> None:
    if isinstance(outcome, Refused):
        unit.refuse(outcome.code)
    elif outcome.is_new:
        unit.counts["stored"] += 1
        if act.at < since:
            unit.counts["late"] += 1
    else:
        unit.counts["duplicate"] += 1


def _source(acts: Sequence[Act]) -> str:
    """The one source of a batch; nothing when it has several."""
    sources = {act.source for act in acts}
    return sources.pop() if len(sources) == 1 else ""


def _scope(tree: units.Tree, unit: str) -> tuple[str, ...]:
    return tree.ancestors(unit) if unit in tree.units or unit in tree.others else ()
