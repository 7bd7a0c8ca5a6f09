"""What the grammar says of one constraint, event by event. Out come findings as plain dicts; `opener` is the accused event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from tests.reference.deciding import may_be_given
from tests.reference.openings import Edition, in_force
from tests.reference.place import Place, Record, holds, matches, threads
from tests.reference.rulers import Days, ruler
from yinuo.engine.clauses.constraint import Constraint, While
from yinuo.engine.clauses.flow import Flow, Step
from yinuo.kernel.limits import Limit

Thread = list[Record]


def constraint(
    editions: Sequence[Edition], records: Sequence[Record], place: Place, *, flow: Flow | None = None
) -> list[Record]:
    """The findings of one constraint; `flow` says when a thread ends and which step is due."""
    findings = []
    for clause in (edition[2] for edition in editions):
        told = [event for event in records if holds(clause.for_, event)]
        for thread in threads(told, clause.thread):
            around = Around(place, flow, thread)
            read = _lived(thread, flow) if clause.rule == "existence" else thread
            found = [event for scope in _scopes(clause, read) for event in _RULES[clause.rule](clause, scope, around)]
            accused = [event for event in thread if event in found]
            left = _unexcused(clause, thread, accused)
            findings += [_finding(clause, one) for one in left if in_force(editions, place.day(one["at"])) is clause]
    return findings


class Around(NamedTuple):
    """What a rule may look at beside its scope."""

    place: Place
    flow: Flow | None
    thread: Thread


def _finding(clause: Constraint, event: Record) -> Record:
    return {
        "case_id": event["case_id"],
        "opener": event["event_id"],
        "level": clause.level,
        "raised_at": event["known_from"],
        "cleared_at": None,
    }


def _scopes(clause: Constraint, thread: Thread) -> Iterator[Thread]:
    """The parts of a thread in which the rule is read; stretches that overlap are one."""
    begin, end = 0, len(thread)
    if clause.after:
        begin = next((i + 1 for i, event in enumerate(thread) if matches(clause.after, event)), len(thread))
    if clause.before:
        end = next((i for i, event in enumerate(thread) if matches(clause.before, event)), len(thread))
    if clause.after and begin >= len(thread):
        return
    scope = thread[begin:end]
    if clause.while_ is None:
        yield scope
        return
    inside: list[list[int]] = []
    for i, start in enumerate(scope):
        if matches(clause.while_.from_, start) and start is not thread[-1]:
            later = range(i + 1, len(scope))
            stop = next((j for j in later if _closes(clause.while_, start, scope[j])), len(scope))
            if inside and i < inside[-1][1]:
                inside[-1][1] = max(inside[-1][1], stop)
            else:
                inside.append([i + 1, stop])
    yield from (scope[first:stop] for first, stop in inside)


def _closes(span: While, start: Record, event: Record) -> bool:
    return matches(span.to, event) and _paired(span.match, start, event)


def _paired(match: dict[str, str], start: Record, event: Record) -> bool:
    return all(start.get(a) is not None and start.get(a) == event.get(b) for a, b in match.items())


def _unexcused(clause: Constraint, thread: Thread, accused: Thread) -> Iterator[Record]:
    """Each `unless` event excuses the next violation after it with the same fields, and no other."""
    names = [name for one in clause.unless for name in one.same]
    excuses = [event for event in thread if clause.unless and matches(clause.unless, event)]
    for event in accused:
        before = [one for one in excuses if _before(thread, one, event) and _equal(names, one, event)]
        if not before:
            yield event
        elif clause.rule == "absence":
            excuses.remove(before[0])
        else:
            excuses = [one for one in excuses if one not in before]


def _before(thread: Thread, one: Record, other: Record) -> bool:
    return thread.index(one) < thread.index(other)


def _equal(names: Sequence[str], one: Record, other: Record) -> bool:
    return all(one.get(name) is not None and one.get(name) == other.get(name) for name in names)


def _related(clause: Constraint, one: Record, other: Record) -> bool:
    """Do the two events agree in `same` and disagree in `differ`? Nothing is equal to or different from nothing."""
    unlike = (
        one.get(name) is not None and other.get(name) is not None and one.get(name) != other.get(name)
        for name in clause.differ
    )
    return _equal(clause.same, one, other) and all(unlike)


def _apart(length: Limit, start: datetime, place: Place) -> datetime:
    """The last instant within a length after an instant: end of the date for date units, else the instant."""
    rule = ruler(place, None, length.unit)
    point = rule.after(rule.point(start), length)
    return place.end_of(point) if isinstance(rule, Days) else point


def _absence(clause: Constraint, scope: Thread, around: Around) -> Iterator[Record]:
    most, seen, times = clause.max or 0, [], []
    for event in scope:
        if not matches(clause.event, event):
            continue
        if clause.rolling is not None:
            times = [at for at in times if event["at"] - _window(clause.rolling) < at]
            times.append(event["at"])
            if len(times) == most + 1:
                yield event
            continue
        value = event["event_id"] if clause.distinct is None else event.get(clause.distinct)
        if value is not None and value not in seen:
            seen.append(value)
        if value is not None and seen.index(value) >= most:
            yield event


def _window(length: Limit) -> timedelta:
    return timedelta(**{length.unit.value: length.count})


def _lived(thread: Thread, flow: Flow | None) -> Thread:
    """A thread up to the event that ends it; nothing of one that has not ended."""
    ends = flow.ends if flow else ()
    last = next((i for i, event in enumerate(thread) if event["activity"] in ends), -1)
    return thread[: last + 1]


def _existence(clause: Constraint, scope: Thread, around: Around) -> Iterator[Record]:
    lived = _lived(around.thread, around.flow)
    count = sum(matches(clause.event, event) for event in scope)
    if lived and count < (1 if clause.min is None else clause.min):
        yield lived[-1]


def _precedence(clause: Constraint, scope: Thread, around: Around) -> Iterator[Record]:
    for i, event in enumerate(scope):
        if matches(clause.then, event):
            earlier = [one for one in scope[:i] if matches(clause.first, one) and _related(clause, one, event)]
            if not earlier or not _keeps(clause, earlier[-1], event, around.place):
                yield event


def _keeps(clause: Constraint, one: Record, other: Record, place: Place) -> bool:
    gap = clause.gap
    if gap is not None and gap.max is not None and other["at"] > _apart(gap.max, one["at"], place):
        return False
    return gap is None or gap.min is None or _at_least(gap.min, one["at"], other["at"], place)


def _at_least(length: Limit, one: datetime, other: datetime, place: Place) -> bool:
    rule = ruler(place, None, length.unit)
    return bool(rule.point(other) >= rule.after(rule.point(one), length))


def _not_succession(clause: Constraint, scope: Thread, around: Around) -> Iterator[Record]:
    for i, event in enumerate(scope):
        if matches(clause.then, event) and any(
            matches(clause.first, one) and _related(clause, one, event) and _keeps(clause, one, event, around.place)
            for one in scope[:i]
        ):
            yield event


def _not_coexistence(clause: Constraint, scope: Thread, around: Around) -> Iterator[Record]:
    for i, event in enumerate(scope):
        for mine, others in ((clause.one, clause.other), (clause.other, clause.one)):
            if matches(mine, event) and any(matches(others, one) and _related(clause, one, event) for one in scope[:i]):
                yield event
                break


def _not_chain_succession(clause: Constraint, scope: Thread, around: Around) -> Iterator[Record]:
    named = [event for event in scope if matches(clause.first, event) or matches(clause.then, event)]
    for one, event in pairwise(named):
        neighbours = matches(clause.first, one) and matches(clause.then, event) and _related(clause, one, event)
        if neighbours and _keeps(clause, one, event, around.place):
            yield event


def _in_order(clause: Constraint, scope: Thread, around: Around) -> Iterator[Record]:
    waiting: list[str] = []
    served: set[str] = set()
    for event in scope:
        case = event["case_id"]
        if matches(clause.then, event) and case in waiting:
            if waiting[0] != case:
                yield event
            waiting.remove(case)
            served.add(case)
        elif matches(clause.first, event) and case not in waiting and case not in served:
            waiting.append(case)


def _follows_flow(clause: Constraint, scope: Thread, around: Around) -> Iterator[Record]:
    flow = around.flow
    assert flow is not None
    done: set[str] = set()
    doers: dict[str, set[str]] = {}
    for event in scope:
        for back in flow.back:
            if matches(back.on, event):
                done -= _from_here(flow, back.to)
        skipped = {step.id for step in flow.steps if not holds(step.when, event)}
        wrong, step = False, next((one for one in flow.steps if event["activity"] in one.does), None)
        if event["activity"] in flow.ends and not (step is not None and step.anytime):
            must = [one for one in flow.steps if not one.optional and not one.anytime and one is not step]
            wrong = any(one.id not in done | skipped and _due(one, flow, done | skipped) for one in must)
        if step is not None:
            ready = step.anytime or _due(step, flow, done | skipped)
            fresh = step.repeat or step.anytime or step.id not in done
            own = any(event["actor"] in doers.get(other, ()) for other in step.not_by)
            wrong = wrong or own or not (ready and fresh)
            done.add(step.id)
            doers.setdefault(step.id, set()).update({event["actor"]} - {None})
        if wrong:
            yield event


def _due(step: Step, flow: Flow, done: set[str]) -> bool:
    free = {one.id for one in flow.steps if one.optional or one.anytime}
    return all(other in done or other in free for other in step.after)


def _from_here(flow: Flow, first: str) -> set[str]:
    """A step and everything after it."""
    found = {first}
    while more := {step.id for step in flow.steps if set(step.after) & found} - found:
        found |= more
    return found


def _entitled(clause: Constraint, scope: Thread, around: Around) -> Iterator[Record]:
    for event in scope:
        if matches(clause.event, event) and not may_be_given(clause.rows, clause.match, event, event["own"]):
            yield event


def _countersigned(clause: Constraint, scope: Thread, around: Around) -> Iterator[Record]:
    """Counted by hand: of everybody asked the last word; so many yes as the text wants, and no veto."""
    step = clause.signed
    assert step is not None
    assert step.sign is not None
    for event in scope:
        if not matches(clause.then, event):
            continue
        asked = list(dict.fromkeys(str(one) for one in event.get(step.each or "") or []))
        words = dict.fromkeys(asked, "")
        for one in scope[: scope.index(event)]:
            if matches(clause.first, one) and one.get(step.as_ or "") in words:
                words[one[step.as_ or ""]] = one["activity"]
        said = list(words.values())
        agree = sum(word in step.sign.yes for word in said)
        against = [key for key, word in words.items() if word in step.does and word not in step.sign.yes]
        against = [key for key in against if not step.sign.no or words[key] in step.sign.no]
        veto = step.sign.veto
        is_vetoed = any(veto is True or (veto is not False and key in veto) for key in against)
        if is_vetoed or not asked or agree < _wanted(step.sign.needs, len(asked)):
            yield event


def _wanted(needs: Any, asked: int) -> int:
    if needs == "all":
        return asked
    if needs == "any":
        return 1
    if needs == "majority":
        return next(count for count in range(asked + 2) if 2 * count > asked)
    if isinstance(needs, int):
        return needs
    return next(count for count in range(asked + 1) if count * needs.denominator >= needs.numerator * asked)


_RULES: dict[str, Any] = {
    "absence": _absence,
    "existence": _existence,
    "precedence": _precedence,
    "not_succession": _not_succession,
    "not_coexistence": _not_coexistence,
    "not_chain_succession": _not_chain_succession,
    "in_order": _in_order,
    "follows_flow": _follows_flow,
    "entitled": _entitled,
    "countersigned": _countersigned,
}
