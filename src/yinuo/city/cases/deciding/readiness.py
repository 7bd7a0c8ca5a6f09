"""Which steps of a case are done, due or skipped, as its flow says and its state stands. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from yinuo.city.cases.deciding.ways import Way
from yinuo.engine.clauses.flow import Step
from yinuo.engine.signing import Verdict, verdict

if TYPE_CHECKING:
    from yinuo.city.cases.deciding.states import State


def key_of(step: Step, fields: Mapping[str, Any]) -> str:
    """For which entry of its list a step over a list is done; "" for any other step."""
    return "" if step.each is None else str(fields.get(step.as_ or step.each, ""))


def keys_of(state: State, step: Step) -> list[str] | None:
    """The entries a step over a list must be done for; null while nobody named them."""
    if step.each is None:
        return None
    named = state.fields.get(step.each)
    return [str(one) for one in named] if isinstance(named, list) else None


def is_skipped(state: State, step: Step, *, way: Way, day: date) -> bool:
    """Whether the condition of the step does not hold: it counts as done."""
    return step.when is not None and not way.tester.holds(step.when, _Values(state), types=way.types, day=day)


class _Values(Mapping[str, Any]):
    """What conditions read of a case: its fields and, beside them, its unit, region, kind and item."""

    __slots__ = ("_state",)

    def __init__(self, state: State) -> None:
        self._state = state

    def get(self, name: str, default: Any = None) -> Any:
        state = self._state
        if name == "item" and state.item is not None:
            return state.item
        if name in state.fields:
            return state.fields[name]
        return getattr(state, name) if name in _OWN else default

    def __getitem__(self, name: str) -> Any:
        if name in self._state.fields or name in _OWN or (name == "item" and self._state.item is not None):
            return self.get(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(
            {**dict.fromkeys(_OWN), **self._state.fields} | ({} if self._state.item is None else {"item": None})
        )

    def __len__(self) -> int:
        return sum(1 for _name in self)


_OWN = frozenset({"unit", "region", "kind"})


def is_done(state: State, step: Step, *, way: Way, day: date) -> bool:
    """Whether the step is done, over a list for every entry, or skipped by its condition."""
    return was_done(state, step) or is_skipped(state, step, way=way, day=day)


def was_done(state: State, step: Step) -> bool:
    """Whether somebody did the step, over a list for every entry; one that several sign, whether it is settled."""
    done = state.done.get(step.id)
    if not done:
        return False
    keys = keys_of(state, step)
    if step.sign is not None and keys is not None:
        return verdict_of(state, step, keys).is_settled
    return keys is None or all(key in done for key in keys)


def verdict_of(state: State, step: Step, keys: Sequence[str]) -> Verdict:
    """What the answers of a step that several sign come to so far."""
    return verdict(step, {key: doing[3] for key, doing in state.done.get(step.id, {}).items() if len(doing) > 3}, keys)


def is_due(state: State, step: Step, *, way: Way, day: date, key: str = "") -> bool:
    """Whether the step may be done now: what it comes after is done, and it was not done already.

    A step that need not be done (optional, or skipped by its condition) does not block, but what that one comes after does.
    """
    if step.anytime:
        return True
    ready, skipped = standing(state, way=way, day=day)
    if step.id not in ready or step.id in skipped:
        return False
    if step.repeat:
        return True
    keys = keys_of(state, step)
    if step.each is not None:
        if step.sign is not None and was_done(state, step):
            return False
        return key not in state.done.get(step.id, {}) and (keys is None or not key or key in keys)
    return step.id not in state.done


Steps = frozenset[str]
"""Ids of steps."""


def standing(state: State, *, way: Way, day: date) -> tuple[Steps, Steps]:
    """The steps for which everything they come after is done, skipped or need not be done; and those skipped."""
    done = state.done if not way.has_lists else (step.id for step in way.flow.steps if was_done(state, step))
    skipped = _skipped(state, way, day)
    return _ready(way, frozenset(done), skipped), skipped


def _skipped(state: State, way: Way, day: date) -> Steps:
    """The steps whose condition does not hold."""
    if not way.conditions.by_name:
        return _NOTHING
    return way.tester.failing(way.conditions, _Values(state), types=way.types, day=day)


_NOTHING: Steps = frozenset()


@lru_cache(maxsize=10_000)
def _ready(way: Way, done: Steps, skipped: Steps) -> Steps:
    return frozenset(
        step.id for step in way.flow.steps if _is_ready(way, step, done, skipped=skipped, seen=frozenset())
    )


def _is_ready(way: Way, step: Step, done: Steps, *, skipped: Steps, seen: Steps) -> bool:
    for name in step.after:
        before = way.steps[name]
        if before.anytime or name in seen or name in done:
            continue
        if not before.optional and name not in skipped:
            return False
        if not _is_ready(way, before, done, skipped=skipped, seen=seen | {step.id}):
            return False
    return True


def step_done(state: State, activity: str, *, way: Way, named: str | None, day: date) -> Step | None:
    """The step an activity does: the one named, else the first that is due, else the first there is."""
    steps = way.by_activity.get(activity, ())
    if len(steps) < 2:
        return steps[0] if steps else None
    for step in steps:
        if step.id == named:
            return step
    return next((step for step in steps if is_due(state, step, way=way, day=day)), steps[0])


def open_steps(state: State, *, way: Way, but: Step | None, day: date) -> Iterator[Step]:
    """The compulsory steps that are due and not done, other than this one: with one open a case cannot end."""
    for step in way.flow.steps:
        if step is but or step.optional or step.anytime:
            continue
        if is_due(state, step, way=way, day=day) and not is_done(state, step, way=way, day=day):
            yield step
