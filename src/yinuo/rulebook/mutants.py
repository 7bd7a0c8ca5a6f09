"""Every change of a text that a story should notice: numbers, units, conventions, kinds of pause, whole clauses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from yinuo.kernel.limits import Limit, Unit
from yinuo.rulebook.editions import KINDS
from yinuo.rulebook.places import Path_

SWAPPED = {
    Unit.WORKDAYS: Unit.DAYS, Unit.DAYS: Unit.WORKDAYS, Unit.HALF_WORKDAYS: Unit.WORKDAYS,
    Unit.HOURS: Unit.OFFICE_HOURS, Unit.OFFICE_HOURS: Unit.HOURS,
    Unit.MINUTES: Unit.OFFICE_MINUTES, Unit.OFFICE_MINUTES: Unit.MINUTES,
    Unit.WEEKS: Unit.DAYS, Unit.MONTHS: Unit.WEEKS, Unit.YEARS: Unit.MONTHS,
}  # fmt: skip
"""The unit each is most easily taken for."""
CONVENTIONS = {
    "first_day": {"excluded": "included", "included": "excluded"},
    "roll": {"next": "none", "none": "next", "previous": "next"},
    "rest_day_start": {"next_is_day_1": "as_next_workday", "as_next_workday": "next_is_day_1"},
}
"""The other way to count, for each convention a text may name."""
_WORDS = frozenset({
    "zh", "en", "note", "source", "status", "assumed", "like", "entries", "fields", "target", "tell", "id", "ask",
})  # fmt: skip
"""Keys whose values no clock and no finding depends on."""


class Drop:
    """Stands for a value that is taken out."""


DROP = Drop()


@dataclass(frozen=True)
class Change:
    """One change: where in the raw text, what stands there instead, and how to name it."""

    path: Path_
    value: Any
    what: str


def changes_of_policy(raw: Mapping[str, Any]) -> Iterator[Change]:
    """Every change of a policy.toml."""
    for index, version in enumerate(raw.get("version", ())):
        for kind in KINDS:
            for id_, clause in version.get(kind, {}).items():
                path: Path_ = ("version", index, kind, id_)
                yield Change(path, DROP, f"{id_}: the whole clause is dropped")
                yield from _named(id_, len(path), _changes(path, clause))
                yield from _named(id_, len(path), _pauses((*path, "pause"), clause.get("pause")))
                yield from _named(id_, len(path), _duties(kind, path, clause))


def changes_of_ladder(name: str, rungs: object) -> Iterator[Change]:
    """Every change of a ladder of pack.toml."""
    return _named(name, 2, _changes(("ladders", name), rungs))


def _named(name: str, depth: int, changes: Iterator[Change]) -> Iterator[Change]:
    for change in changes:
        where = ".".join(str(part) for part in change.path[depth:])
        yield Change(change.path, change.value, f"{name}: {where} {change.what}")


def _changes(path: Path_, value: object) -> Iterator[Change]:
    """The changes of a value and of everything inside it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in _WORDS:
                yield from _changes((*path, key), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _changes((*path, index), inner)
    else:
        for other in _others(str(path[-1]), value):
            yield Change(path, other, f"{value} becomes {other}")


def _others(key: str, value: object) -> list[Any]:
    if isinstance(value, bool):
        return []
    if isinstance(value, int):
        return ["1 day"] if key == "late" and value == 0 else [value + 1, value - 1]
    if isinstance(value, Decimal):
        digit = Decimal(1).scaleb(int(value.as_tuple().exponent))
        return [value + digit, value - digit]
    if not isinstance(value, str):
        return []
    if key in CONVENTIONS:
        return [other for own, other in CONVENTIONS[key].items() if own == value]
    try:
        limit = Limit.parse(value)
    except ValueError:
        return []
    counts = [limit.count + 1, limit.count - 1] if limit.count else [1]
    return [*(str(Limit(count, limit.unit)) for count in counts), str(Limit(limit.count, SWAPPED[limit.unit]))]


def _pauses(path: Path_, pauses: object) -> Iterator[Change]:
    """Each kind of pause dropped: an entry of the list, or one word of a condition on what begins it."""
    entries = pauses if isinstance(pauses, list) else [pauses] if isinstance(pauses, Mapping) else []
    for index, entry in enumerate(entries):
        here = (*path, index) if isinstance(pauses, list) else path
        yield Change(here, DROP, "is dropped")
        events = entry.get("from")
        for inner, event in _events((*here, "from"), events):
            for key, words in event.items():
                if isinstance(words, list) and len(words) > 1:
                    for number, word in enumerate(words):
                        yield Change((*inner, key, number), DROP, f"{word} is dropped")


_DUTIES = ("verify", "due", "extend", "close", "strike", "unique", "publish", "complete", "states", "retain")
"""What a register asks of its people, each of which can be taken out."""


def _duties(kind: str, path: Path_, clause: Mapping[str, Any]) -> Iterator[Change]:
    """What makes a flow, a table or a register bind, dropped: a vote, a row, a test of it, a duty, one of several duties."""
    if kind == "flow":
        for index, step in enumerate(clause.get("steps", ())):
            yield from _votes((*path, "steps", index, "sign"), step.get("sign", {}))
    elif kind == "table":
        for index, row in enumerate(clause.get("rows", ())):
            yield Change((*path, "rows", index), DROP, "is dropped")
            for inner, way in _events((*path, "rows", index, "when"), row.get("when")):
                for name in way if len(way) > 1 else ():
                    yield Change((*inner, name), DROP, "is dropped")
        grant = clause.get("grant", {})
        yield from _each((*path, "grant", "needs"), grant.get("needs"))
        yield from _each((*path, "grant", "benefits"), grant.get("benefits"))
        for key in ("number", "uses", "benefits"):
            yield from [Change((*path, "grant", key), DROP, "is dropped")] if key in grant else []
    elif kind == "register":
        yield from (Change((*path, key), DROP, "is dropped") for key in _DUTIES if key in clause)
        for key in ("while", "refuse", "cadence"):
            entries = clause.get(key, ())
            yield from (Change((*path, key, index), DROP, "is dropped") for index in range(len(entries)))
        for index, filled in enumerate(clause.get("while", ())):
            yield from _each((*path, "while", index, "fields"), filled.get("fields"))
        yield from _each((*path, "states"), clause.get("states"))
        yield from (
            Change((*path, "close", key), DROP, "is dropped")
            for key in ("children", "state") if key in clause.get("close", {})
        )  # fmt: skip
        for key in ("close", "strike"):
            yield from _each((*path, key, "needs"), clause.get(key, {}).get("needs"))
            yield from _each((*path, key, "not"), clause.get(key, {}).get("not"))
        yield from (
            Change((*path, "strike", key), DROP, "is dropped") for key in ("when",) if key in clause.get("strike", {})
        )
        told = clause.get("publish", {})
        yield from (
            Change((*path, "publish", key), DROP, "is dropped") for key in ("where", "checker", "every") if key in told
        )


def _votes(path: Path_, sign: Mapping[str, Any]) -> Iterator[Change]:
    """Each veto dropped, and how many must agree read as its neighbour."""
    if "veto" in sign:
        yield Change((*path, "veto"), DROP, "is dropped")
        yield from _each((*path, "veto"), sign["veto"])
    needs = sign.get("needs", "all")
    if isinstance(needs, str) and "yes" in sign:
        other = {"all": "majority", "any": 2, "majority": "all"}.get(needs, "all")
        yield Change((*path, "needs"), other, f"{needs} becomes {other}")


def _each(path: Path_, words: object) -> Iterator[Change]:
    """Each word of a list of several dropped, each key of a table of several."""
    if isinstance(words, list | Mapping) and len(words) > 1:
        keys = enumerate(words) if isinstance(words, list) else ((word, word) for word in words)
        yield from (Change((*path, key), DROP, f"{word} is dropped") for key, word in keys)


def _events(path: Path_, raw: object) -> Iterator[tuple[Path_, Mapping[str, Any]]]:
    if isinstance(raw, Mapping):
        yield path, raw
    elif isinstance(raw, list):
        for index, one in enumerate(raw):
            if isinstance(one, Mapping):
                yield (*path, index), one


def changed(raw: Any, path: Path_, value: Any) -> Any:
    """A copy of raw TOML with another value at a path; the rest is shared."""
    if not path:
        return value
    copy: Any = dict(raw) if isinstance(raw, Mapping) else list(raw)
    if len(path) == 1 and value is DROP:
        del copy[path[0]]
    else:
        copy[path[0]] = changed(raw[path[0]], path[1:], value)
    return copy
