"""Which cases somebody may open at a page, and the form of their first step. The command decides again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from yinuo.city.cases.deciding.states import State
from yinuo.city.cases.deciding.ways import Way
from yinuo.city.cases.deciding.who import Place, Unresolved, is_party, may_do
from yinuo.city.pages.fieldwords import Asked
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import may
from yinuo.city.registers.asking import wishes
from yinuo.city.registers.books import Book, books
from yinuo.city.registers.forms import control, named
from yinuo.city.registers.spelling import Speller
from yinuo.engine.clauses.flow import Step

PERSON = ("name", "phone", "identity")
"""Personal fields of the party: kept apart from the case, encrypted."""


def openable(words: Words, *, actor: Actor, today: date) -> list[Book]:
    """The books this person may write in."""
    found = books(words.pack.digest, today).values() if words.is_there else ()
    return [book for book in found if first_step(book.way, words, actor) is not None]


def may_open(words: Words, kind: str, *, actor: Actor, today: date) -> bool:
    """Whether this person may open a case of a kind at a page."""
    book = books(words.pack.digest, today).get(kind) if words.is_there else None
    return book is not None and first_step(book.way, words, actor) is not None


def first_step(way: Way, words: Words, actor: Actor) -> Step | None:
    """The step that opens a case of this kind, where this person may do it; a case no person opens has none."""
    step = next((one for one in way.flow.steps if way.flow.opens in one.does), None)
    if step is None or step.auto or not may(actor, "case.open"):
        return None
    tree = words.tree
    place = Place(tree.above, frozenset(tree.above(actor.unit)) or frozenset(tree.roots))
    try:
        return step if may_do(actor, step, State(""), fields={}, place=place) else None
    except Unresolved:
        return None


@dataclass(frozen=True)
class Tried:
    """What a form held when it was sent, and what was wrong with it."""

    given: Mapping[str, str]
    error: str = ""
    field: str = ""

    def told(self, name: str) -> str | None:
        """The sentence about a field, when it is this one that is wrong."""
        return self.error if self.error and name == self.field else None


def asked(book: Book, step: Step, speller: Speller, *, tried: Tried) -> list[Asked]:
    """The fields of the form: whose case it is, what is said of it, the party where there is one."""
    words, actor, given = speller.words, speller.actor, tried.given
    wanted = wishes(book, step, book.way.flow.opens)
    fields = [
        control(one, book, words, value=given.get(one.name, ""), error=tried.told(one.name), speller=speller)
        for one in wanted
        if not _is_party(book.way, one.name)
    ]
    if not is_party(actor, State("")):
        unit = given.get("unit", actor.unit or "")
        label = _("登记单位") if book.register is not None else _("主办单位")
        if "unit" not in named(fields):
            fields.append(
                Asked("unit", label, "choice", True, unit, error=tried.told("unit"), options=words.unit_choices(unit))
            )
    if any(_is_party(book.way, one.name) for one in wanted) or book.register is None:
        needed = any(_is_party(book.way, one.name) and one.is_needed for one in wanted)
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
