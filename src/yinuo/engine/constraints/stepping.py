"""`follows_flow`: a case goes only by the published steps (grammar 1.2, 2.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from yinuo.engine.clauses.flow import Flow, Step
from yinuo.engine.columns import Bool
from yinuo.engine.constraints.scene import Scene, Violations
from yinuo.engine.signing import verdict
from yinuo.kernel.instants import Int64
from yinuo.kernel.segments import spread


@dataclass
class _Walk:
    """Where one case stands: which steps are done, and for a step over a list which of its keys."""

    flow: Flow
    skipped: frozenset[str]
    keys: Mapping[str, frozenset[str]]
    done: dict[str, int]
    done_keys: dict[str, dict[str, str]]
    """Step over a list → key → what was done for it last."""

    def is_done(self, step: Step) -> bool:
        if step.id in self.skipped:
            return True
        if step.each is not None and step.id in self.keys:
            done = self.done_keys.get(step.id, {})
            if step.sign is not None:
                return verdict(step, done, self.keys[step.id]).is_settled
            return self.keys[step.id] <= done.keys()
        return step.id in self.done

    def is_due(self, step: Step) -> bool:
        by_id = {one.id: one for one in self.flow.steps}
        before = [by_id[name] for name in step.after]
        ready = all(self.is_done(one) or one.optional or one.anytime for one in before)
        fresh = step.repeat or step.each is not None or step.id not in self.done
        return step.anytime or (ready and fresh)

    def goes_wrong(self, activity: str, step: Step | None, *, row: int, key: str | None) -> bool:
        """Take one event; whether its step was not due, or it ends the case while a compulsory step is open.

        What becomes due only by the ending event itself is not open: a refusal at the door leaves nothing undone.
        """
        wrong = step is not None and not self.is_due(step)
        if activity in self.flow.ends and (step is None or not step.anytime):
            wrong = wrong or self.open_steps(step)
        if step is not None:
            self.done[step.id] = row
            if key is not None:
                self.done_keys.setdefault(step.id, {})[key] = activity
        for back in self.flow.back:
            if any(activity in event.activities for event in back.on):
                self.reopen(back.to, key)
        return wrong

    def reopen(self, target: str, key: str | None) -> None:
        """Reopen a step and everything after it; with a key only that key."""
        open_ = {target}
        for step in self.flow.steps:
            if open_ & set(step.after):
                open_.add(step.id)
        for name in open_:
            self.done.pop(name, None)
            if key is None:
                self.done_keys.pop(name, None)
            else:
                self.done_keys.get(name, {}).pop(key, None)

    def open_steps(self, but: Step | None) -> bool:
        """Whether a compulsory step other than this is still open where the case has come to."""
        return any(
            not self.is_done(step) and self.is_due(step)
            for step in self.flow.steps
            if step is not but and not (step.optional or step.anytime)
        )


def follows_flow(scene: Scene) -> Violations:
    """Each event of a step that is not due or done by a `not_by` person, and an end while a compulsory step is open."""
    history = scene.context.history
    accused = [np.empty(0, np.int64)]
    for flow, opened in history.ways:
        cases = np.flatnonzero(opened)
        if flow.steps:
            accused += [_walk_all(scene, flow, cases=cases), _same_person(scene, flow, cases=cases)]
            accused.append(_not_entrusted(scene, flow, cases=cases))
    rows = np.unique(np.concatenate(accused))
    rows = rows[scene.context.applies(scene.clause, rows)]
    return Violations.of(rows[scene.in_scope(rows)])


def _same_person(scene: Scene, flow: Flow, *, cases: Int64) -> Int64:
    """Events of a step by somebody who did one of its `not_by` steps earlier in the case."""
    history = scene.context.history
    own = np.zeros(history.low.size, np.bool_)
    own[cases] = True
    does = {step.id: step.does for step in flow.steps}
    found = [np.empty(0, np.int64)]
    for step in flow.steps:
        for other in step.not_by:
            rows, others = history.rows_of(step.does), history.rows_of(does[other])
            rows = rows[own[history.case[rows]]]
            found.append(rows[scene.latest_before(rows, others, fields=("actor",)) >= 0])
    return np.concatenate(found)


def _not_entrusted(scene: Scene, flow: Flow, *, cases: Int64) -> Int64:
    """Events of a step that was given to somebody, and not taken back, by anybody else."""
    history = scene.context.history
    found = [np.empty(0, np.int64)]
    for step in flow.steps:
        if step.delegate is None:
            continue
        given = history.rows_of([step.delegate.does])
        moved = np.sort(np.concatenate([given, history.rows_of([step.delegate.back or ""])]))
        rows = history.rows_of(step.does)
        rows = rows[np.isin(history.case[rows], cases)]
        names = () if step.each is None else (step.as_ or step.each,)
        last = scene.latest_before(rows, moved, fields=names)
        rows, last = rows[np.isin(last, given)], last[np.isin(last, given)]
        to = scene.context.own(step.delegate.to, last).series().cast(pl.String)
        actor = history.column("actor", rows).series().cast(pl.String)
        found.append(rows[(to != actor).fill_null(False).to_numpy()])
    return np.concatenate(found)


def _walk_all(scene: Scene, flow: Flow, *, cases: Int64) -> Int64:
    """Walk every case; cases whose events, skipped steps and keys are the same take the same walk, once."""
    history, matcher = scene.context.history, scene.context.matcher
    _, every = spread(history.low[cases], history.high[cases])
    facts = [history.activity[every].astype(np.int64)]
    skips = {}
    for step in flow.steps:
        if step.when is not None:
            skips[step.id] = ~matcher.holds(step.when, history, rows=every)
            facts.append(skips[step.id].astype(np.int64))
    keys, lists = {}, {}
    for step in flow.steps:
        if step.each is not None:
            keys[step.id] = history.column(step.as_ or step.each, every).series().cast(pl.String)
            lists[step.id] = history.column(step.each, every).series()
            facts += [keys[step.id].hash().to_numpy().view(np.int64), lists[step.id].hash().to_numpy().view(np.int64)]
    path = _Path(flow, history.activities, skips, keys, lists)
    low, high = _spans(history.high[cases] - history.low[cases])
    first, variant = _variants(facts, low)
    found = [path.wrong_steps(history.activity[every[low[case] : high[case]]], int(low[case])) for case in first]
    guilty = np.flatnonzero(np.array([steps.size for steps in found])[variant] > 0)
    return np.concatenate(
        [np.empty(0, np.int64), *(found[variant[case]] + history.low[cases[case]] for case in guilty)]
    )


def _spans(sizes: Int64) -> tuple[Int64, Int64]:
    high = np.cumsum(sizes)
    return high - sizes, high


def _variants(facts: list[Int64], low: Int64) -> tuple[Int64, Int64]:
    """The first case of each variant and the variant of each case: cases with the same facts in the same order.

    Two independent 64-bit sums over mixed values stand for a case's facts.
    """
    place = np.arange(facts[0].size) - np.repeat(low, np.diff(np.append(low, facts[0].size)))
    sums = []
    for seed in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F):
        mixed = np.zeros(facts[0].size, np.uint64)
        for fact in (place, *facts):
            mixed = (mixed ^ fact.astype(np.uint64)) * np.uint64(seed)
            mixed ^= mixed >> np.uint64(29)
        sums.append(np.add.reduceat(mixed, low))
    return alike(*sums)


def alike(one: NDArray[np.uint64], two: NDArray[np.uint64]) -> tuple[Int64, Int64]:
    """For pairs of words: the first place of each distinct pair, and which of them stands at each place."""
    _, first, which = np.unique(one, return_index=True, return_inverse=True)
    if (two != two[first][which]).any():
        _, first, which = np.unique(np.rec.fromarrays([one, two]), return_index=True, return_inverse=True)
    return first, which


@dataclass(frozen=True, eq=False)
class _Path:
    """The published steps, with what each event of the walked cases knows of skipped steps and keys."""

    flow: Flow
    activities: tuple[str, ...]
    skips: Mapping[str, Bool]
    keys: Mapping[str, pl.Series]
    lists: Mapping[str, pl.Series]

    def wrong_steps(self, events: NDArray[np.int32], begin: int) -> Int64:
        """Which events of one case (numbered in it) leave the path; `begin` is where the case begins in the tables."""
        by_activity = {activity: step for step in self.flow.steps for activity in step.does}
        walk = _Walk(self.flow, frozenset(), {}, {}, {})
        wrong: list[int] = []
        for number, code in enumerate(events):
            activity, row = self.activities[code], begin + number
            walk.skipped = frozenset(name for name, skip in self.skips.items() if skip[row])
            walk.keys = {
                name: frozenset(map(str, column[row]))
                for name, column in self.lists.items()
                if column[row] is not None and column.dtype.is_nested()
            }
            step = by_activity.get(activity)
            key = self.keys[step.id][row] if step is not None and step.id in self.keys else None
            if walk.goes_wrong(activity, step, row=row, key=key):
                wrong.append(number)
        return np.array(wrong, np.int64)
