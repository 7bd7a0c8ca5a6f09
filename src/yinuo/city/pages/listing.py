"""Lists: filtered, sorted, paged by cursor, counted and exported by one and the same condition."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.http import urlencode

from yinuo.city.pages.statements import select

PAGE = 50
COUNTED = 1_000
"""Beyond that many a list says “1,000+”: nobody reads the exact number, and counting a million takes time."""
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
    walked: Mapping[str, str] = field(default_factory=dict)
    """For a sort: a FROM clause with the key and what is filtered and sorted by, which an index gives in ascending order.

    It is asked for the keys of a page when rows are many; rows that come last in this order may be missing from it.
    """
    whole: frozenset[str] = frozenset()
    """Filters that leave none of the rows missing from `walked`."""


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
    where: str
    parameters: Mapping[str, Any]
    rows: list[dict[str, Any]] = field(default_factory=list)
    total: int = 0
    next: str | None = None
    first: str | None = None

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
        name, is_down = _direction(self.spec, self.asked.get("sort", ""))
        here = name == key
        turned = key if here and is_down else f"-{key}" if here else key
        return Sorted(self.link(sort=turned), ("descending" if is_down else "ascending") if here else None)


def listed(spec: Spec, *, path: str, asked: Mapping[str, str], row_filter: tuple[str, Mapping[str, Any]]) -> Listing:
    """One page of the rows the filters and the one row filter leave. Raises BadQuery."""
    found = prepared(spec, path=path, asked=asked, row_filter=row_filter)
    name, is_down = _direction(spec, asked.get("sort", ""))
    walked = "" if is_down else spec.walked.get(name, "")
    is_whole = bool(walked) and any(asked.get(one) for one in spec.whole)
    keys = _keys(found, walked) if walked else []
    if len(keys) <= spec.most and not is_whole:
        walked, keys = "", _keys(found, spec.source)
    found.total = len(keys)
    sort, way = spec.sorts[name], "DESC" if is_down else "ASC"
    parameters, after = {**found.parameters, "keys": keys}, ""
    if asked.get("after"):
        parameters["after_value"], parameters["after_key"] = _cursor(asked["after"])
        after = f" AND ({sort.sql}, {spec.key}) {'<' if is_down else '>'} (%(after_value)s::{sort.type}, %(after_key)s)"
        found.first = found.link()
    order = f"ORDER BY {sort.sql} {way}, {spec.key} {way} LIMIT {PAGE + 1}"

    def read(keys: str) -> list[dict[str, Any]]:
        columns = f"{spec.columns}, ({sort.sql})::text AS cursor_value, {spec.key} AS cursor_key"
        return select(f"SELECT {columns} FROM {spec.source} WHERE {spec.key} = ANY({keys}){after} {order}", parameters)

    def walk(source: str) -> list[dict[str, Any]]:
        return read(f"ARRAY(SELECT {spec.key} FROM {source} WHERE {found.where}{after} {order})")

    rows: list[dict[str, Any]] = []
    if not found.is_more:
        rows = read("%(keys)s")
    elif walked:
        rows = walk(walked)
    if found.is_more and len(rows) <= PAGE and not is_whole:
        rows = walk(spec.source)
    found.rows = rows[:PAGE]
    if len(rows) > PAGE:
        last = found.rows[-1]
        found.next = f"{found.link()}{'&' if '?' in found.link() else '?'}after={_packed(last['cursor_value'], last['cursor_key'])}"
    return found


def _keys(found: Listing, source: str) -> list[str]:
    """The keys of all rows in no order, when they are few; of one more than are counted when they are not.

    A list of few rows is made from their keys, however far apart they lie in its order; one of many is walked in its
    order, whose next page is then never far.
    """
    text = f"SELECT {found.spec.key} AS key FROM {source} WHERE {found.where} LIMIT {found.spec.most + 1}"
    return [row["key"] for row in select(text, found.parameters)]


def prepared(spec: Spec, *, path: str, asked: Mapping[str, str], row_filter: tuple[str, Mapping[str, Any]]) -> Listing:
    """The list's condition without its rows. Raises BadQuery."""
    condition, parameters = row_filter[0], dict(row_filter[1])
    parts = [f"({condition})"]
    for one in spec.filters:
        given = asked.get(one.name, "").strip()
        if given:
            parameters[one.name] = one.read(given)
            parts.append(f"({one.sql})")
    return Listing(spec, path, asked, " AND ".join(parts), parameters)


def exported(found: Listing) -> Iterator[dict[str, Any]]:
    """Every row of a list in its order, at most EXPORTED, read in portions."""
    name, is_down = _direction(found.spec, found.asked.get("sort", ""))
    way = "DESC" if is_down else "ASC"
    order = f"{found.spec.sorts[name].sql} {way}, {found.spec.key} {way}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {found.spec.columns} FROM {found.spec.source} WHERE {found.where} ORDER BY {order} LIMIT {EXPORTED}",
            dict(found.parameters),
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


def _direction(spec: Spec, asked: str) -> tuple[str, bool]:
    wanted = asked if asked.lstrip("-") in spec.sorts else spec.default
    return wanted.lstrip("-"), wanted.startswith("-")


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
