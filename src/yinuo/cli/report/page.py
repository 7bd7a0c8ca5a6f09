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
from yinuo.cli.report.conventions import conventions
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
    names = Names(rules, about.institutions, log.tables)
    material = _Material(log, rules, clocks, findings, names, Sentences(rules, names), as_of)
    spreads = spread.spreads(clocks, material.names)
    content = {
        "about": about,
        "version": __version__,
        "as_of": moment(as_of, rules.zone),
        "rules": rules,
        "small": SMALL,
        "cap": rows.CAP,
        "states": STATES,
        "conventions": [both_of(one) for one in conventions(rules.conventions)],
        "legend": sorted(rules.levels.items(), key=lambda item: item[1].rank),
        "overview": overview.tiles(summary, clocks, findings),
        "unknown": overview.unknown(summary),
        "spreads": spreads,
        "figures": figures(indicators, rules, material.names),
        **_sections(material),
    }
    carried = _carried(material) | {"spreads": [one.chart() for one in spreads], "suffix": about.suffix}
    path.write_text(_render(content, carried, material.names, material.ranks), encoding="utf-8")


@dataclass(frozen=True)
class _Material:
    """What every part of the page is made of."""

    log: Log
    rules: Rules
    clocks: pl.DataFrame
    findings: pl.DataFrame
    names: Names
    sentences: Sentences
    as_of: datetime

    @property
    def ranks(self) -> dict[str, int]:
        return {name: level.rank for name, level in self.rules.levels.items()}


def _sections(material: _Material) -> dict[str, Any]:
    """Late shares, cases to explain, findings."""
    clocks, findings, names = material.clocks, material.findings, material.names
    chosen = worst.worst(clocks, material.ranks)
    behind = worst.Behind(
        events=material.log.events,
        pauses=_pauses(material, chosen["case_id"]),
        reasons=material.sentences.by_clock(findings, chosen),
        names=names,
        activities=material.rules.activities,
        as_of=material.as_of,
        zone=material.rules.zone,
    )
    levels = raised.levels_of(findings, material.ranks)
    return {
        "late_by_clause": by_clause(clocks, names),
        "late_by_unit": by_unit(clocks, names),
        "worst": worst.cases(chosen, behind),
        "levels": levels,
        "matrices": [raised.matrix(findings, by=by, levels=levels, names=names) for by in ("clause", "unit")],
    }


def _carried(material: _Material) -> dict[str, Any]:
    """The rows behind the numbers, and the names they need."""
    log, rules, clocks, findings = material.log, material.rules, material.clocks, material.findings
    fields = breakdowns(rules, log.cases)
    own = log.cases.select("case_id", *(pl.col(field).alias(OF_THE_CASE + field) for field in fields))
    say = material.sentences.of
    return {
        "cases": rows.case_rows(log, rules, clocks=clocks, findings=findings, fields=own),
        "clocks": rows.clock_rows(clocks, rules.zone, own),
        "findings": rows.finding_rows(findings, rules.zone, ranks=material.ranks, fields=own, sentence=say),
        "names": _glossary(material),
    }


def _instant(text: str | datetime) -> datetime:
    return text if isinstance(text, datetime) else datetime.fromisoformat(text)


def _pauses(material: _Material, cases: pl.Series) -> pl.DataFrame:
    own = pl.col("case_id").is_in(cases.implode())
    log = material.log
    part = Log(log.events.filter(own), log.cases.filter(own), log.tables)
    found = stretches(part, material.rules, as_of=material.as_of)
    return found.with_columns(pl.concat_str("institution", pl.lit("/"), "clause").alias("clause"))


def _glossary(material: _Material) -> dict[str, Any]:
    clocks, rules, names = material.clocks, material.rules, material.names

    def pairs(of: Mapping[str, Name]) -> dict[str, list[str]]:
        return {key: [name.zh, name.en] for key, name in of.items()}

    clauses = sorted({*clocks["clause"].unique(), *material.findings["clause"].unique()})
    return {
        "clause": pairs({clause: names.clause(clause) for clause in clauses}),
        "unit": pairs(names.units),
        "item": pairs(names.items),
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
