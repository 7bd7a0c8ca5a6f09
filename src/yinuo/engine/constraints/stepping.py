"""`follows_flow`: a case goes only by the published steps (grammar 1.2, 2.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from yinuo.engine.clauses.flow import Flow, Step
from yinuo.engine.columns import Bool
from yinuo.engine.constraints.scene import Scene, Violations
from yinuo.kernel.instants import Int64


@dataclass
class _Walk:
    """Where one case stands: which steps are done, by whom, and for a step over a list which of its keys."""

    flow: Flow
    skipped: frozenset[str]
    keys: Mapping[str, frozenset[str]]
    done: dict[str, int]
    doers: dict[str, set[str]]
    done_keys: dict[str, set[str]]

    def is_done(self, step: Step) -> bool:
        if step.id in self.skipped:
            return True
        if step.each is not None and step.id in self.keys:
            return self.keys[step.id] <= self.done_keys.get(step.id, set())
        return step.id in self.done

    def is_due(self, step: Step) -> bool:
        by_id = {one.id: one for one in self.flow.steps}
        before = [by_id[name] for name in step.after]
        ready = all(self.is_done(one) or one.optional or one.anytime for one in before)
        fresh = step.repeat or step.each is not None or step.id not in self.done
        return step.anytime or (ready and fresh)

    def take(self, step: Step, row: int, actor: str | None, key: str | None) -> None:
        self.done[step.id] = row
        if actor is not None:
            self.doers.setdefault(step.id, set()).add(actor)
        if key is not None:
            self.done_keys.setdefault(step.id, set()).add(key)

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
                self.done_keys.get(name, set()).discard(key)

    def open_steps(self, but: Step | None) -> bool:
        """Whether a compulsory step other than this is still open where the case has come to."""
        return any(
            not self.is_done(step) and self.is_due(step)
            for step in self.flow.steps
            if step is not but and not (step.optional or step.anytime or step.repeat)
        )


def follows_flow(scene: Scene) -> Violations:
    """Each event of a step that is not due or done by a `not_by` person, and an end while a compulsory step is open."""
    history = scene.context.history
    accused: list[int] = []
    for kind, editions in history.rules.flows().items():
        flow = editions[-1]
        cases = np.flatnonzero(scene.context.is_kind(kind) & (history.high > history.low))
        if not flow.steps or cases.size == 0:
            continue
        accused += _walk_all(scene, flow, cases)
    rows = np.array(sorted(accused), np.int64)
    rows = rows[scene.context.applies(scene.clause, rows)]
    return Violations.of(rows[scene.in_scope(rows)])


def _walk_all(scene: Scene, flow: Flow, cases: Int64) -> Iterator[int]:
    history = scene.context.history
    by_activity = {activity: step for step in flow.steps for activity in step.does}
    every = np.concatenate([np.arange(history.low[case], history.high[case]) for case in cases])
    actors = history.column("actor", every).series().to_list()
    skips = {step.id: ~scene.context.matcher.holds(step.when, history, every) for step in flow.steps if step.when}
    keys = {step.id: history.column(step.as_ or step.each, every).series().cast(pl.String).to_list()
            for step in flow.steps if step.each}
    lists = {step.id: history.column(step.each, every).series() for step in flow.steps if step.each}
    backs = {(activity, back.to) for back in flow.back for event in back.on for activity in event.activities}
    place = 0
    for case in cases:
        size = int(history.high[case] - history.low[case])
        span = range(place, place + size)
        yield from _walk(flow, by_activity, backs, [
            (int(every[i]), history.activities[history.activity[every[i]]], actors[i], i) for i in span
        ], skips, keys, lists)
        place += size


def _walk(
    flow: Flow, by_activity: Mapping[str, Step], backs: set[tuple[str, str]],
    events: list[tuple[int, str, str | None, int]], skips: Mapping[str, Bool],
    keys: Mapping[str, list[str | None]], lists: Mapping[str, pl.Series],
) -> Iterator[int]:  # fmt: skip
    walk = _Walk(flow, frozenset(), {}, {}, {}, {})
    for row, activity, actor, index in events:
        step = by_activity.get(activity)
        walk.skipped = frozenset(name for name, skip in skips.items() if skip[index])
        walk.keys = {name: frozenset(map(str, column[index])) for name, column in lists.items()
                     if column[index] is not None and column.dtype.is_nested()}
        key = keys[step.id][index] if step is not None and step.id in keys else None
        wrong = False
        if step is not None:
            wrong = not walk.is_due(step) or (
                actor is not None and any(actor in walk.doers.get(name, ()) for name in step.not_by))
            walk.take(step, row, actor, key)
        if activity in flow.ends and (step is None or not step.anytime):
            wrong = wrong or walk.open_steps(step)
        if wrong:
            yield row
        for back, target in backs:
            if back == activity:
                walk.reopen(target, key)
