"""Lists of the API: the one row filter, what was asked for, and the page after a cursor (regression 21)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from yinuo.city.api.cursors import cursor_of, values_of
from yinuo.city.ledger.statements import sql
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import row_filter


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the cursor of the next; null after the last."""

    rows: list[dict[str, Any]]
    next: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One list: its statement, who sees which rows, its order and its filters."""

    statement: str
    action: str
    key: tuple[str, ...]
    """The columns the order is made of, as the rows name them."""
    after: str
    """The condition of the rows behind a cursor, whose values are k0, k1 …; empty texts stand for null."""
    kinds: tuple[type, ...]
    filters: Mapping[str, str] = field(default_factory=dict)
    """Parameter → condition."""


CASES = Listing(
    "cases", "case.read", ("opened_at", "case_id"), "(opened_at, case_id) < (%(k0)s::timestamptz, %(k1)s)", (datetime, str),
    {
        "kind": "kind = %(kind)s", "item": "item = %(item)s", "status": "status = %(status)s", "stage": "stage = %(stage)s",
        "unit": "scope && ARRAY[%(unit)s]", "receipt": "receipt = %(receipt)s", "q": "words @> %(q)s::text[]",
        "opened_since": "opened_at >= %(opened_since)s", "opened_before": "opened_at < %(opened_before)s",
        "changed_since": "changed_at >= %(changed_since)s",
    },
)  # fmt: skip
CLOCKS = Listing(
    "clocks", "case.read", ("case_id", "institution", "clause", "opener", "occurrence", "thread", "key"),
    "(case_id, institution, clause, opener, occurrence, coalesce(thread, ''), coalesce(key, '')) "
    "> (%(k0)s, %(k1)s, %(k2)s, %(k3)s, %(k4)s, %(k5)s, %(k6)s)",
    (str, str, str, str, int, str, str),
    {
        "case_id": "case_id = %(case_id)s", "kind": "kind = %(kind)s", "item": "item = %(item)s",
        "institution": "institution = %(institution)s", "clause": "clause = %(clause)s", "state": "state = %(state)s",
        "level": "level = %(level)s", "unit": "scope && ARRAY[%(unit)s]", "due_before": "due_at < %(due_before)s",
        "due_since": "due_at >= %(due_since)s",
    },
)  # fmt: skip
FINDINGS = Listing(
    "findings", "finding.read", ("raised_at", "card"),
    "raised_at <= %(k0)s::timestamptz AND (raised_at < %(k0)s::timestamptz OR card > %(k1)s)", (datetime, str),
    {
        "case_id": "case_id = %(case_id)s", "kind": "kind = %(kind)s", "item": "item = %(item)s",
        "institution": "institution = %(institution)s", "clause": "clause = %(clause)s", "level": "level = %(level)s",
        "status": "status = %(status)s", "unit": "scope && ARRAY[%(unit)s]", "raised_since": "raised_at >= %(raised_since)s",
        "raised_before": "raised_at < %(raised_before)s",
    },
)  # fmt: skip
INDICATORS = Listing(
    "indicators", "figures.read", ("institution", "clause", "period_start", "unit", "item", "by", "version"),
    "(institution, clause, coalesce(period_start, '-infinity'), coalesce(unit, ''), coalesce(item, ''), coalesce(by, ''), version) "
    "> (%(k0)s, %(k1)s, coalesce(nullif(%(k2)s, ''), '-infinity')::date, %(k3)s, %(k4)s, %(k5)s, %(k6)s)",
    (str, str, date, str, str, str, str),
    {
        "institution": "institution = %(institution)s", "clause": "clause = %(clause)s", "unit": "unit = %(unit)s",
        "item": "item = %(item)s", "since": "period_start >= %(since)s", "before": "period_start < %(before)s",
    },
)  # fmt: skip


def page(listing: Listing, asked: Mapping[str, Any], *, actor: Actor | None, limit: int, cursor: str | None) -> Page:
    """Rows the actor may see that were asked for, after the cursor. Raises Problem for a cursor of another list."""
    where, values = conditions(listing, asked, actor=actor)
    if cursor:
        keys = values_of(cursor, listing.statement, listing.kinds)
        where += f" AND ({listing.after})"
        values |= {f"k{number}": value for number, value in enumerate(keys)}
    found = rows(listing.statement, where, {**values, "limit": limit + 1})
    more = len(found) > limit
    found = found[:limit]
    return Page(found, cursor_of(listing.statement, _key(listing, found[-1])) if more else None)


def conditions(listing: Listing, asked: Mapping[str, Any], *, actor: Actor | None) -> tuple[str, dict[str, Any]]:
    """The condition of what the actor may see and what was asked for, with its values."""
    visible, values = row_filter(actor, listing.action)
    parts = [visible]
    for name, condition in listing.filters.items():
        if asked.get(name) not in (None, "", []):
            parts.append(condition)
            values[name] = asked[name]
    return " AND ".join(parts), values


def rows(statement: str, where: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a statement of `sql/` as mappings."""
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, statement).replace("/* where */", where), dict(values))
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _key(listing: Listing, row: Mapping[str, Any]) -> Sequence[Any]:
    values = []
    for name in listing.key:
        value = row[name]
        values.append(value.isoformat() if isinstance(value, (date, datetime)) else "" if value is None else value)
    return values
