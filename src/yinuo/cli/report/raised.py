"""Findings by level: how many of each clause, how many of each unit."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from markupsafe import Markup

from yinuo.cli.report.numbers import Number, both_of, count, link
from yinuo.cli.report.words import Names

MOST_ROWS = 40


@dataclass(frozen=True)
class Matrix:
    """Counts of findings: one row each, one column a level, then how many are open, then all."""

    key: str
    rows: tuple[tuple[Markup | str, tuple[Number, ...]], ...]
    total: tuple[Number, ...]
    left: int


def levels_of(findings: pl.DataFrame, ranks: dict[str, int]) -> tuple[str, ...]:
    """The levels that were raised, lowest first."""
    return tuple(sorted(findings["level"].unique().to_list(), key=lambda level: (ranks.get(level, 0), level)))


def matrix(findings: pl.DataFrame, *, by: str, levels: tuple[str, ...], names: Names) -> Matrix:
    """Findings by `clause` or by `unit`, most findings first; beyond MOST_ROWS only the number of rows left."""
    sums = [(pl.col("level") == level).sum().cast(pl.Int64).alias(f"level:{level}") for level in levels]
    sums += [pl.col("open").sum().cast(pl.Int64).alias("open"), pl.len().cast(pl.Int64).alias("all")]
    counted = findings.group_by(by).agg(sums).sort("all", by, descending=[True, False])
    rows = []
    for row in counted.head(MOST_ROWS).iter_rows(named=True):
        subject = row[by]
        title = both_of(names.clause(subject)) if by == "clause" else both_of(names.unit(subject))
        rows.append((title, _cells(row, f"{by}/{subject}", levels, {by: subject})))
    total = _cells(findings.select(sums).row(0, named=True), f"{by}/all", levels, {})
    return Matrix(by, tuple(rows), total, max(0, counted.height - MOST_ROWS))


def _cells(row: dict[str, int], fact: str, levels: tuple[str, ...], only: dict[str, str]) -> tuple[Number, ...]:
    cells = [
        count(f"findings/{fact}/{level}", row[f"level:{level}"], href=link("findings", **only, level=level))
        for level in levels
    ]
    cells.append(count(f"findings/{fact}/open", row["open"], href=link("findings", **only, open=1)))
    cells.append(count(f"findings/{fact}/total", row["all"], href=link("findings", **only)))
    return tuple(cells)
