"""The findings of a constraint: who broke it, at which event, with which other event as evidence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from yinuo.engine.clauses.conditions import Event
from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.columns import Bool
from yinuo.engine.constraints import countersigning, counting, entitling, ordering
from yinuo.engine.constraints.queueing import in_order
from yinuo.engine.constraints.scene import Scene, Violations
from yinuo.engine.constraints.stepping import follows_flow
from yinuo.engine.context import Context
from yinuo.engine.findings import answerers, as_json, empty_findings, finding_frame, id_list, instants
from yinuo.engine.rules import Edition, Ruling
from yinuo.kernel.instants import NEVER

TEMPLATES: dict[str, Callable[[Scene], Violations]] = {
    "existence": counting.existence,
    "absence": counting.absence,
    "exactly": counting.exactly,
    "init": counting.init,
    "end": counting.end,
    "choice": counting.choice,
    "exclusive_choice": ordering.exclusive_choice,
    "responded_existence": ordering.responded_existence,
    "coexistence": ordering.coexistence,
    "not_coexistence": ordering.not_coexistence,
    "response": ordering.response,
    "precedence": ordering.precedence,
    "succession": ordering.succession,
    "not_succession": ordering.not_succession,
    "alternate_response": ordering.alternate_response,
    "alternate_precedence": ordering.alternate_precedence,
    "alternate_succession": ordering.alternate_succession,
    "chain_response": ordering.chain_response,
    "chain_precedence": ordering.chain_precedence,
    "chain_succession": ordering.chain_succession,
    "not_chain_succession": ordering.not_chain_succession,
    "in_order": in_order,
    "follows_flow": follows_flow,
    "entitled": entitling.entitled,
    "countersigned": countersigning.countersigned,
}


def say(context: Context, ruling: Ruling) -> pl.DataFrame:
    """Evaluate one constraint through all its editions; the accused event's local date picks the edition."""
    parts = []
    for index, edition in enumerate(ruling.editions):
        clause = edition.clause
        assert isinstance(clause, Constraint)
        scene = Scene(context, clause)
        found = TEMPLATES[clause.rule](scene)
        if clause.rule == "exclusive_choice":
            found = found.also(counting.choice(scene))
        if clause.unless and found.accused.size:
            found = found.where(~scene.excused(found.accused))
        day = context.governing_day(clause.applies_by, found.accused, default=context.history.days(found.accused))
        found = found.where(context.edition_of(ruling, day) == index)
        parts.append(_frame(scene, ruling, edition=edition, found=found))
    full = [part for part in parts if not part.is_empty()]
    return pl.concat(full) if full else empty_findings()


def _broken(scene: Scene, found: Violations) -> pl.Series:
    """Which rule each finding broke: templates made of two say which of the two."""
    clause, rows = scene.clause, found.accused

    def among(events: tuple[Event, ...]) -> Bool:
        return scene.context.matcher.matches(events, scene.context.history, rows=rows)

    def either(which: Bool, *, one: str, other: str) -> pl.Series:
        return pl.Series([one, other])[np.where(which, 0, 1)]

    rule = str(clause.rule)
    if rule == "exactly":
        return either(among(clause.event), one="exactly", other="existence")
    if rule == "exclusive_choice":
        return either(found.witness >= 0, one="exclusive_choice", other="choice")
    if rule in ("alternate_response", "alternate_succession"):
        back = either(among(clause.first), one="alternate_response", other="response")
        if rule == "alternate_response":
            return back
        return back.zip_with(pl.Series(~among(clause.then)), pl.Series(["alternate_precedence"] * rows.size))
    if rule in ("succession", "chain_succession"):
        chain = "chain_" if rule == "chain_succession" else ""
        return either(among(clause.then), one=f"{chain}precedence", other=f"{chain}response")
    return pl.Series(["responded_existence" if rule == "coexistence" else rule] * rows.size)


def _frame(scene: Scene, ruling: Ruling, *, edition: Edition, found: Violations) -> pl.DataFrame:
    context, clause, rows = scene.context, scene.clause, found.accused
    history = context.history
    if rows.size == 0:
        return empty_findings()
    at = np.maximum(history.at[rows], history.earliest(rows))
    has = found.witness >= 0
    witness = history.event_ids(np.maximum(found.witness, 0)).set(pl.Series(~has), None)
    who = answerers(context, clause.answers, opener=rows, moment=history.at[rows])
    why = pl.DataFrame({
        "activity": history.column("activity", rows).series(),
        "other": history.column("activity", np.maximum(found.witness, 0)).series().set(pl.Series(~has), None),
        "actor": history.column("actor", rows).series(),
    })  # fmt: skip
    if clause.rule == "entitled":
        why = why.hstack(entitling.reasons(context, clause, rows))
    if clause.rule == "countersigned":
        why = why.hstack(countersigning.reasons(scene, rows))
    own = history.column("actor", rows)
    return finding_frame(institution=ruling.institution, clause=ruling.id, size=rows.size, columns={
        "case_id": history.log.cases["case_id"][history.case[rows]],
        "thread": context.thread_json(clause.thread, rows),
        "key": None,
        "opener": history.event_ids(rows),
        "occurrence": 1,
        "version": edition.version, "level": clause.level,
        "raised_at": instants(at), "cleared_at": instants(np.full(rows.size, NEVER, np.int64)),
        "unit": who.unit.series(), "actor": own.otherwise(who.actor).series(),
        "why_code": _broken(scene, found), "why_args": as_json(why),
        "evidence": id_list(witness, history.event_ids(rows)),
    })  # fmt: skip
