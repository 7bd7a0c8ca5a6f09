"""The sentence that says why, for every finding of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from yinuo.cli.report.words import Name, Names


class Sentences:
    """Finding rows into sentences of both languages."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def of(self, finding: Mapping[str, Any]) -> Name:
        """The sentence of one finding."""
        clause, level = self._names.clause(finding["clause"]), self._names.level(finding["level"])
        return Name(f"{clause.zh}：{level.zh}（{finding['why_code']}）", f"{clause.en}: {level.en} ({finding['why_code']})")

    def by_clock(
        self, findings: pl.DataFrame, clocks: pl.DataFrame
    ) -> dict[tuple[str, str, str, str], Name]:
        """For the given clocks the sentence of the finding of their level, by (case, clause, opener, level)."""
        keys = ["case_id", "clause", "opener", "level"]
        wanted = clocks.select(keys).unique()
        chosen = findings.join(wanted, on=keys, how="semi", nulls_equal=True)
        return {
            (row["case_id"], row["clause"], row["opener"] or "", row["level"]): self.of(row)
            for row in chosen.iter_rows(named=True)
        }
