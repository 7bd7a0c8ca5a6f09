"""`difference`: whose clocks and levels change between two readings of one log. The what-if."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from yinuo.engine.log import Said

_CLOCK = ["institution", "clause", "case_id", "thread", "key", "opener"]
_FINDING = [*_CLOCK, "level"]
_COMPARED = ("state", "due_at", "level")


@dataclass(frozen=True)
class Difference:
    """What changes from one reading to the other.

    `clocks`: clocks that exist in only one of them or whose state, due date or shown level differ (`…_before`,
    `…_after`, null where there is no clock). `findings`: levels raised in only one of them (`side` = before, after).
    """

    clocks: pl.DataFrame
    findings: pl.DataFrame

    def states(self) -> pl.DataFrame:
        """How many clocks of each promise went from which state to which."""
        return self._count(["institution", "clause", "state_before", "state_after"], self.clocks)

    def levels(self) -> pl.DataFrame:
        """How many findings of each clause and level are gone (before) or new (after)."""
        return self._count(["institution", "clause", "level", "side"], self.findings)

    def cases(self) -> int:
        """How many cases are concerned."""
        return pl.concat([self.clocks["case_id"], self.findings["case_id"]]).n_unique()

    @staticmethod
    def _count(columns: list[str], frame: pl.DataFrame) -> pl.DataFrame:
        return frame.group_by(columns).len("cases").sort(columns)


def difference(before: Said, after: Said) -> Difference:
    """Compare what two texts say of the same log at the same moment. Identity is that of clocks and findings."""
    return Difference(_clocks(before.clocks, after.clocks), _findings(before.findings, after.findings))


def _clocks(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    mine = before.select(*_CLOCK, *_COMPARED)
    theirs = after.select(*_CLOCK, *_COMPARED)
    both = mine.join(theirs, on=_CLOCK, how="full", suffix="_after", nulls_equal=True, coalesce=True)
    both = both.rename({name: f"{name}_before" for name in _COMPARED})
    changed = pl.any_horizontal(pl.col(f"{name}_before").ne_missing(pl.col(f"{name}_after")) for name in _COMPARED)
    return both.filter(changed).sort(_CLOCK)


def _findings(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    shown = [*_FINDING, "raised_at", "unit"]
    gone = before.join(after, on=_FINDING, how="anti", nulls_equal=True).select(shown)
    new = after.join(before, on=_FINDING, how="anti", nulls_equal=True).select(shown)
    sides = [gone.with_columns(side=pl.lit("before")), new.with_columns(side=pl.lit("after"))]
    return pl.concat(sides).sort([*_FINDING, "side"])
