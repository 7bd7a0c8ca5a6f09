"""Every kind of case of the text in force as a book one can work in: its fields, who reads them, what is shown in a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from yinuo.city.cases.deciding.ways import Way, Ways
from yinuo.city.cases.projection import ways_of
from yinuo.city.pages.fieldwords import LONG, field_word
from yinuo.engine.clauses.flow import FieldType
from yinuo.engine.clauses.register import Access, Register, RegisterField
from yinuo.engine.rules import Rules, Ruling

COLUMNS = 6
"""Fields a list shows beside those every case has; the file has all."""


@dataclass(frozen=True)
class Field:
    """A field as its text declares it."""

    name: str
    type: FieldType
    access: Access = "internal"
    is_long: bool = False
    book: str | None = None
    """The register whose entry it names."""

    @property
    def word(self) -> str:
        """What it is called in the reader's language."""
        return field_word(self.name, self.type)

    @property
    def zh(self) -> str:
        """What it is called in files, whatever the reader's language."""
        return self.type.zh or field_word(self.name)

    @property
    def is_short(self) -> bool:
        """Whether it is told in a list: no long text, no party, nothing sealed, no files."""
        return not self.is_long and self.access != "sealed" and self.type.is_ not in ("party", "file", "list:file")

    @property
    def is_filter(self) -> bool:
        """Whether a list can be asked for one value of it."""
        is_told = self.access in ("public", "internal")
        return is_told and (self.type.is_ in ("choice", "unit", "bool", "list:choice") or bool(self.type.of))


@dataclass(frozen=True, eq=False)
class Book:
    """One kind of case: an institution's `flow`, or its `register` whose entries are cases."""

    kind: str
    institution: str
    way: Way
    register: Register | None
    fields: tuple[Field, ...]
    ways: Ways
    day: date
    """The day whose text it is of."""

    @property
    def rules(self) -> Rules:
        """The text it is of."""
        return self.ways.pack.rules

    @property
    def name(self) -> str:
        """What it is called in the reader's language."""
        return self.way.name

    @property
    def key(self) -> tuple[str, ...]:
        """The fields that tell its entries apart; none for a flow."""
        return () if self.register is None else self.register.key

    @property
    def key_words(self) -> list[str]:
        """What the fields of the key are called."""
        return [self.by_name[name].word for name in self.key]

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by name."""
        return {one.name: one for one in self.fields}

    @cached_property
    def columns(self) -> tuple[Field, ...]:
        """What the list shows: its `board`, else the key and the other short fields in their order."""
        named = self.way.flow.board.get("columns")
        if named:
            return tuple(self.by_name[name] for name in named if name in self.by_name)
        short = [one for one in self.fields if one.is_short and one.name not in self.written_off_by]
        first = (*self.key, *(name for step in self.way.by_activity.get(self.way.flow.opens, ()) for name in step.ask))
        found = dict.fromkeys([*(one for name in first for one in short if one.name == name), *short])
        return tuple(found)[:COLUMNS]

    @cached_property
    def written_off_by(self) -> frozenset[str]:
        """Fields said only when an entry is prolonged, written off or struck."""
        one = self.register
        if one is None:
            return frozenset()
        later = [*(one.close.needs if one.close else ()), *(one.strike.needs if one.strike else ())]
        if one.extend is not None:
            later += [*one.extend.needs, *([one.extend.to] if one.extend.to else [])]
        sooner = {name for name, own in one.fields.items() if own.required}
        for when in (*(filled.where for filled in one.while_), *(refusal.when for refusal in one.refuse)):
            sooner |= when.fields()
        if one.publish is not None:
            sooner |= set(one.publish.fields) | (one.publish.where.fields() if one.publish.where else set())
        return frozenset(name for name in later if name not in sooner)


@lru_cache(maxsize=8)
def books(digest: str, day: date) -> Mapping[str, Book]:
    """The books of an installed text on a local day, by kind, in the order of the text."""
    ways = ways_of(digest)
    rules = ways.pack.rules
    registers = {ruling.name: ruling for ruling in rules.of_kind("register")}
    found = {}
    for ruling in rules.of_kind("flow"):
        way = ways.way(ruling.id, day)
        if way is not None:
            found[ruling.id] = _book(ruling, way, registers.get(ruling.id), ways, day=day)
    return found


def _book(ruling: Ruling, way: Way, register: Ruling | None, ways: Ways, *, day: date) -> Book:
    clause = None if register is None else _register(register, day)
    home = ruling.institution
    if clause is None:
        fields = tuple(
            Field(name, type_, "sealed" if type_.sealed else "internal", name in LONG)
            for name, type_ in way.flow.fields.items()
        )
        return Book(ruling.id, home, way, None, fields, ways, day)
    fields = tuple(
        _declared(name, type_, clause.fields.get(name), clause.private) for name, type_ in way.flow.fields.items()
    )
    return Book(ruling.id, home, way, clause, fields, ways, day)


def _register(ruling: Ruling, day: date) -> Register | None:
    clause = ruling.about(day).clause
    return clause if isinstance(clause, Register) else None


def _declared(name: str, type_: FieldType, own: RegisterField | None, private: Access) -> Field:
    if own is None:
        return Field(name, type_, "internal")
    access: Access = "sealed" if type_.sealed else own.private or private
    return Field(name, type_, access, own.is_ == "long" or name in LONG, own.book)
