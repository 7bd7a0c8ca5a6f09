"""`yinuo replay LOG --pack PACK`: hold a log to the promises of a pack."""

from __future__ import annotations

import json as json_
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import polars as pl
import typer
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from yinuo.cli.moments import moment
from yinuo.cli.say import REJECTED, err, loaded, out, refuse
from yinuo.cli.summary import summarise
from yinuo.engine.decisions import decide, shares
from yinuo.engine.evaluate import evaluate
from yinuo.engine.explain import explain
from yinuo.engine.log import Log, Said
from yinuo.engine.measure import measure
from yinuo.logs import LogError, ReadLog, read_log
from yinuo.logs.columnar import write_parquet
from yinuo.rulebook.loader import Pack


class Format(StrEnum):
    """How tables are written."""

    PARQUET = "parquet"
    CSV = "csv"


_SHOWN = 5
"""Rejected rows that are printed when no folder lists them."""

LogArgument = Annotated[Path, typer.Argument(metavar="LOG", help="CSV, Parquet, XES, OCEL 2.0 or CloudEvents lines.")]
AsOf = Annotated[
    str, typer.Option("--as-of", metavar="T", help="Only what happened by then counts; else the log's last moment.")
]


def replay(
    log: LogArgument,
    *,
    pack: Annotated[str, typer.Option("--pack", metavar="PACK", help="Name of a pack that ships, or a folder.")],
    as_of: AsOf = "",
    known_at: Annotated[
        str, typer.Option("--known-at", metavar="T", help="Only what was recorded by then counts; all of it otherwise.")
    ] = "",
    target: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write tables and report there.")] = None,
    form: Annotated[Format, typer.Option("--format", help="Of the tables.")] = Format.PARQUET,
    json: Annotated[bool, typer.Option("--json", help="Print summary.json instead of a table.")] = False,
    encoding: Annotated[str | None, typer.Option("--encoding", help="Of the log, when it is not UTF-8.")] = None,
) -> None:
    """Say of every case which promises were kept. Exit 0 done, 1 done but rows were rejected, 2 refused."""
    began = time.perf_counter()
    text = loaded(pack)
    read = opened(log, text, encoding)
    full = Log(read.log.events, read.log.cases, text.tables)
    moment_ = moment(as_of, text.rules.zone) if as_of else latest(read)
    known = moment(known_at, text.rules.zone) if known_at else None
    with working("evaluating"):
        said = evaluate(full, text.rules, as_of=moment_, known_at=known)
        indicators = measure(full, said, text.rules, as_of=moment_)
    summary = summarise(text, full, said, counts=read.counts, as_of=moment_)
    summary["seconds"] = round(time.perf_counter() - began, 3)
    if target is not None:
        with writing(target):
            _write(target, form, text, name=log.name, log=full, said=said, indicators=indicators, summary=summary)
            read.rejected.write_csv(target / "rejected.csv")
    if json:
        typer.echo(json_.dumps(summary, ensure_ascii=False, indent=2))
    else:
        _print(text, summary, said, target)
    _tell_what_was_not_read(read, target)
    if full.events.height and full.events.get_column("at").min() > moment_:
        err.print(f"Nothing had happened yet: the log begins after {moment_:%Y-%m-%d}. Choose a later --as-of.")
    if summary["log"]["rejected"]:
        raise typer.Exit(REJECTED)


