"""What this person can do to a case now, by its flow: the forms its page offers. The command decides again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from yinuo.city.cases.consult import as_it_stands
from yinuo.city.cases.deciding.decide import is_after_end
from yinuo.city.cases.deciding.readiness import is_due, keys_of
from yinuo.city.cases.deciding.states import State, given_to
from yinuo.city.cases.deciding.ways import Way
from yinuo.city.cases.deciding.who import Place, Unresolved, is_party, may_do
from yinuo.city.cases.logs import Line
from yinuo.city.cases.projection import ways_of
from yinuo.city.pages.fieldwords import Asked
from yinuo.city.pages.showing import called
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import may
from yinuo.city.registers.asking import FILES, wishes
from yinuo.city.registers.books import Book, books
from yinuo.city.registers.forms import control, named
from yinuo.city.registers.spelling import Speller, written
from yinuo.engine.clauses.flow import FieldType, Step


@dataclass(frozen=True)
class Possible:
    """One act and its form."""

    activity: str
    step: str
    word: str
    fields: tuple[Asked, ...]
    error: str | None = None


def book_of(words: Words, case: Mapping[str, Any]) -> Book | None:
    """The book of a case as it was on the day it was opened; null when the text in force knows no such kind."""
    return books(words.pack.digest, timezone.localdate(case["opened_at"])).get(case["kind"]) if words.is_there else None


def way_of(words: Words, case: Mapping[str, Any]) -> Way | None:
    """The flow of a case as it was on the day it was opened."""
    book = book_of(words, case)
    return None if book is None else book.way


def done_elsewhere(words: Words) -> frozenset[str]:
    """What a command of its own does and no form of a case: what moves a limit (catalogue.running)."""
    return ways_of(words.pack.digest).moving


def possible(
    case: Mapping[str, Any], words: Words, *, actor: Actor | None, now: datetime, tried: Mapping[str, Any] | None = None,
    speller: Speller | None = None, lines: Sequence[Line] | None = None,
) -> tuple[Possible, ...]:  # fmt: skip
    """The acts of the flow's steps that are due and may be done by this person.

    `tried` is what a refused form held (`activity`, its values, `error`, `field`): it is shown again as it was. With a
    speller the forms offer the persons and entries one may choose from. `lines` is the case's history where it is known
    without reading it.
    """
    book = book_of(words, case)
    if actor is None or book is None:
        return ()
    way, state = book.way, State(**json.loads(case["state"]))
    state = as_it_stands(state, ways_of(words.pack.digest), at=now, lines=lines)
    today = timezone.localdate(now)
    if not (is_party(actor, state) or may(actor, "case.act", scope=case["scope"])):
        return ()
    place = Place(words.tree.above, frozenset(case["scope"]))
    found: dict[str, Possible] = {}
    left_out = {way.flow.opens, *done_elsewhere(words)}
    for step in way.flow.steps:
        if step.auto or (state.is_over and not is_after_end(step, way)):
            continue
        keys = [key for key in _keys(state, step, way, today) if _is_theirs(actor, step, state, place, key=key)]
        if not keys:
            continue
        if any(actor.id in state.doers.get(other, ()) for other in step.not_by):
            continue
        for activity in step.does:
            if activity not in found and activity not in left_out:
                found[activity] = _form(activity, step, book, state, _Filling(words, tried or {}, speller, keys[0]))
    return tuple(found.values())


def _is_theirs(actor: Actor, step: Step, state: State, place: Place, *, key: str) -> bool:
    """Whether a step is this person's: given to them, or theirs by the flow and given to nobody. It is given on while due."""
    given = given_to(state, step, key)
    if given is not None:
        return actor.id == given[0]
    about = step.gives or step.returns
    if about is not None:
        is_given = key in state.done.get(f"{about}-given", {})
        is_due = state.tasks.get(about, {}).get(key, ("",))[0] == "due"
        if not is_due or is_given != (step.returns is not None):
            return False
    return _may(actor, step, state, place, key=key)


