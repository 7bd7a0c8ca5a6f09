"""How well was reported in a month: by system and unit, the batches behind each line, the keys that are silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from django.utils import timezone

from yinuo.city.pages.listing import BadQuery, Filter, Sort, Spec, one_of
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import may, row_filter

ACTION = "reporting.read"
SILENT = timedelta(days=7)
"""A key in use that brings nothing for so long is silent."""
MONTHS = 12
TROUBLES = {"refused": "b.refused > 0", "late": "b.late > 0", "duplicate": "b.duplicate > 0"}


@dataclass(frozen=True, slots=True)
class Line:
    """What one system reported for one unit in a month. Shares are of `received`, the late share of what was stored."""

    actor: str
    name: str | None
    unit: str
    way: str
    sources: tuple[str, ...]
    batches: int
    last_at: datetime
    stored: int
    duplicate: int
    refused: int
    late: int

    @property
    def received(self) -> int:
        """Every row that came."""
        return self.stored + self.duplicate + self.refused

    @property
    def wrong(self) -> float | None:
        """The share refused."""
        return _share(self.refused, self.received)

    @property
    def twice(self) -> float | None:
        """The share known before."""
        return _share(self.duplicate, self.received)

    @property
    def tardy(self) -> float | None:
        """Of the rows stored the share that came late."""
        return _share(self.late, self.stored)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def bounds(month: date) -> tuple[datetime, datetime]:
    """A month from its first moment to the next one's, in the city's time."""
    following = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    zone = timezone.get_current_timezone()
    return datetime.combine(month.replace(day=1), time(), zone), datetime.combine(following, time(), zone)


def month_of(text: str) -> date:
    """The first day of a month written 2026-03. Raises BadQuery."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise BadQuery(text) from None
    if not 1900 <= found.year <= 2200:
        raise BadQuery(text)
    return found


def months(today: date) -> list[date]:
    """The months one can choose, the newest first."""
    found = [today.replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def lines(actor: Actor | None, month: date) -> list[Line]:
    """What was reported in a month within one's part of the tree, most to be mended first."""
    since, until = bounds(month)
    condition, given = row_filter(actor, ACTION, "b.scope")
    found = rows(__file__, "lines", {**given, "since": since, "until": until}, visible=condition)
    return [Line(**{**row, "sources": tuple(row["sources"] or ())}) for row in found]


def silent(actor: Actor | None, words: Words, now: datetime) -> list[dict[str, Any]]:
    """The keys in use, within one's part of the tree, that have brought nothing for SILENT."""
    found = rows(__file__, "silent", {"now": now, "since": now - SILENT})
    return [row for row in found if may(actor, ACTION, scope=words.tree.above(row["unit"]))]


def spec() -> Spec:
    """The list of batches."""
    return Spec(
        source="api_batch AS b LEFT JOIN people_token AS t ON b.actor = 'system:' || t.token LEFT JOIN people_person AS p ON p.person = b.actor",
        columns="b.at, b.actor, coalesce(t.name, p.name) AS name, b.source, b.unit, b.way, b.stored, b.duplicate, b.refused, b.late, b.reasons::text AS reasons",
        key="lpad(b.id::text, 19, '0')",
        filters=(
            Filter("month", "b.at >= (%(month)s::timestamptz[])[1] AND b.at < (%(month)s::timestamptz[])[2]", _month),
            Filter("actor", "b.actor = %(actor)s"),
            Filter("unit", "b.unit = %(unit)s"),
            Filter("way", "b.way = %(way)s", one_of(("api", "import"))),
            Filter("trouble", f"(CASE %(trouble)s {_cases()} END)", one_of(tuple(TROUBLES))),
        ),
        sorts={"at": Sort("b.at", "timestamptz"), "refused": Sort("b.refused", "integer"), "late": Sort("b.late", "integer")},
        default="-at",
    )  # fmt: skip


def _month(text: str) -> list[datetime]:
    return list(bounds(month_of(text)))


def _cases() -> str:
    return " ".join(f"WHEN '{name}' THEN {condition}" for name, condition in TROUBLES.items())


def reasons(row: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The codes of a batch's refusals, the most frequent first."""
    return sorted(orjson.loads(row["reasons"]).items(), key=lambda one: (-one[1], one[0]))
