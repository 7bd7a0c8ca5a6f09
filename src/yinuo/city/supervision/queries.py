"""Reading what was said: lights, cards, the clocks of a case, the share kept in time, sentences with names for ids."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from django.db import connection

from yinuo.city.cases.kept import table_now
from yinuo.city.ledger.statements import sql
from yinuo.city.people import units
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import row_filter
from yinuo.city.supervision.cards import Card
from yinuo.city.supervision.desk import Desk
from yinuo.city.supervision.models import Revision
from yinuo.city.supervision.store import run
from yinuo.engine.clauses.common import Clause
from yinuo.engine.explain import Language, explain
from yinuo.engine.rules import Rules
from yinuo.rulebook.loader import Pack

LATE_ENTRY = timedelta(hours=24)
"""From when on an entry counts as made late (rules.md ES-16)."""
GRACE = timedelta(hours=24)
"""Within this after the end of an outage what happened during it may be entered."""


@dataclass(frozen=True, slots=True)
class Light:
    """Open cards of a unit, kind of case and level."""

    unit: str | None
    kind: str | None
    level: str | None
    count: int


@dataclass(frozen=True, slots=True)
class OnTime:
    """Limits due in a period: kept, of how many, and how many of these are overdue and still open (row 72, D05)."""

    kept: int
    due: int
    still_open: int

    @property
    def share(self) -> float | None:
        """The share kept; null when none was due."""
        return self.kept / self.due if self.due else None


@dataclass(frozen=True, slots=True)
class Lateness:
    """How supervision runs: seconds behind now, looks waiting, cases failing, the last sweep, lateness of the last hour."""

    behind: float
    waiting: int
    failing: int
    last_run: datetime | None
    late_most: float
    late_p99: float


def revision() -> int:
    """A number that grows whenever something was said: pages that show it need not ask again until it has grown."""
    return Revision.objects.filter(name="said").values_list("number", flat=True).first() or 0


def lights(actor: Actor | None) -> list[Light]:
    """The open cards the actor may see, by unit, kind and level."""
    rows, given = row_filter(actor, "finding.read")
    return [Light(*row) for row in _rows("lights", rows, given)]


def cards(
    actor: Actor | None,
    *,
    filters: Mapping[str, Collection[str]] | None = None,
    before: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Cards the actor may see, the last raised first.

    `filters` maps status, unit, kind, level, institution, clause, case_id or appeal to the values wanted; `before` is
    (raised_at, card) of the last row seen. Raises KeyError for another filter.
    """
    rows, given = row_filter(actor, "finding.read")
    parts = ["TRUE"]
    for name, values in (filters or {}).items():
        if name not in _FILTERS:
            raise KeyError(f"cards are not filtered by {name!r}, only by {', '.join(_FILTERS)}")
        parts.append(f"{name} = ANY(%(by_{name})s)")
        given[f"by_{name}"] = list(values)
    if before is not None:
        parts.append("(raised_at < %(before_at)s OR (raised_at = %(before_at)s AND card > %(before_card)s))")
        given |= {"before_at": before[0], "before_card": before[1]}
    with connection.cursor() as cursor:
        statement = sql(__file__, "cards").replace("/* rows */", rows).replace("/* where */", " AND ".join(parts))
        cursor.execute(statement, {**given, "limit": limit})
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_FILTERS = ("status", "unit", "kind", "level", "institution", "clause", "case_id", "appeal")


def on_time(
    actor: Actor | None,
    *,
    since: datetime,
    until: datetime,
    basis: str = "promised",
    clause: str | None = None,
    unit: str | None = None,
) -> OnTime:
    """按时办结率 of the limits due from `since` until before `until` that the actor may see.

    `basis` = promised, statutory, step or ordered; `clause` = `institution/clause`; `unit` = the one that answers.
    """
    rows, given = row_filter(actor, "finding.read")
    asked = {**given, "since": since, "until": until, "basis": basis, "clause": clause, "unit": unit}
    return OnTime(*_rows("on_time", rows, asked)[0])


def late_entries(case_id: str) -> list[dict[str, Any]]:
    """Entries of a case made more than LATE_ENTRY after the fact; `outage` is the verified outage that excuses one, or null."""
    names = ("event_id", "activity", "unit", "at", "recorded_at", "outage")
    given = {"stream": f"case/{case_id}", "lag": LATE_ENTRY.total_seconds(), "grace": GRACE.total_seconds()}
    return [dict(zip(names, row, strict=True)) for row in run("late_entries", **given)]


def lateness(now: datetime) -> Lateness:
    """How late supervision is."""
    oldest, waiting, failing, last, most, p99 = run("lateness", now=now, since=now - timedelta(hours=1))[0]
    behind = 0.0 if oldest is None else (now - oldest).total_seconds()
    return Lateness(behind, waiting, failing, last, most or 0.0, p99 or 0.0)


def clause_of(content: Mapping[str, Any], rules: Rules) -> Clause | None:
    """The text a card or clock cites: the clause in the version that governs it."""
    if not _CLAUSES or _CLAUSES[0][0] is not rules:
        _CLAUSES[:] = [(rules, _editions(rules))]
    return _CLAUSES[0][1].get((content["institution"], content["clause"], content["version"]))


