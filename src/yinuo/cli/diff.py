"""`yinuo diff PACK_A PACK_B LOG`: whose clocks and levels would change."""

from __future__ import annotations

import json as json_
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.table import Table

from yinuo.cli.moments import moment
from yinuo.cli.replay import AsOf, LogArgument, latest, opened, working, writing
from yinuo.cli.say import REJECTED, err, loaded, out
from yinuo.engine.evaluate import evaluate
from yinuo.engine.log import Log
from yinuo.rulebook.diff import Difference, difference


def diff(
    pack_a: Annotated[str, typer.Argument(metavar="PACK_A", help="The text as it is.")],
    pack_b: Annotated[str, typer.Argument(metavar="PACK_B", help="The text as it might be.")],
    log: LogArgument,
    *,
    as_of: AsOf = "",
    target: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write every changed row there.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
    encoding: Annotated[str | None, typer.Option("--encoding", help="Of the log, when it is not UTF-8.")] = None,
) -> None:
    """What if: hold one log to two texts. Exit 0 done, 1 done but rows were rejected, 2 refused."""
    said, rejected = [], 0
    for name in (pack_a, pack_b):
        pack = loaded(name)
        read = opened(log, pack, encoding)
        when = moment(as_of, pack.rules.zone) if as_of else latest(read)
        rejected = max(rejected, read.counts.get("rejected", 0))
        with working("evaluating"):
            said.append(evaluate(Log(read.log.events, read.log.cases, pack.tables), pack.rules, as_of=when))
    found = difference(*said)
    if target is not None:
        with writing(target):
            found.clocks.write_csv(target / "clocks.csv", datetime_format="%Y-%m-%dT%H:%M:%S%.6fZ")
            found.findings.write_csv(target / "findings.csv", datetime_format="%Y-%m-%dT%H:%M:%S%.6fZ")
    if json:
        counts = {"cases": found.cases(), "clocks": found.states().to_dicts(), "findings": found.levels().to_dicts()}
        typer.echo(json_.dumps(counts, ensure_ascii=False, indent=2))
    else:
        _print(found)
    if rejected:
        err.print(f"{rejected:,} {'row' if rejected == 1 else 'rows'} rejected; the rest was compared")
        raise typer.Exit(REJECTED)


def _print(found: Difference) -> None:
    out.print(f"{found.cases():,} cases change: {found.clocks.height:,} clocks, {found.findings.height:,} findings")
    _table(found.states(), ("promise", "from", "to", "clocks"))
    levels = found.levels().with_columns(pl.col("side").replace_strict({"before": "gone", "after": "new"}))
    _table(levels, ("clause", "level", "", "findings"))


def _table(frame: pl.DataFrame, headers: tuple[str, ...]) -> None:
    if frame.is_empty():
        return
    table = Table(*headers, box=None, header_style="bold")
    for institution, clause, *rest in frame.iter_rows():
        table.add_row(f"{institution}/{clause}", *("–" if one is None else str(one) for one in rest))
    out.print(table)