def opened(path: Path, pack: Pack, encoding: str | None = None) -> ReadLog:
    """Read a log with a bar for who is waiting; one that cannot be read ends the command with 2."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("reading", total=None)

        def progress(done: int, total: int, what: str, /) -> None:
            bar.update(task, completed=done, total=total or None, description=what)

        try:
            return read_log(path, pack, encoding=encoding, progress=progress)
        except LogError as error:
            refuse(str(error))


def _tell_what_was_not_read(read: ReadLog, target: Path | None) -> None:
    """How many rows were left out or read otherwise than written, and the first of them or the file that lists them."""
    kept = read.counts.get("kept", 0)
    rejected = read.counts.get("rejected", 0)
    if rejected:
        err.print(f"{rejected:,} {'row' if rejected == 1 else 'rows'} rejected; the rest was evaluated")
    if kept:
        err.print(f"{kept:,} {'row' if kept == 1 else 'rows'} read otherwise than written")
    if target is not None and rejected + kept:
        err.print(f"    each with its reason: {target / 'rejected.csv'}", markup=False)
        return
    for row in read.rejected.head(_SHOWN).iter_rows(named=True):
        cell = f', {row["column"]} "{row["value"] or ""}"' if row["column"] else ""
        err.print(f"    line {row['line']}, case {row['case_id'] or '–'}{cell}: {row['reason']}", markup=False)
    if rejected + kept > _SHOWN:
        err.print(f"    and {rejected + kept - _SHOWN:,} more; --out DIR lists them all in rejected.csv")


def latest(read: ReadLog) -> datetime:
    """The last moment of a log; one without events ends the command with 2."""
    if read.latest is None:
        refuse("The log has no events.")
    return read.latest


@contextmanager
def working(what: str) -> Iterator[None]:
    """Tell who is waiting; what the evaluator refuses ends the command with 2."""
    try:
        with err.status(what):
            yield
    except ValueError as error:
        refuse(f"The log cannot be evaluated: {error}")


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Make a folder and write into it; one that cannot be written ends the command with 2."""
    try:
        target.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        refuse(f"{target} cannot be written: {error.strerror}. Name another folder with --out.")


def _write(
    target: Path, form: Format, pack: Pack, *,
    name: str, log: Log, said: Said, indicators: pl.DataFrame, summary: dict[str, Any],
) -> None:  # fmt: skip
    from yinuo.cli.report import About, Name, write_report  # noqa: PLC0415 - Jinja only where a page is written

    tables = {"clocks": said.clocks, "findings": said.findings, "holdings": said.holdings, "indicators": indicators}
    if pack.rules.of_kind("table"):
        at = datetime.fromisoformat(summary["as_of"])
        tables |= {"decisions": decide(log, pack.rules, as_of=at), "shares": shares(log, pack.rules, as_of=at)}
    for table, frame in tables.items():
        path = target / f"{table}.{form}"
        if form is Format.CSV:
            frame.write_csv(path, datetime_format="%Y-%m-%dT%H:%M:%S%.6fZ")
        else:
            write_parquet(frame, path)
    (target / "summary.json").write_text(json_.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    known = [one for part in pack.everywhere() for one in part.institutions.values()]
    institutions = {one.id: Name(one.zh, one.en or one.zh) for one in known}
    about = About(Name(pack.zh, pack.en or pack.zh), pack.digest, name, institutions, form.value)
    write_report(
        target / "report.html",
        log=log, said=said, indicators=indicators, summary=summary, rules=pack.rules, about=about,
    )  # fmt: skip


def _print(pack: Pack, summary: dict[str, Any], said: Said, target: Path | None) -> None:
    counted = summary["log"]
    size = f"{counted['cases']:,} cases, {counted['events']:,} events"
    as_of = datetime.fromisoformat(summary["as_of"]).astimezone(ZoneInfo(pack.rules.zone))
    out.print(f"{pack.zh} {pack.en} · {size}, as of {as_of:%Y-%m-%d %H:%M} {pack.rules.zone}", markup=False)
    if counted["unknown"]:
        often = sorted(counted["unknown"].items(), key=lambda item: -item[1])
        names = ", ".join(f"{name} ({number:,})" for name, number in often[:5])
        more = f" and {len(often) - 5} more" if len(often) > 5 else ""
        out.print(f"activities no text names, left unjudged: {names}{more}", markup=False)
    table = Table("promise", "", "ended", "late", "share", "95 %", "overdue now", box=None, header_style="bold")
    clauses = {f"{one.institution}/{one.id}": one.newest.clause for one in pack.rules.rulings}
    for clause, late in summary["late"].items():
        share = "–" if late["share"] is None else f"{late['share']:.1%}"
        sure = "–" if late["share"] is None else f"{late['low']:.1%}–{late['high']:.1%}"
        title = clauses[clause].zh if clause in clauses else ""
        table.add_row(clause, title, f"{late['n']:,}", f"{late['late']:,}", share, sure, f"{late['overdue']:,}")
    out.print(table)
    levels = pack.rules.levels
    for level, number in summary["findings"].items():
        out.print(f"{levels[level].zh if level in levels else ''} {level}: {number:,}", markup=False)
    for finding in said.findings.sort("raised_at", descending=True).head(1).iter_rows(named=True):
        out.print(f"the latest: {finding['case_id']}: {explain(finding, pack.rules, lang='en')}", markup=False)
    if target is not None:
        out.print(f"written to {target}; look at {target / 'report.html'}", markup=False)
