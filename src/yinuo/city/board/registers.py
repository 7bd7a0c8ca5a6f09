"""The registers of supervision: outages declared, and measures proposed (D43, invariant 33); who sees which row, who may do what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yinuo.city.board.lists import within
from yinuo.city.pages.listing import Filter, Sort, Spec, one_of
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import may, reaching, row_filter
from yinuo.city.people.units import Tree

OUTAGE_STATES = ("unverified", "verified")
MEASURE_STATUS = ("proposed", "adopted", "dismissed", "appealed", "upheld", "revoked")
JUDGING = ("measure.propose", "measure.decide", "audit.read")
"""Who may do one of these sees proposals about a person; everybody else only those about himself."""


def outages(words: Words) -> Spec:
    """The outages declared."""
    return Spec(
        source="supervision_outage AS o",
        columns=f"o.*, {_names('o.declared_by', 'o.verified_by')} AS people",
        key="o.outage_id",
        filters=(
            Filter("unit", "o.unit = ANY(%(unit)s)", within(words)),
            Filter("state", "(o.verified_by IS NOT NULL) = (%(state)s = 'verified')", one_of(OUTAGE_STATES)),
        ),
        sorts={"begins": Sort("o.begins_at", "timestamptz")},
        default="-begins",
    )


def measures(words: Words) -> Spec:
    """The measures proposed, with the card each rests on."""
    return Spec(
        source=(
            "supervision_measure AS m LEFT JOIN cases_case AS c ON c.case_id = m.case_id "
            "LEFT JOIN supervision_finding AS f ON f.card = m.card"
        ),
        columns=(
            "m.*, c.receipt, c.item, c.kind, f.level, "
            f"{_names('m.proposed_by', 'm.decided_by', 'm.appeal_decided_by', 'm.against_person')} AS people"
        ),
        key="m.measure_id",
        filters=(
            Filter("unit", "m.against_unit = ANY(%(unit)s)", within(words)),
            Filter("status", "m.status = %(status)s", one_of(MEASURE_STATUS)),
        ),
        sorts={"proposed": Sort("m.proposed_at", "timestamptz")},
        default="-proposed",
    )


def _names(*columns: str) -> str:
    return (
        "(SELECT coalesce(jsonb_object_agg(p.person, p.name), '{}') FROM people_person AS p "
        f"WHERE p.person IN ({', '.join(columns)}))::text"
    )


def outage_rows(actor: Actor | None, tree: Tree) -> tuple[str, Mapping[str, Any]]:
    """The condition that keeps the outages of the units this person reaches; at a root also those of units now closed."""
    reached = reaching(actor, "outage.read")
    if any(unit in tree.roots for unit in reached):
        return "TRUE", {}
    return "o.unit = ANY(%(may_units)s)", {"may_units": [one for unit in reached for one in tree.subtree(unit)]}


def measure_rows(actor: Actor) -> tuple[str, Mapping[str, Any]]:
    """The condition that keeps what this person may see: by scope, and of those about a person only the own ones.

    Who proposes, decides or audits sees both.
    """
    seen, given = row_filter(actor, "finding.read", "m.scope")
    judging = sorted({unit for action in JUDGING for unit in reaching(actor, action)})
    condition = (
        f"(({seen}) AND (m.against_person IS NULL OR m.scope && %(judging)s::text[])) OR m.against_person = %(me)s"
    )
    return condition, {**given, "judging": judging, "me": actor.id}


def doable(row: Mapping[str, Any], *, actor: Actor, tree: Tree, now: datetime) -> tuple[str, ...]:
    """What this person may do about a measure now, as far as its row tells; the command decides again."""
    line = tree.above(row["against_unit"])
    is_party = actor.id == row["against_person"] or may(actor, "measure.state", scope=line)
    is_concerned = actor.id == row["against_person"] or _is_within(tree, actor.unit, row["against_unit"])
    is_judge = not is_concerned and may(actor, "measure.decide", scope=row["scope"])
    if row["status"] == "proposed":
        decides = is_judge and actor.id != row["proposed_by"] and is_heard(row, now)
        states = is_party and row["stated_at"] is None
        return (*(("state",) if states else ()), *(("adopt", "dismiss") if decides else ()))
    if row["status"] == "adopted":
        return ("appeal",) if is_party and row["appealed_at"] is None else ()
    if row["status"] == "appealed":
        return ("revoke", "uphold") if is_judge and actor.id != row["decided_by"] else ()
    return ()


def is_heard(row: Mapping[str, Any], now: datetime) -> bool:
    """Whether the party has spoken, or the days for it are over."""
    return row["stated_at"] is not None or row["statement_by"] is None or now >= row["statement_by"]


def _is_within(tree: Tree, unit: str | None, concerned: str | None) -> bool:
    return unit is not None and concerned is not None and (unit == concerned or concerned in tree.above(unit)[:-1])
