"""The catalogue as the dated tables figures count: what stood there on each day (E024, E072–E075, D03, D06)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from yinuo.city.pages.statements import rows
from yinuo.engine.fieldtypes import column_type
from yinuo.kernel.limits import Limit, Unit
from yinuo.rulebook.loader import Pack

PUBLIC_SERVICE = "20"
"""The type of an item that approves nothing (GB/T 39554)."""
DATED: Mapping[str, str] = {"id": "text", "from": "date", "until": "date"}
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "matters": {
        "item": "item", "unit": "unit", "type": "text", "immediate": "bool", "entered": "bool", "authorised": "bool", "exempt": "bool",
        "exempt_reason": "text", "papers_listed": "int", "steps_listed": "int", "promised_days": "int", "statutory_days": "int",
    },
    "departments": {"unit": "unit", "approvals": "int", "exempt": "bool"},
    "entrances": {"item": "item", "unit": "unit", "type": "text", "entered_on": "date"},
}  # fmt: skip
"""The tables a text may declare to count the catalogue by; it may leave columns out."""


def tables_of(pack: Pack, wanted: Iterable[str] = COLUMNS) -> dict[str, pl.DataFrame]:
    """Those of the tables that the text declares: one query, none when it declares none."""
    names = [name for name in wanted if name in COLUMNS and name in pack.rules.tables]
    if not names:
        return {}
    versions = rows(__file__, "counted_items", {})
    catalogue = [part for one in versions for part in in_parts(one)]
    made = {"matters": catalogue, "departments": departments(catalogue), "entrances": entrances(versions)}
    return {name: _frame(made[name], COLUMNS[name]) for name in names}


def in_parts(version: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One version as rows, a new one from each day on which it enters, its letter begins or ends, its exemption ends."""
    since, until = version["since"], version["until"]
    turns = {version[name] for name in ("entered_on", "letter_since", "letter_until", "exempt_until")}
    days = [since, *sorted(day for day in turns if day is not None and since < day and (until is None or day < until))]
    promised, statutory = _comparable(version["promised"], version["statutory"])
    for day, following in zip(days, [*days[1:], until], strict=True):
        is_exempt = _is_on(day, since=date.min, until=version["exempt_until"]) and version["exempt_until"] is not None
        yield {
            "id": version["item"],
            "item": version["item"],
            "unit": version["unit"],
            "type": version["type"],
            "from": day,
            "until": following,
            "immediate": version["case_type"] == "immediate",
            "entered": _is_on(day, since=version["entered_on"], until=None),
            "authorised": _is_on(day, since=version["letter_since"], until=version["letter_until"]),
            "exempt": is_exempt,
            "exempt_reason": version["exempt_reason"] if is_exempt else None,
            "papers_listed": version["papers"],
            "steps_listed": version["steps"],
            "promised_days": promised,
            "statutory_days": statutory,
        }


def departments(catalogue: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each unit while it holds approval items in force: how many, and whether all of them are exempt."""
    held: dict[str, list[Mapping[str, Any]]] = {}
    for row in catalogue:
        if row["type"] != PUBLIC_SERVICE:
            held.setdefault(row["unit"], []).append(row)
    made: list[dict[str, Any]] = []
    for unit, parts in sorted(held.items()):
        days = sorted({day for row in parts for day in (row["from"], row["until"]) if day is not None})
        last: dict[str, Any] | None = None
        for day in days:
            there = [row for row in parts if _is_on(day, since=row["from"], until=row["until"])]
            said = {"approvals": len(there), "exempt": bool(there) and all(row["exempt"] for row in there)}
            if last is not None:
                if all(last[name] == value for name, value in said.items()):
                    continue
                last["until"] = day
            last = {"id": unit, "unit": unit, "from": day, "until": None, **said} if there else None
            made += [last] if last is not None else []
    return made


def entrances(versions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The day each item entered the centre, as the first version that names one has it."""
    first: dict[str, dict[str, Any]] = {}
    for one in versions:
        day = one["entered_on"]
        if day is not None and one["item"] not in first:
            first[one["item"]] = {
                "id": one["item"], "item": one["item"], "unit": one["unit"], "type": one["type"], "from": day, "until": None, "entered_on": day,
            }  # fmt: skip
    return list(first.values())


def _is_on(day: date, *, since: date | None, until: date | None) -> bool:
    return since is not None and since <= day and (until is None or day < until)


def _comparable(promised: str, statutory: str) -> tuple[int | None, int | None]:
    """Both limits as days of one sort; null where they cannot be compared (承诺压缩比 counts only pairs)."""
    try:
        one, other = Limit.parse(promised), Limit.parse(statutory)
    except ValueError:
        return None, None
    if one.unit != other.unit and one.count:
        return None, None
    return (one.count, other.count) if other.unit in (Unit.WORKDAYS, Unit.DAYS) else (None, None)


def _frame(made: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> pl.DataFrame:
    schema = {name: column_type(word) for name, word in {**DATED, **columns}.items()}
    return pl.DataFrame({name: [row[name] for row in made] for name in schema}, schema=schema)
