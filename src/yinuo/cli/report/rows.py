"""The rows that the page carries: what the links on its numbers open. Compact columns, capped, honest about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from yinuo.cli.report.words import Name
from yinuo.engine.log import Log
from yinuo.engine.populations import case_facts
from yinuo.engine.rules import Rules

CAP = 5_000
"""Rows of each table that the page carries at most."""


def clock_rows(clocks: pl.DataFrame, zone: str, fields: pl.DataFrame) -> dict[str, Any]:
    """Clocks: the longest over first; when there are more than CAP, half of those carried are an even sample of the rest."""
    chosen = _chosen(clocks, pl.col("over"))
    columns = {
        "case": chosen["case_id"].to_list(),
        "clause": chosen["clause"].to_list(),
        "unit": chosen["unit"].to_list(),
        "state": chosen["state"].to_list(),
        "level": chosen["level"].to_list(),
        "started": _local(chosen["started_at"], zone),
        "due": _local(chosen["due_at"], zone),
        "ended": _local(chosen["ended_at"], zone),
        "used": _rounded(chosen["used"]),
        "allowed": _rounded(chosen["allowed"]),
        "paused": _rounded(chosen["paused"]),
        "measure": chosen["measure"].to_list(),
        "bin": chosen["bin"].to_list(),
        "party": chosen["party"].cast(pl.Int8).to_list(),
        **_of_the_case(chosen, fields),
    }
    return _packed(columns, clocks.height)


def finding_rows(
    findings: pl.DataFrame,
    zone: str,
    *,
    ranks: Mapping[str, int],
    fields: pl.DataFrame,
    sentence: Callable[[Mapping[str, Any]], Name],
) -> dict[str, Any]:
    """Findings with their sentences, highest level first."""
    rank = pl.col("level").replace_strict(dict(ranks), default=-1, return_dtype=pl.Int32)
    chosen = _chosen(findings, rank)
    said = [sentence(row) for row in chosen.iter_rows(named=True)]
    columns = {
        "case": chosen["case_id"].to_list(),
        "clause": chosen["clause"].to_list(),
        "unit": chosen["unit"].to_list(),
        "level": chosen["level"].to_list(),
        "raised": _local(chosen["raised_at"], zone),
        "cleared": _local(chosen["cleared_at"], zone),
        "open": chosen["open"].cast(pl.Int8).to_list(),
        "why_zh": [name.zh for name in said],
        "why_en": [name.en for name in said],
        **_of_the_case(chosen, fields),
    }
    return _packed(columns, findings.height)


def case_rows(
    log: Log, rules: Rules, *, clocks: pl.DataFrame, findings: pl.DataFrame, fields: pl.DataFrame
) -> dict[str, Any]:
    """Cases: opened, closed, and how many events, clocks and findings they have."""
    chosen = log.cases if log.cases.height <= CAP else log.cases[_evenly(pl.arange(log.cases.height, eager=True), CAP)]
    of_these = pl.col("case_id").is_in(chosen["case_id"].implode())
    events = log.events.filter(of_these)
    facts = case_facts(Log(events, chosen, log.tables), rules)
    counted = facts.select("case_id")
    for name, table in (("clocks", clocks), ("findings", findings)):
        counts = table.select("case_id").filter(of_these).group_by("case_id").agg(pl.len().alias(name))
        counted = counted.join(counts, on="case_id", how="left", maintain_order="left")
    columns = {
        "case": facts["case_id"].to_list(),
        **{name: facts[name].fill_null("").to_list() for name in ("kind", "item", "unit") if name in facts.columns},
        "opened": _local(facts["opened_at"], rules.zone),
        "closed": _local(facts["closed_at"], rules.zone),
        "events": facts["events"].fill_null(0).to_list(),
        **{name: counted[name].fill_null(0).to_list() for name in ("clocks", "findings")},
        **_of_the_case(facts, fields),
    }
    return _packed(columns, log.cases.height)


def _of_the_case(chosen: pl.DataFrame, fields: pl.DataFrame) -> dict[str, list[Any]]:
    """Fields of the rows' cases (`fields`: case_id and columns named as the page's filters name them), as text."""
    joined = chosen.select("case_id").join(fields, on="case_id", how="left", maintain_order="left").drop("case_id")
    return {column: joined[column].cast(pl.String).fill_null("").to_list() for column in joined.columns}


def _chosen(table: pl.DataFrame, weight: pl.Expr) -> pl.DataFrame:
    """All rows, heaviest first; of too many the CAP/2 heaviest and an even sample of the others."""
    weights = table.select(weight.alias("weight")).with_row_index("row")
    if table.height <= CAP:
        return table[_heaviest(weights)]
    top = _heaviest(weights.drop_nulls().top_k(CAP // 2, by="weight"))
    rest = weights["row"].filter(~weights["row"].is_in(top.implode()))
    return table[pl.concat([top, _evenly(rest, CAP - top.len())])]


def _evenly(rows: pl.Series, number: int) -> pl.Series:
    """So many of the rows, at even distances."""
    return rows.gather([place * rows.len() // number for place in range(number)])


def _heaviest(weights: pl.DataFrame) -> pl.Series:
    return weights.sort("weight", "row", descending=[True, False], nulls_last=True)["row"]


def _local(instants: pl.Series, zone: str) -> list[str | None]:
    local = instants.dt.convert_time_zone(zone)
    return local.dt.strftime("%Y-%m-%d %H:%M").to_list()


def _rounded(values: pl.Series) -> list[float | None]:
    return values.round(2).to_list()


def _packed(columns: dict[str, list[Any]], total: int) -> dict[str, Any]:
    """Texts that repeat are written once: {"words": […], "at": […]}."""
    packed: dict[str, Any] = {}
    for name, values in columns.items():
        words = sorted({value for value in values if isinstance(value, str)})
        if words and len(words) * 2 < len(values):
            index = {word: place for place, word in enumerate(words)}
            packed[name] = {"words": words, "at": [None if value is None else index[value] for value in values]}
        else:
            packed[name] = values
    return {"total": total, "rows": len(next(iter(columns.values()))), "columns": packed}
