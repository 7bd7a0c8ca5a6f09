"""Which rulings can matter to some institutions: their own, every kind of case, and what they start from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from yinuo.engine.clauses.indicator import Indicator
from yinuo.engine.rules import Rules, Ruling
from yinuo.engine.strata import dependencies
from yinuo.rulebook.loader import Pack


class Closures:
    """The rulings of a pack and of those it uses, cut down to what an institution's stories can read."""

    def __init__(self, pack: Pack) -> None:
        self._all = pack.rules
        found: dict[tuple[str, str, str], Ruling] = {}
        for one in pack.everywhere():
            for ruling in one.rules.rulings:
                found[ruling.institution, ruling.kind, ruling.id] = ruling
        self.rulings: tuple[Ruling, ...] = tuple(found.values())
        self._wanted = _wanted(self.rulings)
        self._rules: dict[frozenset[str], Rules] = {}

    def names(self, homes: Iterable[str]) -> frozenset[str]:
        """`institution/clause` of everything these institutions say or start from."""
        names: set[str] = set()
        open_ = [ruling.name for ruling in self.rulings if ruling.institution in set(homes)]
        while open_:
            name = open_.pop()
            if name not in names:
                names.add(name)
                open_ += self._wanted.get(name, ())
        return frozenset(names)

    def rules(self, homes: Iterable[str]) -> Rules:
        """The pack's rules with only the rulings that can matter to these institutions."""
        key = frozenset(homes)
        if key not in self._rules:
            names = self.names(key)
            kept = tuple(one for one in self.rulings if one.kind == "flow" or one.name in names)
            self._rules[key] = replace(self._all, rulings=kept)
        return self._rules[key]


def _wanted(rulings: tuple[Ruling, ...]) -> dict[str, set[str]]:
    cases = [ruling for ruling in rulings if ruling.kind in ("promise", "constraint")]
    wanted: dict[str, set[str]] = {name: set(others) for name, others in dependencies(cases).items()}
    names = {ruling.name for ruling in rulings}
    for ruling in rulings:
        for edition in ruling.editions:
            clause = edition.clause
            other = clause.over.partition(":")[2] if isinstance(clause, Indicator) else ""
            if other in names:
                wanted.setdefault(ruling.name, set()).add(other)
    return wanted


def dependents(rulings: Mapping[str, Ruling]) -> dict[str, set[str]]:
    """For each institution the institutions whose clauses start from its own."""
    found: dict[str, set[str]] = {}
    for name, others in _wanted(tuple(rulings.values())).items():
        for other in others:
            found.setdefault(other.partition("/")[0], set()).add(name.partition("/")[0])
    return found
