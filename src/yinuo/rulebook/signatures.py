"""Steps that several sign, or that one gives to another: what they expand to, and whether they can be meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from yinuo.engine.clauses.flow import Flow, Step
from yinuo.rulebook.places import Path_

Unsound: TypeAlias = Iterator[tuple[Path_, str, str]]


def unsound_signing(clause: Flow) -> Unsound:
    """What a flow says of signing and giving on that cannot be meant."""
    for index, step in enumerate(clause.steps):
        for path, message, remedy in (*_unsound_sign(clause, step), *_unsound_delegate(clause, step)):
            yield ("steps", index, *path), f'step "{step.id}": {message}', remedy


def _unsound_sign(clause: Flow, step: Step) -> Unsound:
    sign = step.sign
    if sign is None:
        return
    if step.each is None:
        yield ("sign",), "nobody is asked beside the one who does it", 'add each = "list field"'
    for key, names in (("yes", sign.yes), ("no", sign.no)):
        for name in sorted(set(names) - set(step.does)):
            yield ("sign", key), f'"{name}" is no answer of this step', f"one of {', '.join(step.does)}"
    if both := set(sign.yes) & set(sign.no):
        yield ("sign",), f"{', '.join(sorted(both))} cannot be yes and no", "keep one of them"
    if set(step.does) <= set(sign.yes):
        yield ("sign", "yes"), "every answer is a yes: there is nothing to sign", "name an activity that is a no"
    if bool(sign.allows) != (sign.level is not None):
        yield ("sign",), "allows and level belong together", 'allows = ["activity"], level = "…"'
    others = {activity for other in clause.steps if other is not step for activity in other.does}
    for name in sorted(set(sign.allows) - others):
        yield ("sign", "allows"), f'no other step does "{name}"', "name what only a carried vote allows"


def _unsound_delegate(clause: Flow, step: Step) -> Unsound:
    delegate = step.delegate
    if delegate is None:
        return
    if step.anytime or step.repeat:
        yield (
            ("delegate",),
            "what may be done again and again is nobody's task",
            "give on a step that is done in its place",
        )
    if step.auto:
        yield ("delegate",), "the system does this step: nobody can give it on", "leave delegate out"
    done = {
        activity for other in clause.steps if step.id not in (other.gives, other.returns) for activity in other.does
    }
    for key in ("does", "back"):
        name = getattr(delegate, key)
        if name in done:
            yield ("delegate", key), f'"{name}" already does a step', "giving on needs an activity of its own"
    if delegate.back == delegate.does:
        yield ("delegate", "back"), "giving and taking back are one activity", "name another"
