"""Lists: filtered, sorted, paged by cursor, counted and exported by one and the same condition."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.utils.http import urlencode

from yinuo.city.pages.statements import select

PAGE = 50
COUNTED = 1_000
"""Beyond that many a list says “1,000+”: nobody reads the exact number, and counting a million takes time."""
REMEMBERED = 60
"""Seconds for which a process remembers of a list that it has more rows than are counted."""
EXPORTED = 100_000
"""Most rows of one export."""


class BadQuery(Exception):
    """A filter in the address makes no sense; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Sort:
    """A column one can sort by. `sql` never is null (COALESCE), so that a cursor can stand on it; `type` is its PostgreSQL type."""

    sql: str
    type: str


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of the address: the condition, with its value as `%(<name>)s`; `read` makes the value or refuses it."""

    name: str
    sql: str
    read: Callable[[str], Any] = str


@dataclass(frozen=True, slots=True)
class Walk:
    """A way through a list in its own order that stops as soon as a page is full: an index gives the order.

    `source` is a FROM clause over the rows that `filters` leave; `sort` and `key` are the list's, as the index has them.
    """

    source: str
    sort: str
    key: str
    filters: Mapping[str, str] = field(default_factory=dict)
    """Conditions asked otherwise here than where rows are looked up; "TRUE" where `source` holds to it already."""
    counts: bool = True
    """Whether the rows are counted on this way too; else they are looked up for it."""
    is_whole: bool = True
    """False when rows that come last in the order are missing here: these are found where the list is made from."""


@dataclass(frozen=True)
class Spec:
    """What a list is made of: a FROM clause, its columns, what it can be filtered and sorted by, its unique key."""

    source: str
    columns: str
    key: str
    filters: tuple[Filter, ...]
    sorts: Mapping[str, Sort]
    default: str
    """The sort when none is asked for; `-` in front = descending."""
    most: int = COUNTED
    """The list counts no further."""
    walk: Callable[[Listing], Walk | None] | None = None
    """The way through more rows than are counted, for what is asked by whom and its sort."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """The head of a column: where a click leads, and the direction it is sorted in now."""

    address: str
    direction: str | None


@dataclass
class Listing:
    """One page of a list, with the addresses that lead on from it."""

    spec: Spec
    path: str
    asked: Mapping[str, str]
    conditions: Mapping[str, str]
    """Of the filters that are asked, by name; the one row filter is without a name."""
    parameters: dict[str, Any]
    rows: list[dict[str, Any]] = field(default_factory=list)
    total: int = 0
    next: str | None = None
    first: str | None = None

    @property
    def sort(self) -> str:
        """What it is sorted by; `-` in front = descending."""
        wanted = self.asked.get("sort", "")
        return wanted if wanted.lstrip("-") in self.spec.sorts else self.spec.default

    @property
    def here(self) -> Walk:
        """The list as it is made, in its order."""
        return Walk(self.spec.source, self.spec.sorts[self.sort.lstrip("-")].sql, self.spec.key, counts=False)

    @property
    def is_filtered(self) -> bool:
        """Whether any filter is set."""
        return any(self.asked.get(one.name) for one in self.spec.filters)

    @property
    def is_more(self) -> bool:
        """Whether there are more than were counted."""
        return self.total > self.spec.most

    @property
    def counted(self) -> int:
        """How many rows there are, or as many as were counted when there are more."""
        return min(self.total, self.spec.most)

    def chosen(self, name: str) -> str:
        """What the address says of a filter."""
        return self.asked.get(name, "")

    def link(self, **changes: str | None) -> str:
        """The same list with other filters, from its beginning."""
        kept = {**{name: value for name, value in self.asked.items() if name != "after"}, **changes}
        left = {name: value for name, value in kept.items() if value}
        return f"{self.path}?{urlencode(left)}" if left else self.path

    def export(self, form: str) -> str:
        """The address of the export of exactly these rows."""
        asked = {name: value for name, value in self.asked.items() if value and name != "after"}
        return f"{self.path}.{form}" + (f"?{urlencode(asked)}" if asked else "")

    def sorted_by(self, key: str) -> Sorted | None:
        """The head of a column; None when one cannot sort by it."""
        if key not in self.spec.sorts:
            return None
        is_down, here = self.sort.startswith("-"), self.sort.lstrip("-") == key
        turned = key if here and is_down else f"-{key}" if here else key
        return Sorted(self.link(sort=turned), ("descending" if is_down else "ascending") if here else None)


def listed(spec: Spec, *, path: str, asked: Mapping[str, str], row_filter: tuple[str, Mapping[str, Any]]) -> Listing:
    """One page of the rows the filters and the one row filter leave. Raises BadQuery."""
    found = prepared(spec, path=path, asked=asked, row_filter=row_filter)
    cursor = asked.get("after")
    if cursor:
        found.parameters["after_value"], found.parameters["after_key"] = _cursor(cursor)
        found.first = found.link()
    walk = (spec.walk(found) if spec.walk else None) or found.here
    memory = "" if walk.counts else _memory(found)
    is_long = bool(memory and cache.get(memory))
    keys, walk = ([], walk) if is_long else _counted(found, walk)
    found.total = spec.most + 1 if is_long else len(keys)
    if not found.is_more:
        rows = _rows(found, keys)
    elif walk.counts and not cursor and spec.most >= PAGE:
        rows = _rows(found, keys[: PAGE + 1])
    else:
        rows = _rows(found, walk)
    if found.is_more and len(rows) <= PAGE and not walk.is_whole:
        rows = _rows(found, found.here)
    if is_long and not cursor and len(rows) <= PAGE:
        cache.delete(memory)
        return listed(spec, path=path, asked=asked, row_filter=row_filter)
    if found.is_more and memory:
        cache.add(memory, True, REMEMBERED)
    found.rows = rows[:PAGE]
    if len(rows) > PAGE:
        last = found.rows[-1]
        found.next = f"{found.link()}{'&' if '?' in found.link() else '?'}after={_packed(last['cursor_value'], last['cursor_key'])}"
    return found


def _memory(found: Listing) -> str:
    """Where it is remembered that there are more rows than are counted: paging through a long search does not count it again."""
    asked = {name: value for name, value in found.parameters.items() if name not in ("after_value", "after_key")}
    told = repr((found.spec.source, found.spec.most, found.conditions, asked))
    return f"list.{hashlib.blake2b(told.encode(), digest_size=16).hexdigest()}"


def _counted(found: Listing, walk: Walk) -> tuple[list[str], Walk]:
    """The keys of all rows when they are few, of one more than are counted when they are not; and the way through these.

    A list of few rows is made from their keys, however far apart they lie in its order; one of many is walked in its
    order, whose next page is then never far.
    """
    some = f"LIMIT {found.spec.most + 1}"
    if walk.counts:
        keys = _keys(found, walk, f"{_order(found, walk)} {some}")
        if walk.is_whole or len(keys) > found.spec.most:
            return keys, walk
        walk = found.here
    return _keys(found, found.here, some), walk


def _keys(found: Listing, walk: Walk, rest: str) -> list[str]:
    return [row["key"] for row in select(f"SELECT {walk.key} AS key {_matching(found, walk)} {rest}", found.parameters)]


def _rows(found: Listing, by: Sequence[str] | Walk) -> list[dict[str, Any]]:
    """The rows of a page in their order: of these keys, or of those a way comes to first after the cursor."""
    here = found.here
    keys, rest = "%(keys)s", f"{_after(found, here)} {_order(found, here)} LIMIT {PAGE + 1}"
    if isinstance(by, Walk):
        keys = f"ARRAY(SELECT {by.key} {_matching(found, by)}{_after(found, by)} {_order(found, by)} LIMIT {PAGE + 1})"
    columns = f"{found.spec.columns}, ({here.sort})::text AS cursor_value, {here.key} AS cursor_key"
    text = f"SELECT {columns} FROM {here.source} WHERE {here.key} = ANY({keys}){rest}"
    return select(text, {**found.parameters, "keys": None if isinstance(by, Walk) else by})


def _matching(found: Listing, walk: Walk) -> str:
    """The FROM and WHERE of a way: what the filters and the one row filter leave."""
    parts = [walk.filters.get(name, condition) for name, condition in found.conditions.items()]
    return f"FROM {walk.source} WHERE {' AND '.join(f'({part})' for part in parts)}"


def _order(found: Listing, walk: Walk) -> str:
    way = "DESC" if found.sort.startswith("-") else "ASC"
    return f"ORDER BY {walk.sort} {way}, {walk.key} {way}"


def _after(found: Listing, walk: Walk) -> str:
    """The condition that a row comes after the cursor; nothing on the first page."""
    if "after_key" not in found.parameters:
        return ""
    value = f"%(after_value)s::{found.spec.sorts[found.sort.lstrip('-')].type}"
    return f" AND ({walk.sort}, {walk.key}) {'<' if found.sort.startswith('-') else '>'} ({value}, %(after_key)s)"


def prepared(spec: Spec, *, path: str, asked: Mapping[str, str], row_filter: tuple[str, Mapping[str, Any]]) -> Listing:
    """The list's conditions without its rows. Raises BadQuery."""
    conditions, parameters = {"": row_filter[0]}, dict(row_filter[1])
    for one in spec.filters:
        given = asked.get(one.name, "").strip()
        if given:
            parameters[one.name] = one.read(given)
            conditions[one.name] = one.sql
    return Listing(spec, path, asked, conditions, parameters)


def exported(found: Listing) -> Iterator[dict[str, Any]]:
    """Every row of a list in its order, at most EXPORTED, read in portions."""
    here = found.here
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {found.spec.columns} {_matching(found, here)} {_order(found, here)} LIMIT {EXPORTED}",
            found.parameters,
        )
        names = [column.name for column in cursor.description]
        while portion := cursor.fetchmany(2000):
            for row in portion:
                yield dict(zip(names, row, strict=True))


def day(text: str) -> date:
    """A day of the address. Raises BadQuery."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadQuery(text) from None


def moment(text: str) -> datetime:
    """A moment of the address. Raises BadQuery."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise BadQuery(text) from None


def one_of(values: Sequence[str]) -> Callable[[str], str]:
    """A reader that takes only these words. It raises BadQuery."""

    def read(text: str) -> str:
        if text not in values:
            raise BadQuery(text)
        return text

    return read


def _packed(value: str, key: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([value, key]).encode()).decode().rstrip("=")


def _cursor(text: str) -> tuple[str, str]:
    try:
        value, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        raise BadQuery(text) from None
    if not isinstance(value, str) or not isinstance(key, str):
        raise BadQuery(text)
    return value, key
