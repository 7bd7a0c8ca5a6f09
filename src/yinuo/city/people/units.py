"""The tree of units, as it is on a day (D28: any depth; E012, E013, E015)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from django.db import connection

from yinuo.city.ledger.statements import ask, sql


class UnknownUnit(LookupError):
    """No unit of that id was ever opened."""

    def __init__(self, unit: str) -> None:
        super().__init__(f"机构“{unit}”不存在")
        self.unit = unit


TYPES: Mapping[str, str] = {
    "province": "省",
    "city": "市",
    "county": "县区",
    "town": "乡镇",
    "subdistrict": "街道",
    "village": "村",
    "community": "社区",
    "department": "部门",
    "office": "办公室",
    "section": "科室",
    "window": "窗口",
    "centre": "中心",
    "zone": "开发区",
    "leading_group": "领导小组",
    "company": "企业",
    "other": "其他",
}
"""Type → its Chinese word. A type says what a unit is; how high it stands is its rank (D28)."""


@dataclass(frozen=True, slots=True)
class Span:
    """A unit over a stretch of days: `valid_from` ≤ day < `valid_until`. `into` = what it was merged into at its end."""

    unit: str
    valid_from: date
    valid_until: date | None
    parent: str | None
    zh: str
    en: str
    type: str
    rank: str = ""
    into: str | None = None

    def is_on(self, day: date) -> bool:
        """Whether the stretch holds that day."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)


@dataclass(frozen=True, slots=True)
class Tree:
    """The units in force on one day; of those closed or not yet open it knows what is nearest to the day."""

    on: date
    units: Mapping[str, Span]
    """In force on the day."""
    others: Mapping[str, Span]
    """Known, but not in force on the day."""
    below: Mapping[str | None, tuple[str, ...]] = field(repr=False)
    """Parent → children in force, in the order of their names; None → roots."""
    climbed: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)
    """What `ancestors` has answered so far."""
    scoped: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)
    """What `scope` has answered so far."""

    def unit(self, unit: str) -> Span:
        """The unit as it is that day, or as it was last (or will be first). Raises UnknownUnit."""
        found = self.units.get(unit) or self.others.get(unit)
        if found is None:
            raise UnknownUnit(unit)
        return found

    def ancestors(self, unit: str) -> tuple[str, ...]:
        """The unit first, then what is above it, the root last. What was merged belongs to what it was merged into."""
        found = self.climbed.get(unit)
        if found is None:
            found = self.climbed[unit] = climb(unit, self.on, self.unit)
        return found

    def scope(self, involved: Sequence[str]) -> tuple[str, ...]:
        """All units a thing belongs to when these are involved in it: each with its ancestors, sorted, none twice.

        What no unit ever was called belongs to nobody.
        """
        named = tuple(involved)
        found = self.scoped.get(named)
        if found is None:
            known = [unit for unit in named if unit in self.units or unit in self.others]
            found = self.scoped[named] = tuple(sorted({above for unit in known for above in self.ancestors(unit)}))
        return found

    def above(self, unit: str | None) -> tuple[str, ...]:
        """Like `ancestors`; nothing for no unit, and for one that was never opened."""
        known = unit is not None and (unit in self.units or unit in self.others)
        return self.ancestors(unit) if known and unit is not None else ()

    def subtree(self, unit: str) -> tuple[str, ...]:
        """The unit and everything below it in force; the unit alone when it is not in force, or nobody knows it."""
        return tuple(span.unit for _depth, span in self.walk(unit)) if unit in self.units else (unit,)

    def belonging(self, unit: str) -> tuple[str, ...]:
        """The unit and everything that lies below it, closed units with what they belonged to last."""
        return tuple(one for one in (*self.units, *self.others) if unit in self.ancestors(one))

    def children(self, unit: str | None) -> tuple[Span, ...]:
        """The units directly below (None: the roots)."""
        return tuple(self.units[child] for child in self.below.get(unit, ()))

    def walk(self, unit: str | None = None) -> Iterator[tuple[int, Span]]:
        """The unit and everything below it (None: the whole forest) with its depth from here, parents first."""
        if unit is not None:
            yield 0, self.unit(unit)
        start = 0 if unit is None else 1
        waiting = [(start, child) for child in reversed(self.below.get(unit, ()))]
        while waiting:
            depth, at = waiting.pop()
            yield depth, self.units[at]
            waiting += [(depth + 1, child) for child in reversed(self.below.get(at, ()))]

    @property
    def roots(self) -> tuple[str, ...]:
        """The units with nothing above them."""
        return self.below.get(None, ())


