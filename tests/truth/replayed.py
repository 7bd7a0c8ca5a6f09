"""One replay per log and pack, shared by the truth tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import polars as pl

from yinuo.engine.evaluate import evaluate
from yinuo.engine.log import Log, Said
from yinuo.engine.measure import measure
from yinuo.logs import ReadLog, read_log
from yinuo.rulebook.loader import load_pack


@dataclass(frozen=True)
class Replay:
    """What was read and what was said of it."""

    read: ReadLog
    said: Said
    indicators: pl.DataFrame

    def clocks(self, clause: str) -> pl.DataFrame:
        """The clocks of `institution/clause`, one row per case."""
        institution, _, name = clause.partition("/")
        return self.said.clocks.filter(pl.col("institution") == institution, pl.col("clause") == name)

    def findings(self, clause: str) -> pl.DataFrame:
        """The findings of `institution/clause`."""
        institution, _, name = clause.partition("/")
        return self.said.findings.filter(pl.col("institution") == institution, pl.col("clause") == name)

    def figures(self, clause: str) -> pl.DataFrame:
        """The rows of one indicator."""
        institution, _, name = clause.partition("/")
        return self.indicators.filter(pl.col("institution") == institution, pl.col("clause") == name)


@cache
def replay(path: Path, pack_name: str) -> Replay:
    """Read a log by the pack's `[log]`, evaluate it as of its latest instant and measure it."""
    pack = load_pack(pack_name)
    read = read_log(path, pack)
    log = Log(read.log.events, read.log.cases, pack.tables)
    latest = log.events["at"].max()
    assert isinstance(latest, datetime)
    said = evaluate(log, pack.rules, as_of=latest)
    return Replay(read, said, measure(log, said, pack.rules, as_of=latest))


def wall(column: str, zone: str) -> pl.Expr:
    """An instant on the wall clock of a zone, without the zone."""
    return pl.col(column).dt.convert_time_zone(zone).dt.replace_time_zone(None)
