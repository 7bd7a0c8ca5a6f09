"""Which row of a decision table holds of which record, and what the nearest row still lacks (grammar part 2, 2.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypedDict

import numpy as np

from yinuo.engine.clauses.conditions import Condition, FieldValue, Listed, Scalar, Test
from yinuo.engine.clauses.table import TableRow
from yinuo.engine.columns import Bool, as_text
from yinuo.engine.matching import Matcher, Records
from yinuo.kernel.instants import Int64


class Lack(TypedDict):
    """One test that fails: of which field, how it is compared, with what, and what stands there now."""

    field: str
    test: str
    wanted: str
    found: str | None


@dataclass(frozen=True)
class Nearest:
    """The row that lacks least (from 0), and what it lacks."""

    row: int
    lacks: tuple[Lack, ...]


def holding(rows: Sequence[TableRow], matcher: Matcher, records: Records, *, at: Int64) -> Bool:
    """For each record (first axis) and each row of the table whether the row holds."""
    found = [matcher.holds(row.when, records, rows=at) for row in rows]
    return np.stack(found, axis=1) if found else np.zeros((at.size, 0), np.bool_)


def first_row(held: Bool) -> Int64:
    """The first row that holds of each record, -1 when none does."""
    if held.shape[1] == 0:
        return np.full(held.shape[0], -1, np.int64)
    return np.where(held.any(axis=1), held.argmax(axis=1), -1).astype(np.int64)


def nearest(rows: Sequence[TableRow], matcher: Matcher, records: Records, *, at: Int64) -> list[Nearest]:
    """For each record the row with the fewest failing tests, the first of several; within a row its best alternative."""
    ways = [(number, tests) for number, row in enumerate(rows) for tests in row.when.any_of]
    fails = [
        [~_holds_one(name, test, matcher=matcher, records=records, at=at) for name, test in tests] for _, tests in ways
    ]
    lacking = np.stack([np.sum(each, axis=0) for each in fails], axis=1)
    best = lacking.argmin(axis=1)
    found: list[Nearest] = []
    for place, way in enumerate(best):
        number, tests = ways[int(way)]
        missing = (one for one, failed in zip(tests, fails[int(way)], strict=True) if failed[place])
        lacks = [
            lack for one in missing for lack in _lacks(*one, matcher=matcher, records=records, at=at[place : place + 1])
        ]
        found.append(Nearest(number, tuple(lacks)))
    return found


def _holds_one(name: str, test: Test, *, matcher: Matcher, records: Records, at: Int64) -> Bool:
    return matcher.holds(Condition((((name, test),),)), records, rows=at)


def _lacks(name: str, test: Test, *, matcher: Matcher, records: Records, at: Int64) -> Iterable[Lack]:
    """What fails of one test of one record: through a reference, the tests of the row behind it."""
    if test.through is not None:
        for row in test.through.any_of[:1]:
            for inner, behind in row:
                path = Condition((((name, Test(through=Condition((((inner, behind),),)))),),))
                if not matcher.holds(path, records, rows=at)[0]:
                    yield _lack(f"{name}.{inner}", behind, shown(f"{name}.{inner}", matcher, records, at=at))
        return
    yield _lack(name, test, shown(name, matcher, records, at=at))


def shown(name: str, matcher: Matcher, records: Records, *, at: Int64) -> str | None:
    """What stands in a field of one record, as people write it; null when nothing does."""
    column = matcher.value(name, records, rows=at)
    if column.lists is not None:
        return None if not column.known[0] else "、".join(str(one) for one in column.lists.to_list()[0])
    text: str | None = None if not column.known[0] else as_text(column).series().to_list()[0]
    return text if text is None or column.kind != "number" else text.removesuffix(".0")


def _lack(name: str, test: Test, found: str | None) -> Lack:
    operator, wanted = _wanted(test)
    return {"field": name, "test": operator, "wanted": wanted, "found": found}


def _wanted(test: Test) -> tuple[str, str]:
    """How a test compares and with what; of several operators all, joined."""
    said: list[tuple[str, str]] = []
    if test.known is not None:
        said.append(("known" if test.known else "unknown", ""))
    if test.equal is not None:
        said.append(("equal" if len(test.equal) == 1 else "among", _several(test.equal)))
    if test.unequal is not None:
        said.append(("not", _several(test.unequal)))
    for operator, bound in (("min", test.min), ("max", test.max), ("above", test.above), ("below", test.below)):
        if bound is not None:
            said.append((operator, _bound(bound)))
    if test.same_as is not None:
        said.append(("equal", _bound(test.same_as)))
    if test.differs_from is not None:
        said.append(("not", _bound(test.differs_from)))
    if test.has is not None:
        said.append(("has", _several(test.has)))
    if test.contains is not None:
        said.append(("contains", _several(test.contains)))
    for operator, look in (("listed", test.listed), ("unlisted", test.unlisted)):
        if look is not None:
            said.append((operator, _list(look)))
    return " ".join(operator for operator, _ in said), " ".join(wanted for _, wanted in said if wanted)


def _list(look: Listed) -> str:
    return look.table


def _several(values: Iterable[Scalar]) -> str:
    return "、".join(_plain(value) for value in values)


def _bound(bound: Scalar | FieldValue) -> str:
    if not isinstance(bound, FieldValue):
        return _plain(bound)
    return bound.field if bound.times is None else f"{bound.field} × {bound.times}"


def _plain(value: Scalar) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