def _editions(rules: Rules) -> dict[tuple[str, str, str], Clause]:
    found: dict[tuple[str, str, str], Clause] = {}
    for ruling in rules.rulings:
        for edition in ruling.editions:
            found.setdefault((ruling.institution, ruling.id, edition.version), edition.clause)
    return found


_CLAUSES: list[tuple[Rules, dict[tuple[str, str, str], Clause]]] = []
"""Of the rules last asked about."""


class Naming:
    """Names in place of ids, for some cards: read once for all of them."""

    def __init__(self, cards: Sequence[Card], *, desk: Desk, now: datetime) -> None:
        self.rules = desk.rules
        self._tree = units.tree(now.astimezone(ZoneInfo(desk.rules.zone)).date())
        self._pack = desk.pack
        self._items = {} if desk.pack is None else _items(desk.pack)
        ids = sorted({card.content["case_id"] for card in cards})
        self._cases = {case_id: rest for case_id, *rest in run("receipts", case_ids=ids)} if ids else {}
        persons = sorted({name for card in cards for name in _who(card.content["actor"], card.content["why_args"])})
        self._persons = dict(run("names_of_persons", persons=persons)) if persons else {}
        self._told: dict[tuple[str | None, ...], dict[str, Any]] = {}

    def name(self, key: str | None, lang: Language) -> str | None:
        """The name of a unit or person, else the id as it is."""
        span = None if key is None else self._tree.units.get(key) or self._tree.others.get(key)
        if span is not None:
            return span.zh if lang == "zh" else span.en or span.zh
        return key if key is None else self._persons.get(key, key)

    def item(self, item: str | None) -> tuple[str | None, str | None]:
        """The names of an item, Chinese and English; the id where neither the text nor the catalogue names it."""
        found = self._items.get(item or "")
        return found or (self._kept.get(item, (item, item)) if item else (item, item))

    @cached_property
    def _kept(self) -> Mapping[str, tuple[str, str]]:
        """The names of the items as the city keeps them; asked for only where the text does not have one."""
        frame = None if self._pack is None else table_now(self._pack, "items")
        return {} if frame is None or "zh" not in frame.columns else _names_in(frame)

    def sentence(self, content: Mapping[str, Any], lang: Language) -> str:
        """Why a card was raised, in one sentence."""
        why = json.loads(content["why_args"] or "{}")
        for field in ("holder", "actor"):
            if why.get(field):
                why[field] = self.name(why[field], lang)
        for held in why.get("held") or ():
            held["by"] = self.name(held["by"], lang)
        return explain({**content, "why_args": json.dumps(why)}, self.rules, lang=lang)

    def args(self, card: Card) -> dict[str, Any]:
        """What a notice about a card is made of, in both languages."""
        content = card.content
        key = tuple(content[name] for name in _SAID)
        told = self._told.get(key)
        if told is None:
            told = self._told[key] = self._of_text(content)
        receipt, item = self._cases.get(content["case_id"], (None, None))
        item_zh, item_en = self._items.get(item or "", (item, item))
        return {
            **told, "card": card.card, "receipt": receipt, "item": item, "item_zh": item_zh, "item_en": item_en,
        }  # fmt: skip

    def _of_text(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """What is the same of all cards of one clause, unit and sentence: of many raised at one midnight it is made once."""
        clause, level = clause_of(content, self.rules), self.rules.levels.get(content["level"] or "")
        zh = clause.zh if clause is not None else content["clause"]
        level_zh = level.zh if level is not None else content["level"]
        return {
            "level": content["level"], "level_zh": level_zh,
            "level_en": (level.en if level is not None else None) or level_zh, "institution": content["institution"],
            "clause": content["clause"], "clause_zh": zh, "clause_en": (clause.en if clause is not None else None) or zh,
            "unit": content["unit"], "due": json.loads(content["why_args"] or "{}").get("due_at"),
            "sentence_zh": self.sentence(content, "zh"), "sentence_en": self.sentence(content, "en"),
        }  # fmt: skip


_SAID = ("institution", "clause", "version", "level", "unit", "why_code", "why_args")
"""What a card's sentence is made of (engine.explain)."""


@lru_cache(maxsize=10_000)
def _who(actor: str | None, why_args: str | None) -> tuple[str, ...]:
    """Everybody a card names."""
    why = json.loads(why_args or "{}")
    named = [actor, why.get("holder"), why.get("actor"), *(one["by"] for one in why.get("held") or ())]
    return tuple(filter(None, named))


def _items(pack: Pack) -> dict[str, tuple[str, str]]:
    """The names of the items, as the last row of each says."""
    frame = pack.tables.get("items")
    if frame is None or "zh" not in frame.columns:
        return {}
    if pack.digest not in _NAMES:
        _NAMES.clear()
        _NAMES[pack.digest] = _names_in(frame)
    return _NAMES[pack.digest]


def _names_in(frame: pl.DataFrame) -> dict[str, tuple[str, str]]:
    english = frame["en"] if "en" in frame.columns else frame["zh"]
    return {key: (zh, en or zh) for key, zh, en in zip(frame["id"], frame["zh"], english, strict=True)}


_NAMES: dict[str, dict[str, tuple[str, str]]] = {}


def _rows(statement: str, rows: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, statement).replace("/* rows */", rows), given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