def _keys(state: State, step: Step, way: Way, day: date) -> list[str]:
    """What the step can be done for now: the entries of its list still open, or just itself."""
    keys = [""] if step.each is None else keys_of(state, step) or [""]
    return [key for key in keys if is_due(state, step, way=way, day=day, key=key)]


@dataclass(frozen=True)
class _Filling:
    """How a form is filled in: in whose words, with what was tried, what may be chosen from, for which entry of a list."""

    words: Words
    tried: Mapping[str, Any]
    speller: Speller | None = None
    key: str = ""


def _form(activity: str, step: Step, book: Book, state: State, how: _Filling) -> Possible:
    """The form of an act, with what the case holds already where it is said again."""
    mine = how.tried if how.tried.get("activity") == activity else {}
    held = _held(activity, step, book, state, how)
    fields = []
    for wish in wishes(book, step, activity):
        if wish.name == FILES and how.speller is None:
            continue
        value = mine["values"].get(wish.name, "") if mine else held.get(wish.name, "")
        error = mine.get("error") if mine.get("field") == wish.name else None
        was_said = step.id in state.done and activity != step.does[0] and wish.name in state.fields
        wanted = replace(wish, is_needed=wish.is_needed and not was_said)
        fields.append(control(wanted, book, how.words, value=str(value), error=error, speller=how.speller))
    general = mine.get("error") if mine.get("field") not in named(fields) else None
    return Possible(activity, step.id, how.words.act(activity), tuple(fields), general)


def _held(activity: str, step: Step, book: Book, state: State, how: _Filling) -> dict[str, str]:
    """What stands in the form before anybody writes: the entry of a list; of a register what its entry holds."""
    held: dict[str, str] = {}
    if book.register is not None or (step.id in state.done and activity != step.does[0]):
        asked = [wish.name for wish in wishes(book, step, activity) if wish.name != FILES]
        known = {name: state.fields.get(name) for name in asked}
        types = book.way.fields
        who = None if how.speller is None else how.speller.actor
        names = called(((types.get(name), value) for name, value in known.items()), actor=who)
        held = {
            name: written(value, types.get(name), how.words, names=names)
            for name, value in known.items()
            if value is not None
        }
    return {**held, step.as_ or step.each: how.key} if step.each else held


@dataclass(frozen=True)
class Answering:
    """How one offered hand-over is answered by this person: the forms, each with what names the offer."""

    forms: tuple[Possible, ...]
    named: Mapping[str, str]


def answers(row: Mapping[str, Any], words: Words, *, actor: Actor | None) -> Answering:
    """The acts that sign for an offer or return it, if this person may; first those that take it over.

    `row` is the case with `key` and `to_unit` of the offer. The command decides again.
    """
    book = book_of(words, row)
    if actor is None or book is None or not may(actor, "case.act", scope=row["scope"]):
        return Answering((), {})
    way = book.way
    state, place = (
        State(**json.loads(row["state"])),
        Place(words.tree.above, frozenset(row["scope"])),
    )
    forms, named = [], {}
    for step in way.flow.steps:
        offers = [way.offers[one] for one in step.does if one in way.offers and one in way.offers[one].answers]
        if not offers or not may_do(actor, step, state, fields={offers[0].target: row["to_unit"]}, place=place):
            continue
        named = dict(zip(offers[0].keys, row["key"].split("\x1f"), strict=False))
        for activity in sorted(step.does, key=lambda one: one not in offers[0].takes):
            form = _form(activity, step, book, state, _Filling(words, {}))
            forms.append(replace(form, fields=tuple(field for field in form.fields if field.name not in named)))
    return Answering(tuple(forms), named)


def _may(actor: Actor, step: Step, state: State, place: Place, *, key: str) -> bool:
    fields = {step.as_ or step.each or "": key} if step.each and key else {}
    try:
        return may_do(actor, step, state, fields=fields, place=place)
    except Unresolved:
        return False


def types_of(words: Words, case: Mapping[str, Any]) -> Mapping[str, FieldType]:
    """The types of the fields of a case's kind."""
    way = way_of(words, case)
    return way.fields if way is not None else {}
