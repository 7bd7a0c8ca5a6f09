"""Which running cases a version of an item would move, and when each of their limits would be due then (invariant 3)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from yinuo.city.cases.deciding.ways import Ways
from yinuo.city.cases.kept import kept_tables
from yinuo.city.cases.logs import PREFIX, Line, line_of, log_of
from yinuo.city.ledger import read
from yinuo.city.pages.statements import rows
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import row_filter
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.evaluate import evaluate
from yinuo.engine.log import Said
from yinuo.engine.rules import Ruling
from yinuo.engine.strata import kinds_of

KIND, ACCEPTED, MOVED = "application", "accepted", "version_moved"
MOST = 200
"""Cases on the page; those moved make room for the others."""
Due = Mapping[str, tuple[datetime, float, str]]
"""Clause → when it is due, how much is allowed, in which unit."""


@dataclass(frozen=True, slots=True)
class Running:
    """A running case: when its limits are due, and would be under the version in force."""

    case_id: str
    receipt: str
    unit: str
    opened_at: datetime
    situation: str
    before: Due
    after: Due
    problem: str
    """Why it is not moved: a limit that would change is over already, or would be under the new version; empty when it can be."""

    @property
    def clauses(self) -> list[str]:
        """`institution/clause` of each limit that would change."""
        return sorted(name for name in self.after if self.before.get(name) != self.after[name])


def movable(item: str, *, actor: Actor, ways: Ways, now: datetime) -> list[Running]:
    """The running cases of an item whose limits the version in force would change: two evaluations, nothing is written."""
    limiting = _limiting(ways)
    condition, given = row_filter(actor, "item.publish", "c.scope")
    asked = {**given, "item": item, "kind": KIND, "accepted": ACCEPTED, "most": MOST}
    found = rows(__file__, "running", asked, case_rows=condition) if limiting else []
    if not found:
        return []
    streams = read.streams([PREFIX + row["case_id"] for row in found])
    lines = [line_of(event) for events in streams.values() for event in events]
    moves = [_move(row["case_id"], row["unit"], now) for row in found]
    rules, kept = ways.guards.smallest(limiting, KIND), kept_tables(ways.pack)
    before = _due(evaluate(log_of(lines, ways, kept), rules, as_of=now), limiting)
    after = _due(evaluate(log_of([*lines, *moves], ways, kept), rules, as_of=now), limiting)
    made = [_running(row, before.get(row["case_id"], {}), after.get(row["case_id"], {}), now) for row in found]
    return [one for one in made if one.clauses]


def _limiting(ways: Ways) -> list[Ruling]:
    """The promises whose limit the text lets such a move take anew."""
    return [
        one
        for one in ways.pack.rules.of_kind("promise")
        if ((kinds := kinds_of(one)) is None or KIND in kinds)
        and any(isinstance(each.clause, Promise) and each.clause.moved for each in one.editions)
    ]


def _move(case_id: str, unit: str, now: datetime) -> Line:
    """The move as it would be recorded, after everything the case holds."""
    return Line(case_id, MOVED, now, now, unit, None, f"move-{case_id}", 2**31 - 1, {"v": 1, "fields": {}})


def _due(said: Said, limiting: Sequence[Ruling]) -> dict[str, Due]:
    """When the limits of each case that still run are due."""
    names = {one.name for one in limiting}
    found: dict[str, dict[str, tuple[datetime, float, str]]] = {}
    for row in said.clocks.iter_rows(named=True):
        name = f"{row['institution']}/{row['clause']}"
        if row["ended_at"] is None and row["due_at"] is not None and name in names:
            found.setdefault(row["case_id"], {})[name] = (row["due_at"], row["allowed"], row["measure"])
    return dict(found)


def _running(row: Mapping[str, Any], before: Due, after: Due, now: datetime) -> Running:
    changed = [name for name, due in after.items() if before.get(name) != due]
    problem = ""
    if any(after[name][0] < now for name in changed):
        problem = _("按新版本已经逾期，不能改。")
    if any(name in before and before[name][0] < now for name in changed):
        problem = _("已经逾期，不能改：改版不免除逾期。")
    fields = json.loads(row["fields"]) if isinstance(row["fields"], str) else row["fields"]
    return Running(
        row["case_id"], row["receipt"], row["unit"], row["opened_at"], str(fields.get("situation") or ""), before, after, problem
    )  # fmt: skip
