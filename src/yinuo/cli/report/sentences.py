"""The sentences that say why, for the findings of the page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from yinuo.cli.report.words import Name, Names, moment
from yinuo.engine.explain import explain
from yinuo.engine.rules import Rules

CLOCK = ["case_id", "clause", "opener", "occurrence"]
"""What tells one clock of a log from another."""
Clock = tuple[str, str, str | None, int]


@dataclass(frozen=True)
class Reason:
    """A finding of a clock: its level, when it rose and ceased, and its sentence."""

    level: str
    raised: str
    cleared: str | None
    sentence: Name


class Sentences:
    """Finding rows (`clause` = institution/clause) into sentences of both languages."""

    def __init__(self, rules: Rules, names: Names) -> None:
        self._rules = rules
        self._units = names.units

    def of(self, finding: Mapping[str, Any]) -> Name:
        """The sentence of one finding."""
        own = {**finding, "clause": finding["clause"].rpartition("/")[2]}
        why = json.loads(finding["why_args"] or "{}")
        zh, en = ({**own, "why_args": json.dumps(self._titled(why, lang))} for lang in ("zh", "en"))
        return Name(explain(zh, self._rules, lang="zh"), explain(en, self._rules, lang="en"))

    def _titled(self, why: Mapping[str, Any], lang: str) -> dict[str, Any]:
        """The particulars with the titles of units in place of their ids."""

        def title(unit: str | None) -> str | None:
            name = self._units.get(unit or "")
            return unit if name is None else str(getattr(name, lang))

        held = [{**one, "by": title(one["by"])} for one in why.get("held", ())]
        return {**why, "holder": title(why.get("holder")), "held": held}

    def by_clock(self, findings: pl.DataFrame, clocks: pl.DataFrame) -> dict[Clock, tuple[Reason, ...]]:
        """The findings of each of the given clocks in order of time."""
        chosen = findings.join(clocks.select(CLOCK), on=CLOCK, how="semi", nulls_equal=True).sort("raised_at")
        reasons: dict[Clock, tuple[Reason, ...]] = {}
        zone = self._rules.zone
        for row in chosen.iter_rows(named=True):
            key = (row["case_id"], row["clause"], row["opener"], row["occurrence"])
            cleared = moment(row["cleared_at"], zone) if row["cleared_at"] else None
            reason = Reason(row["level"], moment(row["raised_at"], zone), cleared, self.of(row))
            reasons[key] = (*reasons.get(key, ()), reason)
        return reasons
