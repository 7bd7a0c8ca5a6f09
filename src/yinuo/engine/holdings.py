"""Who held a case when: from the flow's `holder` map; nothing else moves a case (design 4, attribution)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from yinuo.engine.clauses.flow import Flow
from yinuo.engine.columns import Bool, Column, as_text, joined
from yinuo.engine.history import History
from yinuo.engine.log import HOLDING_COLUMNS
from yinuo.kernel.instants import DAY, NEVER, Int64
from yinuo.kernel.segments import bounds, is_first, search, spread


@dataclass(frozen=True, eq=False)
class Holdings:
    """The changes of holder of all cases, by case and time: the event, and the unit and actor who hold from then."""

    history: History
    row: Int64
    unit: Column
    actor: Column
    low: Int64
    high: Int64

    @classmethod
    def of(cls, history: History) -> Holdings:
        """Read the changes from the events the flows name in `holder`."""
        found = [_changes(history, flow, cases=cases) for flow, cases in history.ways if flow.holder]
        rows = [rows for part in found for rows, _, _ in part]
        row = np.concatenate(rows) if rows else np.empty(0, np.int64)
        units = _joined([unit for part in found for _, unit, _ in part], row.size)
        actors = _joined([actor for part in found for _, _, actor in part], row.size)
        order = np.argsort(row, kind="stable")
        row = row[order]
        low, high = bounds(history.case[row], len(history.low))
        return cls(history, row, units.take(order), actors.take(order), low, high)

    def at(self, case: Int64, moment: Int64) -> Int64:
        """The index of the change in force for each case at each instant, -1 before the first."""
        if self.row.size == 0:
            return np.full(case.size, -1, np.int64)
        low = self.low[case]
        found = search(self.history.at[self.row], low, high=self.high[case], wanted=moment, after=True) - 1
        return np.where(found >= low, found, -1)

    def during(self, case: Int64, begin: Int64, *, until: Int64) -> tuple[Int64, Int64]:
        """(row, index of the change) for every holding between two instants of each row, where there are several."""
        moved = np.flatnonzero(self.high[case] - self.low[case] > 1)
        first = np.maximum(self.at(case[moved], begin[moved]), self.low[case[moved]])
        last = self.at(case[moved], until[moved])
        several = last > first
        owner, change = spread(first[several], last[several] + 1)
        return moved[several][owner], change

    def frame(self) -> pl.DataFrame:
        """The holdings as a table: who held each case from when to when, and for how many working days."""
        history, calendar = self.history, self.history.rules.calendar
        over = _endings(history)
        kept = np.flatnonzero(self.row <= over[history.case[self.row]])
        if kept.size == 0:
            return pl.DataFrame(schema=HOLDING_COLUMNS)
        row = self.row[kept]
        case, begin = history.case[row], history.at[row]
        end = np.append(begin[1:], NEVER)
        last = np.append(is_first(case)[1:], True)
        final = over[case[last]]
        end[last] = np.where(final == NEVER, NEVER, history.at[np.where(final == NEVER, 0, final)])
        days = calendar.count_workdays(calendar.clock.local(np.minimum(end, history.as_of)) // DAY)
        days -= calendar.count_workdays(calendar.clock.local(begin) // DAY)
        instants = pl.DataFrame({"from": begin, "to": np.where(end == NEVER, 0, end)}).with_columns(
            pl.all().cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
        )
        return pl.DataFrame({
            "case_id": history.log.cases["case_id"][case],
            "unit": self.unit.take(kept).series(), "actor": self.actor.take(kept).series(),
            "from": instants["from"], "to": instants["to"].set(pl.Series(end == NEVER), None),
            "used": days.astype(np.float64),
        })  # fmt: skip


def _endings(history: History) -> Int64:
    """For each case the first event that ends its flow, NEVER while it runs."""
    over = np.full(history.low.size, NEVER, np.int64)
    over[history.case[history.endings]] = history.endings
    return over


def _changes(history: History, flow: Flow, *, cases: Bool) -> list[tuple[Int64, Column, Column]]:
    found = []
    for activity, holder in flow.holder.items():
        rows = history.rows_in(cases, [activity])
        if rows.size:
            found.append((rows, *_holder(history, flow, holder=holder, rows=rows)))
    return found


def _holder(history: History, flow: Flow, *, holder: str, rows: Int64) -> tuple[Column, Column]:
    """(unit, actor) who hold the case after these events."""
    nobody = Column.missing(rows.size)
    named = history.column(holder, rows)
    if holder == "actor":
        return history.column("unit", rows), named
    is_person = holder in flow.fields and flow.fields[holder].is_ in ("person", "post")
    return (nobody, named) if is_person else (named, nobody)


def _joined(columns: list[Column], size: int) -> Column:
    if not columns:
        return Column.missing(size)
    return joined([as_text(column) for column in columns])
