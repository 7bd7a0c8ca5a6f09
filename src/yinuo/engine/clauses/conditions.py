"""Conditions and event references: the whole language in which a clause says "when" and "which" (grammar 1.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Annotated, Any, TypeAlias

from pydantic import PlainValidator, WithJsonSchema

Scalar: TypeAlias = str | int | bool | Decimal | date | datetime
Comparison: TypeAlias = Callable[[Any, Any], Any]
"""Of two values or, element by element, of two arrays."""


@dataclass(frozen=True)
class FieldValue:
    """Another field of the same record, optionally scaled: `{ field = "target", times = 0.8 }`."""

    field: str
    times: Decimal | None = None


@dataclass(frozen=True)
class Listed:
    """A row of a dated table in force that day: `{ in = "fees", on = { item = "item" }, where = {…}, as_of = "decided" }`.

    `on` maps a column of the table to a field of the record.
    """

    table: str
    on: tuple[tuple[str, str], ...]
    where: Condition | None = None
    as_of: str | None = None


@dataclass(frozen=True)
class Test:
    """One test of one field. Every operator given must hold; all but `known` are false on a missing value."""

    equal: tuple[Scalar, ...] | None = None
    unequal: tuple[Scalar, ...] | None = None
    same_as: FieldValue | None = None
    differs_from: FieldValue | None = None
    min: Scalar | FieldValue | None = None
    max: Scalar | FieldValue | None = None
    above: Scalar | FieldValue | None = None
    below: Scalar | FieldValue | None = None
    known: bool | None = None
    has: tuple[Scalar, ...] | None = None
    contains: tuple[str, ...] | None = None
    listed: Listed | None = None
    unlisted: Listed | None = None
    through: Condition | None = None

    def bounds(self) -> Iterator[tuple[Scalar | FieldValue, Comparison]]:
        """Each bound given, with the comparison that must hold of (value, bound)."""
        for bound, compare in ((self.min, ge), (self.max, le), (self.above, gt), (self.below, lt)):
            if bound is not None:
                yield bound, compare


@dataclass(frozen=True)
class Condition:
    """Any of several rows, each all of its tests. `fields()` names every field read."""

    any_of: tuple[tuple[tuple[str, Test], ...], ...]

    def tests(self) -> Iterator[tuple[str, Test]]:
        """Every (field, test) pair, row after row."""
        for row in self.any_of:
            yield from row

    def fields(self) -> frozenset[str]:
        """The names of the record's own fields this condition reads."""
        names: set[str] = set()
        for name, test in self.tests():
            names.add(name)
            for other in (test.same_as, test.differs_from, test.min, test.max, test.above, test.below):
                if isinstance(other, FieldValue):
                    names.add(other.field)
            for look in (test.listed, test.unlisted):
                if look is not None:
                    names.update(own for _, own in look.on)
        return frozenset(names)


@dataclass(frozen=True)
class Event:
    """Which events: one of these activities, and the condition on the event if there is one.

    `same` (only in `unless`) names fields that must equal those of the accused event.
    """

    activities: tuple[str, ...]
    where: Condition | None = None
    same: tuple[str, ...] = ()


_OPERATORS = frozenset(
    {"not", "min", "max", "above", "below", "known", "has", "contains", "field", "times", "listed", "unlisted"}
)
_SCALARS = (str, int, bool, Decimal, date, datetime)


def parse_condition(raw: object) -> Condition:
    """Read a condition as TOML gives it; raises ValueError with the key that is wrong."""
    if isinstance(raw, Condition):
        return raw
    rows = raw if isinstance(raw, list) else [raw]
    tables = [row for row in rows if isinstance(row, Mapping) and row]
    if not rows or len(tables) < len(rows):
        raise ValueError("a condition is a table of field = test, or a list of such tables")
    return Condition(tuple(tuple((str(key), _parse_test(str(key), raw)) for key, raw in row.items()) for row in tables))


def parse_events(raw: object) -> tuple[Event, ...]:
    """Read an event reference: "accepted", { event = …, conditions }, or a list of these."""
    if isinstance(raw, tuple) and all(isinstance(one, Event) for one in raw):
        return raw
    if isinstance(raw, list):
        if not raw:
            raise ValueError("an event reference may not be an empty list")
        named = [one for one in raw if isinstance(one, str)]
        plain = (Event(tuple(named)),) if named else ()
        return plain + tuple(one for item in raw if not isinstance(item, str) for one in parse_events(item))
    if isinstance(raw, str):
        return (Event((raw,)),)
    if isinstance(raw, Mapping):
        rest: dict[str, Any] = dict(raw)
        activities = _as_names("event", rest.pop("event", "any"))
        same = _as_names("same", rest.pop("same", []))
        return (Event(activities, parse_condition(rest) if rest else None, same),)
    raise ValueError(f"{raw!r} is not an event; write an activity or {{ event = …, field = … }}")


