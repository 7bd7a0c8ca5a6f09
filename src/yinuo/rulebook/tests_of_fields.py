"""Whether the tests of a condition fit the fields they read: names, types, choices, tables looked through."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from yinuo.engine.clauses.conditions import Condition, FieldValue, Listed, Test
from yinuo.engine.clauses.flow import FieldType
from yinuo.kernel.limits import Limit
from yinuo.rulebook.places import Path_
from yinuo.rulebook.refusals import suggest
from yinuo.rulebook.words import CASE_FACTS, CASE_FIELDS, Fields, Words

Wrong: TypeAlias = tuple[Path_, str, str]
"""Where inside the condition, what, and the remedy."""


class TestCheck:
    """The tests of one scope: the fields of a record and the tables they lead to."""

    __test__ = False

    def __init__(self, words: Words, fields: Fields) -> None:
        self.words = words
        self.fields = fields

    def resolve(self, name: str) -> FieldType | None:
        """The type of a field, or of a column behind one ("item.target"); null when there is none."""
        own, _, column = name.partition(".")
        type_ = self.fields.get(own)
        if type_ is None or not column:
            return type_
        table = self.words.table_of(type_)
        return self.words.tables.get(table or "", {}).get(column)

    def remedy(self, name: str) -> str:
        """What to do about an unknown field."""
        own, _, column = name.partition(".")
        type_ = self.fields.get(own)
        if type_ is None:
            return suggest(own, self.fields) or "declare it in the flow's fields"
        table = self.words.table_of(type_)
        if table is None:
            return f'"{own}" is of type {type_.is_} and leads to no table'
        if table not in self.words.tables:
            return f"declare [tables.{table}] in pack.toml with the column {column}"
        return suggest(column, self.words.tables[table]) or f"declare the column in [tables.{table}]"

    def check(self, condition: Condition) -> Iterator[Wrong]:
        """Everything wrong in a condition."""
        for name, test in condition.tests():
            if name.startswith("#"):
                if self.words.find_clause(name[1:], "") != "indicator":
                    yield (name,), f'there is no indicator "{name[1:]}"', ""
                continue
            type_ = self.resolve(name)
            if type_ is None:
                yield (name,), f'no kind of case here has a field "{name}"', self.remedy(name)
            else:
                yield from self._check_test(name, test, type_)

    def _check_test(self, name: str, test: Test, type_: FieldType) -> Iterator[Wrong]:
        if test.through is not None:
            yield from self._check_through(name, test.through, type_)
        if type_.is_.startswith("list:") and (test.equal or test.unequal or test.contains or _bounds(test)):
            yield (name,), f'"{name}" holds several values', "write { has = … } or { known = … }"
            return
        for value in (*(test.equal or ()), *(test.unequal or ()), *(test.has or ()), *_bounds(test)):
            if isinstance(value, FieldValue):
                if self.resolve(value.field) is None:
                    yield (name,), f'no kind of case here has a field "{value.field}"', self.remedy(value.field)
            elif wrong := misfit(value, type_):
                yield (name,), f"{name}: {value!r} is no {type_.is_.removeprefix('list:')}", wrong
        for look in (test.listed, test.unlisted):
            if look is not None:
                yield from self._check_listed(name, look)

    def _check_through(self, name: str, inner: Condition, type_: FieldType) -> Iterator[Wrong]:
        table = self.words.table_of(type_)
        if table is None:
            yield (name,), f'"{name}" is of type {type_.is_} and leads to no table', "tests are min, max, known, not …"
        elif table not in self.words.tables:
            yield (name,), f'"{name}" leads to the table {table}, which is not declared', f"add [tables.{table}]"
        else:
            for path, message, remedy in TestCheck(self.words, self.words.tables[table]).check(inner):
                yield (name, *path), message.replace("no kind of case here", f"the table {table}"), remedy

    def _check_listed(self, name: str, look: Listed) -> Iterator[Wrong]:
        kind = look.table.removeprefix("case:")
        if kind != look.table and kind in self.words.kinds:
            columns: Fields = {**CASE_FIELDS, **self.words.kinds[kind], **CASE_FACTS}
        elif look.table in self.words.tables:
            columns = self.words.tables[look.table]
        else:
            yield (name,), f'there is no table "{look.table}"', suggest(look.table, self.words.tables)
            return
        for column, own in look.on:
            if column not in columns:
                yield (name,), f'the table {look.table} has no column "{column}"', suggest(column, columns)
            if self.resolve(own) is None:
                yield (name,), f'no kind of case here has a field "{own}"', self.remedy(own)
        if look.where is not None:
            for path, message, remedy in TestCheck(self.words, columns).check(look.where):
                yield (name, *path), message.replace("no kind of case here", f"the table {look.table}"), remedy
        if look.as_of is not None and look.as_of not in self.words.activities:
            yield (name,), f'as_of names no activity: "{look.as_of}"', suggest(look.as_of, self.words.activities)


def _bounds(test: Test) -> list[object]:
    return [one for one in (test.same_as, test.min, test.max, test.above, test.below) if one is not None]


def misfit(value: object, type_: FieldType) -> str:
    """Why a value cannot be one of a field of this type; empty when it can. A list holds values of a "list:" field."""
    word = type_.is_.removeprefix("list:")
    if isinstance(value, list):
        if word == type_.is_:
            return "the field holds one value"
        return next((wrong for wrong in (misfit(one, type_) for one in value) if wrong), "")
    if type_.of and value not in type_.of:
        return suggest(str(value), [str(one) for one in type_.of]) or "name one of the field's choices"
    if word == "limit":
        return _limit_misfit(value)
    if word == "any" or (type_.of and value in type_.of):
        return ""
    python, remedy = _PYTHON.get(word, (str, "write text in quotes"))
    fits = isinstance(value, python) and (isinstance(value, bool) == (word == "bool"))
    return "" if fits else remedy


_NUMBER: tuple[Any, str] = (int | Decimal, "write a number")
_DATE: tuple[Any, str] = (date, "write a date without quotes: 2026-03-02")
_PYTHON: dict[str, tuple[Any, str]] = {
    "number": _NUMBER, "money": _NUMBER, "int": _NUMBER, "year": _NUMBER,
    "bool": (bool, "write true or false"), "date": _DATE, "moment": _DATE,
}  # fmt: skip


def _limit_misfit(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return ""
    try:
        Limit.parse(str(value))
    except ValueError as error:
        return str(error)
    return ""
