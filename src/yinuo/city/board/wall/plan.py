"""The map of what is open: the places directly below a unit as hexagons, everything else that lies there in the middle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.http import urlencode

from yinuo.city.board.lights import Counts, counts, moving
from yinuo.city.board.polling import Pulse
from yinuo.city.board.wall import layout
from yinuo.city.pages.keeping import Kept, Told
from yinuo.city.pages.words import LevelWord, Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import reaching
from yinuo.city.people.units import Span, Tree

PLACES = frozenset({"county", "zone", "town", "subdistrict", "village", "community"})
"""Types of units that lie somewhere else than the unit above them (E012, E015, E025)."""
LONGEST = 9
"""Letters of a name that fit into a hexagon; a word of Latin letters takes half of one each."""
LETTER = 13.5
"""Width of a letter."""


@dataclass
class Tally:
    """Open cases and open cards by level."""

    open: int = 0
    cards: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Take another's in."""
        self.open += other.open
        self.cards += other.cards


@dataclass(frozen=True)
class Light:
    """What is open somewhere with everything below it, and the lists that hold exactly that."""

    unit: str
    name: str
    type: str
    open: int
    open_at: str
    cards: tuple[tuple[LevelWord, int, str], ...]
    """The gravest first."""

    @property
    def gravest(self) -> LevelWord | None:
        """The light it shows."""
        return self.cards[0][0] if self.cards else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is open there."""
        return not (self.open or self.cards)

    @property
    def lit(self) -> int:
        """How many cards are open."""
        return sum(count for _level, count, _address in self.cards)

    @property
    def lit_word(self) -> str:
        """The word of the light, where it fits into a hexagon; its sign and its number stand there in any case."""
        word = self.gravest.word if self.gravest else ""
        return word if _wide(word) <= LONGEST else ""

    @property
    def lit_at(self) -> float:
        """Where its sign stands, so that sign, word and number are in the middle."""
        number = f"{self.cards[0][1]:,}" if self.cards else ""
        return round(-(14 + LETTER * _wide(f"{self.lit_word} {number}")) / 2 + 4, 1)

    @property
    def address(self) -> str:
        """The list behind the light: its gravest cards, else its open cases."""
        return self.cards[0][2] if self.cards else self.open_at


@dataclass(frozen=True)
class Mark:
    """A unit as a small mark."""

    light: Light
    x: float
    y: float


@dataclass(frozen=True)
class Tile:
    """A place as a hexagon."""

    light: Light
    x: float
    y: float
    lines: tuple[str, ...]
    """Its name, broken to fit."""
    is_listed: bool
    """Whether one list holds exactly what is told; not of a middle from which its places are left out."""
    inside: str | None
    """The map of this place, where more lies below it."""
    marks: tuple[Mark, ...]
    size: float
    """Radius of its marks."""


@dataclass(frozen=True)
class Plan:
    """The whole map."""

    top: str
    above: tuple[tuple[str, str], ...]
    """The way up: addresses and names, the highest first."""
    box: str
    corners: str
    whole: Light
    tiles: tuple[Tile, ...]
    newest: tuple[Mapping[str, Any], ...]
    due: tuple[Mapping[str, Any], ...]
    as_of: datetime
    """When cases and cards were counted."""
    revision: int
    """What supervision had said by then."""


_MAPS = Kept[Plan]()


def kept(words: Words, *, actor: Actor | None, unit: str | None, now: datetime, beat: Pulse) -> Plan | None:
    """The map of a unit as this person may see it, looked up once for all who may see the same of it.

    None, when there is no text or no such unit in his reach.
    """
    if not words.is_there:
        return None
    seen = _Seen(words.tree, reaching(actor, "board.read"))
    top = unit or seen.start
    if top is None or top not in words.tree.units or not seen.has(top):
        return None
    counted = counts(words, actor=actor, asked={"unit": top}, now=now, beat=beat)
    key = (beat.revision, counted.at, words.language, words.pack.digest, reaching(actor, "board.read"), top)
    return _MAPS.get(key, lambda: plan(words, counted, actor=actor, top=top, now=now))


def plan(words: Words, counted: Told[Counts], *, actor: Actor | None, top: str, now: datetime) -> Plan:
    """The map of a unit as this person may see it."""
    seen = _Seen(words.tree, reaching(actor, "board.read"))
    last = moving(words, actor=actor, asked={"unit": top}, now=now)
    tallies = _tallies(counted.answer, words.tree)
    tiles = _tiles(words, top, tallies, seen)
    above = [(f"/wall?{urlencode({'unit': one})}", words.unit(one)) for one in reversed(words.tree.ancestors(top)[1:]) if seen.has(one)]  # fmt: skip
    return Plan(
        top=top,
        above=tuple(above),
        box=layout.box([(tile.x, tile.y) for tile in tiles]),
        corners=layout.corners(),
        whole=_light(words, top, tallies.get(top, Tally())),
        tiles=tuple(tiles),
        newest=tuple(row for row in last if row["what"] == "card"),
        due=tuple(row for row in last if row["what"] == "due"),
        as_of=counted.at,
        revision=counted.mark,
    )


class _Seen:
    """Which units somebody sees something of: those in his reach, and what stands above them."""

    def __init__(self, tree: Tree, reach: Sequence[str]) -> None:
        self._tree = tree
        self._reach = {unit for unit in reach if unit in tree.units}
        self._above = {above for unit in self._reach for above in tree.ancestors(unit)}
        shared = set.intersection(*(set(tree.ancestors(unit)) for unit in self._reach)) if self._reach else set()
        self.start: str | None = max(shared, key=lambda one: len(tree.ancestors(one)), default=None)
        """The lowest unit that holds all of it."""

    def has(self, unit: str) -> bool:
        return unit in self._above or not self._reach.isdisjoint(self._tree.ancestors(unit))


def _tallies(counted: Iterable[Mapping[str, Any]], tree: Tree) -> dict[str, Tally]:
    """What each unit and all below it have open."""
    found: dict[str, Tally] = {}
    for row in counted:
        if row["what"] == "paused" or row["unit"] not in tree.units:
            continue
        one = (
            Tally(row["number"]) if row["what"] == "open" else Tally(cards=Counter({row["level"] or "": row["number"]}))
        )
        for above in tree.ancestors(row["unit"]):
            found.setdefault(above, Tally()).add(one)
    return found


def _tiles(words: Words, top: str, tallies: Mapping[str, Tally], seen: _Seen) -> list[Tile]:
    below = [span for span in words.tree.children(top) if seen.has(span.unit)]
    places = [span for span in below if span.type in PLACES]
    rest = [span for span in below if span.type not in PLACES]
    if not places:
        places, rest = rest, []
    held = [(words.tree.unit(top), rest), *((span, _inside(words.tree, span.unit, seen)) for span in places)]
    nothing = Tally()
    middle = _besides(tallies.get(top, nothing), (tallies.get(span.unit, nothing) for span in places if rest))
    return [
        _tile(words, span, inner, at=at, tallies={**tallies, top: middle}, is_listed=span.unit != top or not rest)
        for (span, inner), at in zip(held, layout.spiral(len(held)), strict=True)
    ]


def _inside(tree: Tree, unit: str, seen: _Seen) -> list[Span]:
    return [span for span in tree.children(unit) if seen.has(span.unit)]


def _tile(
    words: Words,
    span: Span,
    inner: Sequence[Span],
    *,
    at: layout.Place,
    tallies: Mapping[str, Tally],
    is_listed: bool,
) -> Tile:
    places, apart = layout.marks(len(inner))
    marks = tuple(
        Mark(_light(words, one.unit, tallies.get(one.unit, Tally())), *place)
        for one, place in zip(inner, places, strict=True)
    )
    light = _light(words, span.unit, tallies.get(span.unit, Tally()))
    inside = f"/wall?{urlencode({'unit': span.unit})}" if inner and at != (0.0, 0.0) else None
    return Tile(light, *at, _broken(light.name), is_listed, inside, marks, round(apart * 0.38, 1))


def _besides(whole: Tally, places: Iterable[Tally]) -> Tally:
    """What of a whole lies in none of its places."""
    left = Tally(whole.open, Counter(whole.cards))
    for place in places:
        left.open -= place.open
        left.cards -= place.cards
    return left


def _light(words: Words, unit: str, tally: Tally) -> Light:
    span = words.tree.unit(unit)
    cards = tuple(
        (
            level,
            tally.cards[level.name],
            f"/findings?{urlencode({'unit': unit, 'status': 'open', 'level': level.name})}",
        )
        for level in words.levels
        if tally.cards[level.name]
    )
    cases = f"/cases?{urlencode({'unit': unit, 'status': 'open'})}"
    return Light(unit, words.unit(unit), span.type, tally.open, cases, cards)


def _wide(text: str) -> float:
    """How many Chinese letters it is as wide as."""
    return sum(0.55 if one.isascii() else 1 for one in text)


def _broken(name: str) -> tuple[str, ...]:
    """A name in at most two lines."""
    if name.isascii():
        if len(name) <= LONGEST * 2:
            return (name,)
        cut = name.rfind(" ", 0, LONGEST * 2)
        return (name[:cut], _short(name[cut + 1 :], LONGEST * 2)) if cut > 0 else (_short(name, LONGEST * 2),)
    return (name,) if len(name) <= LONGEST else (name[:LONGEST], _short(name[LONGEST:], LONGEST - 1))


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
