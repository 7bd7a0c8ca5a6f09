"""The list of one book: its filters, its sorts, its columns, and what a row shows of its fields."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from yinuo.city.pages import caselisting
from yinuo.city.pages.listing import Filter, Sort, Spec, one_of
from yinuo.city.pages.showing import NOBODY, Called, called, shown
from yinuo.city.pages.spreadsheets import Column
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import may, reaching
from yinuo.city.people.units import Tree
from yinuo.city.registers.books import Book, Field
from yinuo.city.registers.tasks import mine, of_person

STATUS = ("open", "ended")
_PLAIN = re.compile(r"[a-z][a-z0-9_-]*")
COLUMNS = """c.case_id, c.receipt, c.title, c.kind, c.unit, c.status, c.opened_at, c.ended_at, c.holder_unit, c.scope, c.version,
c.fields::text AS said,
(SELECT min(k.due_at) FROM supervision_clock AS k WHERE k.case_id = c.case_id AND k.ended_at IS NULL) AS due_at,
ARRAY(SELECT DISTINCT t.step FROM cases_task AS t WHERE t.case_id = c.case_id AND t.state = 'due' ORDER BY t.step) AS steps,
ARRAY(SELECT DISTINCT f.level FROM supervision_finding AS f WHERE f.case_id = c.case_id AND f.status = 'open') AS levels"""
_OVERDUE = """EXISTS (SELECT FROM supervision_clock AS k WHERE k.case_id = c.case_id AND k.ended_at IS NULL AND k.state = 'overdue')"""
_STEP = "EXISTS (SELECT FROM cases_task AS t WHERE t.case_id = c.case_id AND t.state = 'due' AND t.step = %(step)s)"


def spec(book: Book, words: Words) -> Spec:
    """The list of a book. Beside what every case has it can be asked for one value of a declared field (`is_<field>`)."""
    own = tuple(_is(one, words) for one in book.fields if one.is_filter and _PLAIN.fullmatch(one.name))
    return Spec(
        source="cases_case AS c",
        columns=COLUMNS,
        key="c.case_id",
        filters=(
            Filter("status", "c.status = %(status)s", one_of(STATUS)),
            Filter("unit", "c.unit = ANY(%(unit)s)", within(words.tree)),
            Filter("step", f"c.status = 'open' AND {_STEP}", one_of(tuple(book.way.steps))),
            Filter("clock", f"c.status = 'open' AND {_OVERDUE}", one_of(("overdue",))),
            Filter("mine", f"c.status = 'open' AND {of_person()}", one_of(("1",))),
            *caselisting.FILTERS,
            *own,
        ),
        sorts={
            **caselisting.SORTS,
            **{f"by_{one.name}": _sort(one) for one in book.columns if one.access in ("public", "internal")},
        },
        default="-opened",
    )


def rows_of(
    book: Book, condition: tuple[str, Mapping[str, Any]], *, asker: Actor | None, words: Words
) -> tuple[str, Mapping[str, Any]]:
    """The row filter of a book: its kind and what the one row filter leaves; with who asks where the filter `mine` is set."""
    who = {} if asker is None else mine(asker, words.tree, book.ways)
    return f"c.kind = %(book)s AND ({condition[0]})", {**who, **condition[1], "book": book.kind}


def within(tree: Tree) -> Callable[[str], list[str]]:
    """How a filter reads a unit: as itself and all below it."""
    return lambda unit: list(tree.belonging(unit)) or [unit]


def _is(one: Field, words: Words) -> Filter:
    if one.type.is_.startswith("list:"):
        return Filter(f"is_{one.name}", f"c.fields -> '{one.name}' ? %(is_{one.name})s")
    if one.type.is_ == "unit":
        return Filter(f"is_{one.name}", f"c.fields ->> '{one.name}' = ANY(%(is_{one.name})s)", within(words.tree))
    return Filter(f"is_{one.name}", f"c.fields ->> '{one.name}' = %(is_{one.name})s")


def _sort(one: Field) -> Sort:
    if one.type.is_ in ("money", "number", "int", "year"):
        return Sort(f"coalesce((c.fields ->> '{one.name}')::numeric, -1e18)", "numeric")
    return Sort(f"coalesce(c.fields ->> '{one.name}', '')", "text")


class Reading:
    """What a reader sees of the fields of rows: by their access, with names looked up once for all of them."""

    def __init__(self, book: Book, words: Words, *, actor: Actor) -> None:
        self.book, self.words, self._actor = book, words, actor
        self._acting = set(reaching(actor, "case.act"))
        self._all = may(actor, "audit.read")

    def may_see(self, field: Field, scope: Collection[str]) -> bool:
        """Whether the reader may see a field of a thing of this scope: `handlers` are those who may act on it."""
        if field.access == "sealed":
            return False
        return field.access != "handlers" or self._all or not self._acting.isdisjoint(scope)

    def read(self, rows: Sequence[dict[str, Any]], fields: Sequence[Field]) -> None:
        """Put into each row `values` (as kept), `cells` (as shown) and `hidden` (what its reader may not see)."""
        for row in rows:
            said = json.loads(row["said"])
            row["values"] = {one.name: said.get(one.name) for one in fields if self.may_see(one, row["scope"])}
            row["hidden"] = [one.name for one in fields if one.name not in row["values"]]
        names = self._names(rows, fields)
        for row in rows:
            row["cells"] = {
                one.name: shown(row["values"].get(one.name), one.type, self.words, names=names) for one in fields
            }

    def _names(self, rows: Iterable[Mapping[str, Any]], fields: Sequence[Field]) -> Called:
        pointing = [one for one in fields if one.type.is_.removeprefix("list:") in ("person", "case", "file")]
        if not pointing:
            return NOBODY
        found = ((one.type, row["values"].get(one.name)) for row in rows for one in pointing)
        return called(found, actor=self._actor)


def columns(book: Book, words: Words) -> tuple[Column, ...]:
    """The columns of a file: receipt, every field, then where it stands. What may be imported again has the same heads."""
    own = tuple(Column(one.zh, _cell(one.name)) for one in book.fields if one.access != "sealed")
    return (
        Column(_("收件号"), lambda row: row["receipt"] or row["case_id"]),
        *own,
        Column(_("单位"), lambda row: words.unit(row["unit"])),
        Column(_("状态"), lambda row: words.state(row["status"])),
        Column(_("等办的环节"), lambda row: _("、").join(step_words(book, row["steps"], words))),
        Column(_("登记时间"), lambda row: row["opened_at"]),
        Column(_("最近到期"), lambda row: row["due_at"]),
        Column(_("办结时间"), lambda row: row["ended_at"]),
        Column(
            _("亮灯"), lambda row: _("、").join(getattr(words.level(one), "word", one) for one in row["levels"] or ())
        ),
    )


def _cell(name: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda row: row["cells"].get(name, "")


def step_words(book: Book, steps: Iterable[str], words: Words) -> list[str]:
    """What the open steps of a row are called."""
    known = book.way.steps
    return ["／".join(words.act(one) for one in known[step].does) for step in steps if step in known]
