"""Chinese and English of what the page names, and how it writes numbers and moments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from yinuo.engine.rules import Rules


@dataclass(frozen=True)
class Name:
    """One thing in both languages."""

    zh: str
    en: str

    @classmethod
    def of(cls, zh: str | None, en: str | None, *, otherwise: str) -> Name:
        """A name from what a text gives; the identifier stands in for what is missing."""
        return cls(zh or en or otherwise, en or otherwise)


STATES: dict[str, Name] = {
    "kept": Name("按时办结", "kept"),
    "late": Name("超期办结", "late"),
    "overdue": Name("逾期未结", "overdue"),
    "running": Name("办理中", "running"),
    "paused": Name("暂停计时", "paused"),
    "deemed": Name("视同办结", "deemed"),
    "void": Name("不再计时", "void"),
}
"""In the order in which the page shows them."""

MEASURES: dict[str, Name] = {
    "minutes": Name("分钟", "minutes"),
    "hours": Name("小时", "hours"),
    "office minutes": Name("工作分钟", "office minutes"),
    "office hours": Name("工作小时", "office hours"),
    "half-workdays": Name("半个工作日", "half-workdays"),
    "workdays": Name("个工作日", "workdays"),
    "days": Name("天", "days"),
    "weeks": Name("周", "weeks"),
    "months": Name("个月", "months"),
    "years": Name("年", "years"),
}

NO_UNIT = Name("（未记单位）", "(no unit)")
NO_LEVEL = Name("（无等级）", "(no level)")


class Names:
    """The names of institutions, clauses, levels, units and items as the rules, the pack and its tables give them."""

    def __init__(self, rules: Rules, institutions: Mapping[str, Name], tables: Mapping[str, pl.DataFrame]) -> None:
        self._institutions = institutions
        self.units = _titles(tables.get("units"))
        self.items = _titles(tables.get("items"))
        self._clauses = {ruling.name: ruling.newest.clause for ruling in rules.rulings if ruling.editions}
        self._activities = rules.activities
        self._levels = rules.levels
        self._sources = {
            (ruling.name, edition.version): edition.clause.source or edition.source
            for ruling in rules.rulings
            for edition in ruling.editions
        }

    def clause(self, name: str) -> Name:
        """`institution/clause` → its title."""
        clause = self._clauses.get(name)
        identifier = name.rpartition("/")[2]
        return Name.of(clause.zh, clause.en, otherwise=identifier) if clause else Name(identifier, identifier)

    def unit(self, name: str) -> Name:
        """The title of a unit, or its identifier; a unit that is not recorded is said to be so."""
        return self.units.get(name, Name(name, name)) if name else NO_UNIT

    def item(self, name: str) -> Name:
        """The title of an item, or its identifier."""
        return self.items.get(name, Name(name, name))

    def clause_called(self, identifier: str) -> Name:
        """The title of the only clause with this identifier; of several the identifier itself."""
        called = [name for name in self._clauses if name.rpartition("/")[2] == identifier]
        return self.clause(called[0]) if len(called) == 1 else Name(identifier, identifier)

    def source(self, clause: str, version: str) -> str:
        """Where the text of a clause comes from in the version that was applied; empty when it does not say."""
        return self._sources.get((clause, version), "")

    def activity(self, name: str) -> Name:
        """The title of an activity; in English its identifier as words."""
        return Name(self._activities.get(name, name), name.replace("_", " "))

    def institution(self, name: str) -> Name:
        """The title of an institution, or its identifier."""
        return self._institutions.get(name, Name(name, name))

    def level(self, name: str) -> Name:
        """The title of a level, or its identifier."""
        level = self._levels.get(name)
        return Name.of(level.zh, level.en, otherwise=name) if level else Name(name, name)


def _titles(table: pl.DataFrame | None) -> dict[str, Name]:
    """Id → names, of a dated table with a column zh; of several rows of one id the last."""
    if table is None or "zh" not in table.columns:
        return {}
    english = table["en"] if "en" in table.columns else table["zh"]
    rows = zip(table["id"], table["zh"], english, strict=True)
    return {str(key): Name.of(zh, en, otherwise=str(key)) for key, zh, en in rows}


def measure_name(measure: str | None) -> Name:
    """The unit a clock counts in."""
    return MEASURES.get(measure or "", Name(measure or "", measure or ""))


def whole(number: float) -> str:
    """1434 → "1,434"."""
    return f"{round(number):,}"


def amount(number: float | None) -> str:
    """A quantity with at most one decimal: 7 → "7", 7.25 → "7.2"."""
    if number is None:
        return "–"
    return f"{number:,.1f}".removesuffix(".0")


def percent(share: float | None) -> str:
    """0.2837 → "28.4%"; nothing counted → "–"."""
    return "–" if share is None or share != share else f"{share * 100:.1f}%"  # noqa: PLR0124 - nan


def moment(at: datetime | None, zone: str) -> str:
    """A UTC instant as local date and minute."""
    if at is None:
        return "–"
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def span(length: timedelta) -> Name:
    """An elapsed time in its two largest parts: 38 天 4 小时."""
    seconds = int(length.total_seconds())
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    parts = [(days, "天", "d"), (hours, "小时", "h"), (minutes, "分", "min"), (seconds, "秒", "s")]
    first = next((index for index, part in enumerate(parts) if part[0]), 3)
    shown = [part for part in parts[first : first + 2] if part[0]] or [parts[3]]
    return Name(
        " ".join(f"{count:,} {zh}" for count, zh, _ in shown),
        " ".join(f"{count:,} {en}" for count, _, en in shown),
    )


def length(number: float, measure: str) -> Name:
    """A quantity in its unit; many elapsed minutes or hours also in days."""
    unit = measure_name(measure)
    own = Name(f"{amount(number)} {unit.zh}", f"{amount(number)} {unit.en}")
    minutes = {"minutes": number, "hours": number * 60}.get(measure, 0.0)
    if minutes < 2 * 24 * 60:
        return own
    days = span(timedelta(minutes=round(minutes)))
    return Name(f"{own.zh}（{days.zh}）", f"{own.en} ({days.en})")
