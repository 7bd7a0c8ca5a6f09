"""What this person can do to a case now, by its flow: the forms its page offers. The command decides again."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils import timezone

from yinuo.city.cases.deciding.decide import is_after_end
from yinuo.city.cases.deciding.readiness import is_due, keys_of
from yinuo.city.cases.deciding.states import State
from yinuo.city.cases.deciding.ways import Way
from yinuo.city.cases.deciding.who import Place, Unresolved, is_party, may_do
from yinuo.city.cases.projection import ways_of
from yinuo.city.pages.fieldwords import Asked, asked_field
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import may
from yinuo.city.people.units import Tree, UnknownUnit
from yinuo.engine.clauses.conditions import Test
from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.clauses.flow import FieldType, Step

UNKNOWN = Test(known=False)


@dataclass(frozen=True)
class Possible:
    """One act and its form."""

    activity: str
    step: str
    word: str
    fields: tuple[Asked, ...]
    error: str | None = None


def way_of(words: Words, case: Mapping[str, Any]) -> Way | None:
    """The flow of a case as it was on the day it was opened."""
    return ways_of(words.pack.digest).way(case["kind"], timezone.localdate(case["opened_at"]))


def possible(
    case: Mapping[str, Any], words: Words, *, actor: Actor | None, today: date, tried: Mapping[str, Any] | None = None
) -> tuple[Possible, ...]:
    """The acts of the flow's steps that are due and may be done by this person.

    `tried` is what a refused form held (`activity`, its values, `error`, `field`): it is shown again as it was.
    """
    way = way_of(words, case) if words.is_there else None
    if actor is None or way is None:
        return ()
    state = State(**json.loads(case["state"]))
    if not (is_party(actor, state) or may(actor, "case.act", scope=case["scope"])):
        return ()
    place = Place(lambda unit: _above(words.tree, unit), frozenset(case["scope"]))
    found: dict[str, Possible] = {}
    for step in way.flow.steps:
        if step.auto or (state.is_over and not is_after_end(step, way)):
            continue
        keys = [key for key in _keys(state, step, way, today) if _may(actor, step, state, place, key=key)]
        if not keys:
            continue
        if any(actor.id in state.doers.get(other, ()) for other in step.not_by):
            continue
        for activity in step.does:
            if activity not in found and activity != way.flow.opens:
                found[activity] = _form(activity, step, way, words, tried or {}, key=keys[0])
    return tuple(found.values())


def _keys(state: State, step: Step, way: Way, day: date) -> list[str]:
    """What the step can be done for now: the entries of its list still open, or just itself."""
    keys = [""] if step.each is None else keys_of(state, step) or [""]
    return [key for key in keys if is_due(state, step, way=way, day=day, key=key)]


def _form(
    activity: str, step: Step, way: Way, words: Words, tried: Mapping[str, Any], *, key: str = ""
) -> Possible:  # fmt: skip
    mine = tried if tried.get("activity") == activity else {}
    names = dict.fromkeys(
        [*step.ask, *([step.as_ or step.each] if step.each else []), *_not_without(activity, way, words)]
    )
    fields = tuple(
        asked_field(
            name, way.fields.get(name), words,
            value=str(mine.get("values", {}).get(name, key if step.each and name == (step.as_ or step.each) else "")),
            error=mine.get("error") if mine.get("field") == name else None,
        )
        for name in names
    )  # fmt: skip
    general = mine.get("error") if mine.get("field") not in names else None
    return Possible(activity, step.id, words.activity(activity), fields, general)


def _not_without(activity: str, way: Way, words: Words) -> Iterator[str]:
    """The fields without which a clause refuses the act, whatever else it says (a return gives its reason)."""
    for ruling in ways_of(words.pack.digest).guards.of_act(way.kind, activity, ends=False):
        for edition in ruling.editions:
            clause = edition.clause
            if edition.until is None and isinstance(clause, Constraint) and clause.rule == "absence":
                for event in clause.event:
                    tests = [] if event.where is None else list(event.where.tests())
                    if activity in event.activities and [test for _, test in tests] == [UNKNOWN]:
                        yield tests[0][0]


@dataclass(frozen=True)
class Answering:
    """How one offered hand-over is answered by this person: the forms, each with what names the offer."""

    forms: tuple[Possible, ...]
    named: Mapping[str, str]


def answers(row: Mapping[str, Any], words: Words, *, actor: Actor | None) -> Answering:
    """The acts that sign for an offer or return it, if this person may; first those that take it over.

    `row` is the case with `key` and `to_unit` of the offer. The command decides again.
    """
    way = way_of(words, row) if words.is_there else None
    if actor is None or way is None or not may(actor, "case.act", scope=row["scope"]):
        return Answering((), {})
    state, place = (
        State(**json.loads(row["state"])),
        Place(lambda unit: _above(words.tree, unit), frozenset(row["scope"])),
    )
    forms, named = [], {}
    for step in way.flow.steps:
        offers = [way.offers[one] for one in step.does if one in way.offers and one in way.offers[one].answers]
        if not offers or not may_do(actor, step, state, fields={offers[0].target: row["to_unit"]}, place=place):
            continue
        named = dict(zip(offers[0].keys, row["key"].split("\x1f"), strict=False))
        for activity in sorted(step.does, key=lambda one: one not in offers[0].takes):
            form = _form(activity, step, way, words, {})
            forms.append(replace(form, fields=tuple(field for field in form.fields if field.name not in named)))
    return Answering(tuple(forms), named)


def _may(actor: Actor, step: Step, state: State, place: Place, *, key: str) -> bool:
    fields = {step.as_ or step.each or "": key} if step.each and key else {}
    try:
        return may_do(actor, step, state, fields=fields, place=place)
    except Unresolved:
        return False


def _above(tree: Tree, unit: str) -> Collection[str]:
    try:
        return tree.ancestors(unit)
    except UnknownUnit:
        return ()


def types_of(words: Words, case: Mapping[str, Any]) -> Mapping[str, FieldType]:
    """The types of the fields of a case's kind."""
    way = way_of(words, case)
    return way.fields if way is not None else {}
