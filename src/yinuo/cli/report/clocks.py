"""The clocks of a replay with what the page derives from them: how far over, which share of the limit was used."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from yinuo.engine.log import Said
from yinuo.engine.rules import Rules

BINS = 21
"""Tenths of the limit up to twice the limit, and everything beyond."""

JUDGED = ("kept", "late", "overdue")


def readable(said: Said, rules: Rules, as_of: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Clocks and findings as the page reads them: `clause` is institution/clause, nothing that is grouped by is null.

    Clocks also get `over` (elapsed time beyond the due instant), `ratio` (used of allowed; for a due date that was
    ordered and has no length, elapsed time of the time from start to due) and `bin` (its tenth).
    """
    name = pl.concat_str("institution", pl.lit("/"), "clause").alias("clause")
    plain = [name, pl.col("unit").fill_null(""), pl.col("level").fill_null("")]
    now = pl.lit(as_of).cast(pl.Datetime("us", "UTC"))
    end = pl.coalesce("ended_at", now)
    elapsed = (end - pl.col("started_at")).dt.total_microseconds()
    whole = (pl.col("due_at") - pl.col("started_at")).dt.total_microseconds()
    ratio = (
        pl.when(pl.col("allowed") > 0)
        .then(pl.col("used") / pl.col("allowed"))
        .when(pl.col("allowed").is_null() & (whole > 0))
        .then(elapsed / whole)
    )
    late = pl.col("state").is_in(["late", "overdue"])
    clocks = said.clocks.with_columns(
        *plain,
        pl.col("measure").fill_null(""),
        pl.when(late).then(end - pl.col("due_at")).alias("over"),
        ratio.alias("ratio"),
    ).with_columns(
        pl.when(pl.col("state").is_in(JUDGED))
        .then((pl.col("ratio") * 10 + 1e-9).floor().clip(0, BINS - 1))
        .cast(pl.Int32)
        .alias("bin"),
        pl.col("clause").is_in(sorted(binding_citizens(rules))).alias("party"),
    )
    findings = said.findings.with_columns(*plain, pl.col("cleared_at").is_null().alias("open"))
    return clocks, findings


def binding_citizens(rules: Rules) -> set[str]:
    """The promises whose limit binds the citizen: shown, never counted against a unit."""
    return {
        ruling.name
        for ruling in rules.of_kind("promise")
        if any(getattr(edition.clause, "party", False) for edition in ruling.editions)
    }
