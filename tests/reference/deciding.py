"""What the grammar says of one decision table, record by record and row by row (grammar part 2, 2.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.reference.place import Record, holds
from yinuo.engine.clauses.conditions import Condition
from yinuo.engine.clauses.table import Table, TableRow


def row_of(table: Table, record: Record) -> int | None:
    """The first row that holds, from 1; null when none does."""
    for number, row in enumerate(table.rows, 1):
        if holds(row.when, record):
            return number
    return None


def results_of(table: Table, record: Record) -> dict[str, Any]:
    """What the table gives: the first row's results, of all rows with match = "all", else otherwise."""
    found = [row for row in table.rows if holds(row.when, record)]
    if not found:
        return dict(table.otherwise)
    if table.match == "first":
        return dict(found[0].then)
    names = dict.fromkeys(name for row in found for name in row.then)
    return {name: list(dict.fromkeys(row.then[name] for row in found)) for name in names}


def may_be_given(rows: Sequence[TableRow], match: str, record: Record, said: Mapping[str, Any]) -> bool:
    """Whether the rows allow what somebody says they give; what they leave unsaid is not held against them."""
    found = [row for row in rows if holds(row.when, record)]
    read = found[:1] if match == "first" else found
    return any(_agrees(row, said) for row in read)


def _agrees(row: TableRow, said: Mapping[str, Any]) -> bool:
    return all(said.get(name) is None or str(said[name]) == str(value) for name, value in row.then.items())


def lacking(table: Table, record: Record) -> tuple[int, tuple[str, ...]]:
    """The row with the fewest failing tests (the first of several), from 1, and the fields those tests read."""
    best: tuple[int, tuple[str, ...]] | None = None
    for number, row in enumerate(table.rows, 1):
        for way in row.when.any_of:
            failing = tuple(name for name, test in way if not holds(Condition((((name, test),),)), record))
            if best is None or len(failing) < len(best[1]):
                best = number, failing
    assert best is not None
    return best


def share(granted: Sequence[Record], of: Sequence[Record], *, unit: str) -> tuple[int, int]:
    """How many of a unit were granted, and of how many."""
    return sum(one["unit"] == unit for one in granted), sum(one["unit"] == unit for one in of)
