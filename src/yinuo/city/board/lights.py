"""The board: lights by unit and kind, what runs out next, what was raised last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.http import urlencode

from yinuo.city.board.polling import Pulse
from yinuo.city.pages.caselisting import STANDING
from yinuo.city.pages.keeping import Kept, Renewed, Told
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import LevelWord, Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import reaching, row_filter
from yinuo.city.people.units import Tree

MOST_KINDS = 6
"""Kinds with a column of their own: those with most cards, then with most open; the others count in the row's sum."""
FILTERS = ("unit", "kind", "item", "level", "institution")
LARGE = 20_000
"""Cases and cards from which on nobody waits until they are counted anew: the last numbers stand meanwhile, with their time."""
Counts = list[dict[str, Any]]


@dataclass(frozen=True)
class Cell:
    """One place of the table: cases in hand, those that stand still, open cards by level; where each number leads."""

    open: int
    paused: int
    cards: tuple[tuple[LevelWord, int, str], ...]
    open_at: str
    paused_at: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.open or self.paused or self.cards)


@dataclass(frozen=True)
class Row:
    """A unit with everything below it."""

    unit: str
    name: str
    address: str | None
    """The board of this unit, when there are units below it."""
    whole: Cell
    by_kind: tuple[Cell, ...]


@dataclass(frozen=True)
class Lights:
    """The whole board."""

    total: Cell
    kinds: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    newest: tuple[Mapping[str, Any], ...]
    due: tuple[Mapping[str, Any], ...]
    as_of: datetime
    """When cases and cards were counted."""
    revision: int
    """What supervision had said by then."""


_BOARDS = Kept[Lights]()
_COUNTED = Renewed[Counts](lambda counts: sum(row["number"] for row in counts) >= LARGE)


@dataclass
class _Tally:
    open: Counter[str] = field(default_factory=Counter)
    paused: Counter[str] = field(default_factory=Counter)
    cards: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By kind and level."""

    def add(self, row: Mapping[str, Any]) -> None:
        kind, number = row["kind"] or "", row["number"]
        if row["what"] == "card":
            self.cards[kind, row["level"] or ""] += number
        else:
            (self.open if row["what"] == "open" else self.paused)[kind] += number

    def kinds(self) -> list[str]:
        """Those with most cards first, then those with most open."""
        lit = Counter[str]()
        for (kind, _level), number in self.cards.items():
            lit[kind] += number
        return sorted({*self.open, *self.paused, *lit}, key=lambda kind: (-lit[kind], -self.open[kind], kind))

    @property
    def weight(self) -> int:
        return self.open.total() + self.cards.total()


def kept(words: Words, *, actor: Actor | None, asked: Mapping[str, str], now: datetime, beat: Pulse) -> Lights:
    """The board, looked up once for all who may see the same of it, until something changes or is counted anew.

    How late supervision runs changes nothing on it.
    """
    digest = words.pack.digest if words.is_there else ""
    counted = counts(words, actor=actor, asked=asked, now=now, beat=beat)
    filters = tuple(asked.get(name, "") for name in FILTERS)
    key = (beat.revision, counted.at, words.language, digest, reaching(actor, "board.read"), *filters)
    return _BOARDS.get(key, lambda: lights(words, counted, actor=actor, asked=asked, now=now))


def counts(
    words: Words, *, actor: Actor | None, asked: Mapping[str, str], now: datetime, beat: Pulse
) -> Told[Counts]:  # fmt: skip
    """What is open by unit and kind within this person's reach, by the revision it was counted at: one query or none."""
    conditions, parameters = _conditions(words, actor, asked)

    def count() -> Counts:
        return rows(__file__, "lights", {**parameters, "now": now}, standing=STANDING, **conditions)

    key = (reaching(actor, "board.read"), *(asked.get(name, "") for name in FILTERS))
    return _COUNTED.get(key, mark=beat.revision, now=now, look_up=count)


def moving(words: Words, *, actor: Actor | None, asked: Mapping[str, str], now: datetime) -> list[dict[str, Any]]:
    """The cards raised last and the limits that run out next, within this person's reach: one query."""
    conditions, parameters = _conditions(words, actor, asked)
    return rows(__file__, "newest_cards", {**parameters, "now": now}, **conditions)


