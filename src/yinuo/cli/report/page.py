"""The page: facts into one self-contained file. Nothing is fetched; scripts run only by their digest."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from yinuo import __version__
from yinuo.cli.report import overview, raised, rows, spread, worst
from yinuo.cli.report.clocks import readable
from yinuo.cli.report.figures import OF_THE_CASE, breakdowns, figures
from yinuo.cli.report.lateness import SMALL, by_clause, by_unit, whiskers
from yinuo.cli.report.numbers import both, both_of
from yinuo.cli.report.sentences import Sentences
from yinuo.cli.report.words import STATES, Name, Names, measure_name, moment
from yinuo.engine.log import Log, Said
from yinuo.engine.rules import Rules
from yinuo.engine.stretches import stretches

_HERE = Path(__file__).parent
SHAPES = 6
"""Octagon for the highest level, then square, diamond, triangle, ring, bar."""


@dataclass(frozen=True)
class About:
    """What the page says of itself: the pack's and its institutions' names, the log's name, the form of the tables."""

    pack: Name
    digest: str
    log: str
    institutions: Mapping[str, Name] = field(default_factory=dict)
    suffix: str = "parquet"


def write_report(
    path: Path,
    *,
    log: Log,
    said: Said,
    indicators: pl.DataFrame,
    summary: Mapping[str, Any],
    rules: Rules,
    about: About,
) -> None:
    """Write report.html. `summary` is the content of summary.json; `said` and `indicators` are of the same log and rules."""
    as_of = _instant(summary["as_of"])
    clocks, findings = readable(said, rules, as_of)
    names = Names(rules, about.institutions)
    ranks = {name: level.rank for name, level in rules.levels.items()}
    sentences = Sentences(rules)
    chosen = worst.worst(clocks, ranks)
    behind = worst.Behind(
        events=log.events,
        pauses=_pauses(log, rules, as_of=as_of, cases=chosen["case_id"]),
        reasons=sentences.by_clock(findings, chosen),
        names=names,
        activities=rules.activities,
        as_of=as_of,
        zone=rules.zone,
    )
    fields = log.cases.select(
        "case_id", *(pl.col(field).alias(OF_THE_CASE + field) for field in breakdowns(rules, log.cases))
    )
    spreads = spread.spreads(clocks, names)
    levels = raised.levels_of(findings, ranks)
    embedded = {
        "cases": rows.case_rows(log, rules, clocks=clocks, findings=findings, fields=fields),
        "clocks": rows.clock_rows(clocks, rules.zone, fields),
        "findings": rows.finding_rows(findings, rules.zone, ranks=ranks, fields=fields, sentence=sentences.of),
        "spreads": [one.chart() for one in spreads],
        "names": _glossary(clocks, findings, rules, names),
        "suffix": about.suffix,
    }
    content = {
        "about": about,
        "version": __version__,
        "as_of": moment(as_of, rules.zone),
        "zone": rules.zone,
        "rules": rules,
        "small": SMALL,
        "cap": rows.CAP,
        "overview": overview.tiles(summary, clocks, findings),
        "unknown": overview.unknown(summary),
        "late_by_clause": by_clause(clocks, names),
        "late_by_unit": by_unit(clocks, names),
        "spreads": spreads,
        "levels": levels,
        "legend": sorted(rules.levels.items(), key=lambda item: item[1].rank),
        "matrices": [raised.matrix(findings, by=by, levels=levels, names=names) for by in ("clause", "unit")],
        "worst": worst.cases(chosen, behind),
        "figures": figures(indicators, rules, names),
        "states": STATES,
    }
    path.write_text(_render(content, embedded, names, ranks), encoding="utf-8")


def _instant(text: str | datetime) -> datetime:
    return text if isinstance(text, datetime) else datetime.fromisoformat(text)


def _pauses(log: Log, rules: Rules, *, as_of: datetime, cases: pl.Series) -> pl.DataFrame:
    own = pl.col("case_id").is_in(cases.implode())
    part = Log(log.events.filter(own), log.cases.filter(own), log.tables)
    found = stretches(part, rules, as_of=as_of)
    return found.with_columns(pl.concat_str("institution", pl.lit("/"), "clause").alias("clause"))


def _glossary(clocks: pl.DataFrame, findings: pl.DataFrame, rules: Rules, names: Names) -> dict[str, Any]:
    def pairs(of: Mapping[str, Name]) -> dict[str, list[str]]:
        return {key: [name.zh, name.en] for key, name in of.items()}

    clauses = sorted({*clocks["clause"].unique(), *findings["clause"].unique()})
    return {
        "clause": pairs({clause: names.clause(clause) for clause in clauses}),
        "state": pairs(STATES),
        "level": pairs({level: names.level(level) for level in rules.levels}),
        "colour": {name: level.colour for name, level in rules.levels.items()},
        "rank": {name: level.rank for name, level in rules.levels.items()},
        "measure": pairs({measure: measure_name(measure) for measure in clocks["measure"].unique()}),
    }


def _render(content: Mapping[str, Any], embedded: Mapping[str, Any], names: Names, ranks: Mapping[str, int]) -> str:
    echarts = _HERE / "static" / "echarts.min.js"
    scripts = [echarts.read_text(encoding="utf-8")] if echarts.exists() else []
    scripts += [(_HERE / "assets" / name).read_text(encoding="utf-8") for name in ("page.js", "tables.js", "charts.js")]
    for script in scripts:
        if "</script" in script.lower():
            raise ValueError("a script of the page holds </script; it cannot be inlined")
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(t=both, name=both_of, names=names, whiskers=whiskers, mark=level_mark(names, ranks))
    return environment.get_template("report.html.j2").render(
        content,
        css=Markup((_HERE / "assets" / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own files
        policy=_policy(scripts),
        embedded=Markup(safe_json(embedded)),  # noqa: S704 - escaped by safe_json
        has_charts=echarts.exists(),
    )


def _policy(scripts: list[str]) -> str:
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def safe_json(value: object) -> str:
    """JSON that may stand in a script element: no text of a case can close it or open a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char, escaped in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        text = text.replace(char, escaped)
    return text


def level_mark(names: Names, ranks: Mapping[str, int]) -> Any:
    """A function from a level to its mark: a shape for its place below the highest, and its word."""
    order = sorted(ranks, key=lambda level: -ranks[level])

    def mark(level: str, colour: str = "grey") -> Markup:
        shape = min(order.index(level) if level in order else SHAPES, SHAPES - 1)
        return Markup('<span class="level c-{}"><i class="shape s{}" aria-hidden="true"></i>{}</span>').format(
            colour, shape, both_of(names.level(level))
        )

    return mark
