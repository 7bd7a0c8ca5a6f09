"""Shipped logs replayed with their packs: what the report is given in earnest."""

from __future__ import annotations

from pathlib import Path

from tests.cli.report.made_up import Replay
from yinuo.cli.report import About, Name
from yinuo.engine.evaluate import evaluate
from yinuo.engine.log import Log
from yinuo.engine.measure import measure
from yinuo.logs import read_log
from yinuo.rulebook.loader import load_pack

EXAMPLES = Path(__file__).parents[3] / "examples"


def shipped(name: str, example: str) -> Replay:
    """The replay of an example with a pack as of the log's latest instant."""
    pack = load_pack(name)
    read = read_log(EXAMPLES / example, pack)
    log = Log(read.log.events, read.log.cases, pack.tables)
    as_of = read.log.events["at"].max()
    said = evaluate(log, pack.rules, as_of=as_of)
    summary = {
        "log": {
            "cases": log.cases.height,
            "events": log.events.height,
            "rejected": read.counts["rejected"],
            "unknown": {},
        },
        "as_of": as_of.isoformat(),
    }
    names = {one.id: Name.of(one.zh, one.en, otherwise=one.id) for one in pack.institutions.values()}
    about = About(Name.of(pack.zh, pack.en, otherwise=pack.name), pack.digest, example, names)
    return Replay(log, said, measure(log, said, pack.rules, as_of=as_of), summary, pack.rules, about)
