"""Whether every promise ends when its case does, and which rules wait for an end that never comes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.clauses.flow import Flow
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.strata import kinds_named
from yinuo.rulebook.editions import Statement
from yinuo.rulebook.refusals import TextError
from yinuo.rulebook.soundness import PENDING

if TYPE_CHECKING:
    from yinuo.rulebook.loader import Institution, Pack


def check_endings(pack: Pack) -> Iterator[TextError]:
    """Promises that miss an end of their flow, and a warning for rules that can never be broken."""
    flows = flows_of(pack)
    for institution in pack.institutions.values():
        for one in institution.statements:
            if isinstance(one.edition.clause, Promise):
                yield from _check_promise(institution, one, one.edition.clause, flows)
            elif isinstance(one.edition.clause, Constraint):
                yield from _check_constraint(institution, one, one.edition.clause)


def flows_of(pack: Pack) -> dict[str, list[Statement]]:
    """Every flow of a pack and of those it uses, by kind."""
    flows: dict[str, list[Statement]] = {}
    for one in pack.everywhere():
        for institution in one.institutions.values():
            for statement in institution.statements:
                if isinstance(statement.edition.clause, Flow):
                    flows.setdefault(statement.id, []).append(statement)
    return flows


def in_force_together(one: Statement, other: Statement) -> bool:
    """Whether two statements are in force on some same day."""
    mine, theirs = one.edition, other.edition
    begins_before_end = mine.until is None or theirs.start < mine.until
    return begins_before_end and (theirs.until is None or mine.start < theirs.until)


def _check_promise(
    institution: Institution, one: Statement, clause: Promise, flows: dict[str, list[Statement]]
) -> Iterator[TextError]:
    if clause.thread != ("case",):
        return
    ended = {activity for event in (*clause.until, *clause.void) for activity in event.activities}
    openers = {activity for event in clause.on for activity in event.activities}
    for kind in sorted(kinds_named(clause.for_) or ()):
        for statement in flows.get(kind, ()):
            flow = statement.edition.clause
            assert isinstance(flow, Flow)
            if not in_force_together(one, statement) or openers & set(flow.ends) or "any" in ended:
                continue
            missed = [end for end in flow.ends if end not in ended and not _comes_before(flow, end, openers)]
            if missed:
                names = ", ".join(missed)
                message = f"{one.id}: when a case of kind {kind} ends by {names}, the clock would run on for ever"
                yield institution.document.error(one.path, message, "name it in until, or in void if it keeps nothing")
                break


def _comes_before(flow: Flow, end: str, openers: set[str]) -> bool:
    """Whether every opener is done by a step that waits for the step of this end: then the clock starts after it."""
    after = {step.id: step.after for step in flow.steps}
    ending = {step.id for step in flow.steps if end in step.does}
    opening = {step.id for step in flow.steps if openers & set(step.does)}
    return bool(opening) and all(ending & _before(step, after) for step in opening)


def _before(step: str, after: dict[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    open_ = list(after.get(step, ()))
    while open_:
        name = open_.pop()
        if name not in found:
            found.add(name)
            open_ += after.get(name, ())
    return found


def _check_constraint(institution: Institution, one: Statement, clause: Constraint) -> Iterator[TextError]:
    if clause.rule in PENDING and clause.thread != ("case",):
        message = f"{one.id}: {clause.rule} waits for the end of its thread, and {'×'.join(clause.thread)} never ends"
        remedy = "it will never be broken; write a promise, or thread = case"
        yield institution.document.error(one.path, message, remedy, warning=True)