def _as_names(key: str, raw: object) -> tuple[str, ...]:
    names = raw if isinstance(raw, list) else [raw]
    if not all(isinstance(name, str) for name in names):
        raise ValueError(f"{key}: {raw!r} must be a name or a list of names")
    return tuple(names)


def _parse_test(key: str, raw: object) -> Test:
    if isinstance(raw, _SCALARS):
        return Test(equal=(raw,))
    if isinstance(raw, list):
        return Test(equal=_scalars(key, raw))
    if not isinstance(raw, Mapping):
        raise ValueError(f"{key}: {raw!r} is no test")
    operators = _OPERATORS & raw.keys()
    if not operators:
        return Test(through=parse_condition(raw))
    if foreign := raw.keys() - operators:
        raise ValueError(f"{key}: {sorted(foreign)} cannot stand beside {sorted(operators)}")
    return _parse_operators(key, raw)


def _parse_operators(key: str, raw: Mapping[str, Any]) -> Test:
    given: dict[str, Any] = {}
    if "field" in raw or "times" in raw:
        given["same_as"] = _field_value(key, {name: raw[name] for name in ("field", "times") if name in raw})
    if isinstance(raw.get("not"), Mapping):
        given["differs_from"] = _field_value(key, raw["not"])
    elif "not" in raw:
        given["unequal"] = _scalars(key, raw["not"] if isinstance(raw["not"], list) else [raw["not"]])
    for name in ("min", "max", "above", "below"):
        if name in raw:
            given[name] = (
                _field_value(key, raw[name]) if isinstance(raw[name], Mapping) else _scalars(key, [raw[name]])[0]
            )
    if "known" in raw:
        if not isinstance(raw["known"], bool):
            raise ValueError(f"{key}: known is true or false, not {raw['known']!r}")
        given["known"] = raw["known"]
    if "has" in raw:
        given["has"] = _scalars(key, raw["has"] if isinstance(raw["has"], list) else [raw["has"]])
    if "contains" in raw:
        given["contains"] = _as_names(f"{key}.contains", raw["contains"])
    for name in ("listed", "unlisted"):
        if name in raw:
            given[name] = _parse_listed(key, raw[name])
    return Test(**given)


def _scalars(key: str, raw: list[object]) -> tuple[Scalar, ...]:
    if not raw or not all(isinstance(value, _SCALARS) for value in raw):
        raise ValueError(f"{key}: {raw!r} must be plain values (text, number, true/false or date)")
    return tuple(raw)  # type: ignore[arg-type]


def _field_value(key: str, raw: Mapping[str, Any]) -> FieldValue:
    if raw.keys() - {"field", "times"} or not isinstance(raw.get("field"), str):
        raise ValueError(f'{key}: write {{ field = "name" }}, optionally with times, not {dict(raw)!r}')
    times = raw.get("times")
    return FieldValue(raw["field"], None if times is None else Decimal(times))


def _parse_listed(key: str, raw: object) -> Listed:
    if not isinstance(raw, Mapping) or raw.keys() - {"in", "on", "where", "as_of"}:
        raise ValueError(f"{key}: listed takes in, on, where, as_of, not {raw!r}")
    on = raw.get("on")
    if not isinstance(raw.get("in"), str) or not isinstance(on, Mapping) or not on:
        raise ValueError(f'{key}: listed needs in = "table" and on = {{ column = "field" }}')
    where = parse_condition(raw["where"]) if "where" in raw else None
    return Listed(raw["in"], tuple((str(c), str(f)) for c, f in on.items()), where, raw.get("as_of"))


_CONDITION_SCHEMA = {"anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]}
_EVENT = {"anyOf": [{"type": "string"}, {"type": "object", "properties": {"event": {}}}]}
_EVENT_SCHEMA = {"anyOf": [*_EVENT["anyOf"], {"type": "array", "items": _EVENT}]}

ConditionText = Annotated[Condition, PlainValidator(parse_condition), WithJsonSchema(_CONDITION_SCHEMA)]
EventText = Annotated[tuple[Event, ...], PlainValidator(parse_events), WithJsonSchema(_EVENT_SCHEMA)]