def lights(
    words: Words, counted: Told[Counts], *, actor: Actor | None, asked: Mapping[str, str], now: datetime
) -> Lights:  # fmt: skip
    """The board as this person may see it. Rows are the units directly below the one asked for."""
    last = moving(words, actor=actor, asked=asked, now=now)
    tree, top = words.tree, asked.get("unit") or None
    tallies: dict[str, _Tally] = {}
    total = _Tally()
    for row in counted.answer:
        total.add(row)
        tallies.setdefault(_below(tree, row["unit"], top), _Tally()).add(row)
    kinds = total.kinds()[:MOST_KINDS]
    shown = sorted(tallies.items(), key=lambda one: (-_gravity(words, one[1]), -one[1].weight, one[0]))
    return Lights(
        total=_cell(words, total, asked, unit=top, kind=asked.get("kind")),
        kinds=tuple((kind, words.kind(kind) or kind) for kind in kinds),
        rows=tuple(_row(words, unit, tally, kinds, asked) for unit, tally in shown),
        newest=tuple(row for row in last if row["what"] == "card"),
        due=tuple(row for row in last if row["what"] == "due"),
        as_of=counted.at,
        revision=counted.mark,
    )


def _conditions(words: Words, actor: Actor | None, asked: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Any]]:
    """The row filter and the board's filters for cases, cards and clocks."""
    conditions: dict[str, str] = {}
    parameters: dict[str, Any] = {}
    for name, table in (("case", "c"), ("card", "f"), ("clock", "k")):
        conditions[f"{name}_rows"], more = row_filter(actor, "board.read", f"{table}.scope")
        parameters |= more
        parts = ["TRUE"]
        if asked.get("unit"):
            parts.append(f"{table}.unit = ANY(%(units)s)")
            parameters["units"] = list(words.tree.subtree(asked["unit"]))
        for one in ("kind", "item"):
            if asked.get(one):
                parts.append(f"{table}.{one} = %({one})s")
                parameters[one] = asked[one]
        for one in ("level", "institution"):
            if asked.get(one) and table != "c":
                parts.append(f"{table}.{one} = %({one})s")
                parameters[one] = asked[one]
        conditions[f"{name}_filter"] = " AND ".join(parts)
    return conditions, parameters


def _below(tree: Tree, unit: str | None, top: str | None) -> str:
    """The row a unit belongs to: itself or the unit above it that lies directly below `top` (None: below a root)."""
    if not unit or unit not in tree.units:
        return unit or ""
    line = list(reversed(tree.ancestors(unit)))
    start = line.index(top) if top in line else 0
    return line[start + 1] if len(line) > start + 1 else line[-1]


def _gravity(words: Words, tally: _Tally) -> int:
    found = [words.level(level) for _kind, level in tally.cards]
    return max((level.rank for level in found if level), default=-1)


def _row(words: Words, unit: str, tally: _Tally, kinds: list[str], asked: Mapping[str, str]) -> Row:
    children = bool(words.tree.below.get(unit)) and unit != asked.get("unit")
    narrowed = _address("/", asked, unit=unit) if children else None
    cells = tuple(_cell(words, tally, asked, unit=unit, kind=kind) for kind in kinds)
    name = words.unit(unit) if unit else ""
    return Row(unit, name, narrowed, _cell(words, tally, asked, unit=unit, kind=asked.get("kind")), cells)


def _cell(words: Words, tally: _Tally, asked: Mapping[str, str], *, unit: str | None, kind: str | None) -> Cell:
    def number(counter: Counter[str]) -> int:
        return counter[kind] if kind else counter.total()

    here = {"unit": unit, "kind": kind, "item": asked.get("item")}
    cards = Counter[str]()
    for (one, level), count in tally.cards.items():
        if not kind or one == kind:
            cards[level] += count
    shown = tuple(
        (level, cards[level.name], _address("/findings", asked, **here, status="open", level=level.name))
        for level in words.levels
        if cards[level.name]
    )
    return Cell(
        number(tally.open),
        number(tally.paused),
        shown,
        _address("/cases", {}, **here, status="open"),
        _address("/cases", {}, **here, status="open", clock="paused"),
    )


def _address(path: str, asked: Mapping[str, str], **changes: str | None) -> str:
    kept = {name: asked.get(name) for name in FILTERS} | changes
    left = {name: value for name, value in kept.items() if value}
    return f"{path}?{urlencode(left)}" if left else path
