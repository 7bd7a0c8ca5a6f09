"""Which cases somebody may open at a page, and the form of their first step. The command decides again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from yinuo.city.cases.deciding.states import State
from yinuo.city.cases.deciding.ways import Way
from yinuo.city.cases.deciding.who import Place, Unresolved, is_party, may_do
from yinuo.city.cases.projection import ways_of
from yinuo.city.pages.fieldwords import Asked, asked_field
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.units import Tree, UnknownUnit
from yinuo.engine.clauses.flow import Step

PERSON = ("name", "phone", "identity")
"""Personal fields of the party: kept apart from the case, encrypted."""


def openable(words: Words, *, actor: Actor, today: date) -> list[tuple[str, str]]:
    """The kinds this person may open, with their names."""
    if not words.is_there:
        return []
    ways = ways_of(words.pack.digest)
    found = [(kind, ways.way(kind, today)) for kind, _word in words.kinds()]
    return [(kind, words.kind(kind)) for kind, way in found if way and first_step(way, words, actor) is not None]


def first_step(way: Way, words: Words, actor: Actor) -> Step | None:
    """The step that opens a case of this kind, where this person may do it; a case no person opens has none."""
    step = next((one for one in way.flow.steps if way.flow.opens in one.does), None)
    if step is None or step.auto:
        return None
    tree = words.tree
    place = Place(lambda unit: _above(tree, unit), frozenset(_above(tree, actor.unit)) or frozenset(tree.roots))
    try:
        return step if may_do(actor, step, State(""), fields={}, place=place) else None
    except Unresolved:
        return None


def asked(
    way: Way, step: Step, words: Words, *, actor: Actor, given: Mapping[str, str], error: str = "", field: str = ""
) -> list[Asked]:
    """The fields of the form: whose case it is, what the step asks for, the party where there is one."""

    def told(name: str) -> str | None:
        return error if error and name == field else None

    fields = [
        asked_field(name, way.fields.get(name), words, value=given.get(name, ""), error=told(name))
        for name in step.ask
        if not _is_party(way, name)
    ]
    if not is_party(actor, State("")):
        options = [(span.unit, "　" * depth + words.unit(span.unit)) for depth, span in words.tree.walk() if depth < 3]
        unit = given.get("unit", actor.unit or "")
        fields.append(Asked("unit", _("主办单位"), "choice", True, unit, error=told("unit"), options=options))
    needed = any(_is_party(way, name) for name in step.ask)
    labels = {"name": _("姓名或名称"), "phone": _("电话"), "identity": _("证件号")}
    for name in PERSON:
        value = given.get(f"person.{name}", "")
        fields.append(Asked(f"person.{name}", labels[name], "text", needed and name == "name", value))
    return fields


def person_of(given: Mapping[str, str]) -> dict[str, str]:
    """The personal fields that were filled in."""
    found = {name: given.get(f"person.{name}", "").strip() for name in PERSON}
    return {name: text for name, text in found.items() if text}


def _is_party(way: Way, name: str) -> bool:
    return name in way.fields and way.fields[name].is_ == "party"


def _above(tree: Tree, unit: str | None) -> tuple[str, ...]:
    try:
        return tuple(tree.ancestors(unit)) if unit else ()
    except UnknownUnit:
        return ()
