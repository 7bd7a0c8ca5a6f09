"""Which rulings can matter to a story: its institutions' own, those they start from, and only for its kinds of case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from yinuo.engine.clauses.common import Clause
from yinuo.engine.clauses.indicator import Indicator
from yinuo.engine.clauses.register import Register, RegisterField
from yinuo.engine.entries import child_of
from yinuo.engine.rules import Rules, Ruling
from yinuo.engine.strata import dependencies, kinds_of

if TYPE_CHECKING:
    from yinuo.rulebook.loader import Pack


class Closures:
    """The rulings of a pack and of those it uses, with who starts from whom."""

    def __init__(self, pack: Pack) -> None:
        found: dict[tuple[str, str, str], Ruling] = {}
        for one in pack.everywhere():
            for ruling in one.rules.rulings:
                found[ruling.institution, ruling.kind, ruling.id] = ruling
        self.base = pack.rules
        self.rulings: tuple[Ruling, ...] = tuple(found.values())
        self.needs = needs_of(self.rulings)
        self._names: dict[frozenset[str], frozenset[str]] = {}
        self._rules: dict[tuple[frozenset[str], frozenset[str] | None], Rules] = {}

    def names(self, homes: Iterable[str]) -> frozenset[str]:
        """`institution/clause` of everything these institutions say or start from."""
        key = frozenset(homes)
        if key not in self._names:
            self._names[key] = self.with_needs(ruling.name for ruling in self.rulings if ruling.institution in key)
        return self._names[key]

    def with_needs(self, names: Iterable[str]) -> frozenset[str]:
        """These clauses and all they start from."""
        return reach(names, self.needs)

    def with_dependents(self, names: Iterable[str]) -> frozenset[str]:
        """These clauses and all that start from them."""
        reverse: dict[str, set[str]] = {}
        for name, others in self.needs.items():
            for other in others:
                reverse.setdefault(other, set()).add(name)
        return reach(names, reverse)

    def rules(self, homes: Iterable[str], kinds: frozenset[str] | None = None) -> Rules:
        """The pack's rules with only the rulings that can matter to these institutions and kinds (null = any)."""
        key = (frozenset(homes), kinds)
        if key not in self._rules:
            self._rules[key] = cut(replace(self.base, rulings=self.rulings), self.names(key[0]), kinds)
        return self._rules[key]


def cut(rules: Rules, names: frozenset[str], kinds: frozenset[str] | None) -> Rules:
    """The rules with only the clauses named, and flows, as far as they speak of these kinds of case."""
    kept: list[Ruling] = []
    for one in rules.rulings:
        mine = frozenset({one.id}) if one.kind == "flow" else kinds_of(one)
        wanted = one.kind == "flow" or one.name in names
        if wanted and (kinds is None or mine is None or mine & kinds):
            kept.append(one)
    return replace(rules, rulings=tuple(kept))


def reach(names: Iterable[str], edges: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """These names and all that can be reached from them."""
    found: set[str] = set()
    open_ = list(names)
    while open_:
        name = open_.pop()
        if name not in found:
            found.add(name)
            open_ += edges.get(name, ())
    return frozenset(found)


def needs_of(rulings: tuple[Ruling, ...]) -> dict[str, set[str]]:
    """For each clause the clauses it starts from or counts, and for a register the tables it looks its fields up in."""
    cases = [ruling for ruling in rulings if ruling.kind in ("promise", "constraint")]
    wanted: dict[str, set[str]] = {name: set(others) for name, others in dependencies(cases).items()}
    names = {ruling.name for ruling in rulings}
    for ruling in rulings:
        for edition in ruling.editions:
            clause = edition.clause
            other = clause.over.partition(":")[2] if isinstance(clause, Indicator) else ""
            if other in names:
                wanted.setdefault(ruling.name, set()).add(other)
            looked = {
                child_of(one.lookup.removeprefix("table:"))[0] for one in _derived(clause) if one.lookup is not None
            }
            wanted.setdefault(ruling.name, set()).update(
                one.name for one in rulings if one.kind == "table" and one.id in looked
            )
    return wanted


def _derived(clause: Clause) -> Iterable[RegisterField]:
    """What a register works out from others; nothing of any other clause."""
    return clause.derived.values() if isinstance(clause, Register) else ()