def plant(spans: Sequence[Span], on: date) -> Tree:
    """The tree of a day from all stretches of all units. A unit whose parent is not in force that day stands as a root."""
    by_unit: dict[str, list[Span]] = {}
    for span in spans:
        by_unit.setdefault(span.unit, []).append(span)
    units: dict[str, Span] = {}
    others: dict[str, Span] = {}
    for unit, stretches in by_unit.items():
        span = nearest(stretches, on)
        (units if span.is_on(on) else others)[unit] = span
    below: dict[str | None, list[str]] = {}
    for unit, span in units.items():
        below.setdefault(span.parent if span.parent in units else None, []).append(unit)
    return Tree(on, units, others, {above: tuple(sorted(found)) for above, found in below.items()})


def nearest(stretches: Sequence[Span], on: date) -> Span:
    """Of a unit's stretches the one in force that day, else the last before it, else the first after."""
    begun = [span for span in stretches if span.valid_from <= on]
    return max(begun, key=_start) if begun else min(stretches, key=_start)


def climb(unit: str, on: date, span_of: Callable[[str], Span]) -> tuple[str, ...]:
    """The unit first, then what is above it that day, the root last. What was merged belongs to what it was merged into."""
    found: list[str] = []
    at: str | None = unit
    while at is not None and at not in found:
        span = span_of(at)
        found.append(at)
        is_gone = span.valid_until is not None and span.valid_until <= on
        at = span.into if is_gone and span.into else span.parent
    return tuple(found)


def tree(on: date, *, known: str | None = None) -> Tree:
    """The tree of that day. One look at the database tells whether the tree remembered is still the newest.

    Whoever has just read the revision hands it in as `known`.
    """
    return _planted(revision() if known is None else known, on)


def revision() -> str:
    """A word that changes whenever anything of units, posts, persons or roles does."""
    return str(ask(__file__, "revision")[0][0])


def ancestors(unit: str, on: date) -> tuple[str, ...]:
    """The unit first, then what is above it on that day, the root last. Raises UnknownUnit."""
    return tree(on).ancestors(unit)


def path(unit: str, on: date) -> str:
    """The names from the root down to the unit, for people: “示例市人民政府 / 市水利局 / 行政审批科”. Raises UnknownUnit."""
    found = tree(on)
    return " / ".join(found.unit(one).zh for one in reversed(found.ancestors(unit)))


def history(unit: str) -> tuple[Span, ...]:
    """Every stretch of a unit, the first first. Raises UnknownUnit."""
    found = tuple(span for span in spans() if span.unit == unit)
    if not found:
        raise UnknownUnit(unit)
    return found


def spans() -> tuple[Span, ...]:
    """Every stretch of every unit, by unit and day."""
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "spans"))
        return tuple(Span(*row) for row in cursor.fetchall())


@lru_cache(maxsize=256)
def _planted(_revision: str, on: date) -> Tree:
    # The revision is a digest of the ledger, so a transaction that is rolled back leaves nothing wrong behind.
    return plant(_all(_revision), on)


@lru_cache(maxsize=4)
def _all(_revision: str) -> tuple[Span, ...]:
    return spans()


def _start(span: Span) -> date:
    return span.valid_from
