"""What things are called in the reader's language: units, items, kinds, activities, clauses, levels, states."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

import polars as pl
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from yinuo.city.cases.acts import PARTED
from yinuo.city.cases.kept import kept_tables, rows_on
from yinuo.city.pages.statements import rows
from yinuo.city.people import units
from yinuo.city.texts import in_force
from yinuo.engine.clauses.flow import Flow
from yinuo.engine.explain import explain
from yinuo.engine.rules import Edition, Rules, Ruling
from yinuo.rulebook.loader import Institution, Pack


@dataclass(frozen=True, slots=True)
class LevelWord:
    """A level as pages show it: word, colour and rank (which picks the shape)."""

    name: str
    word: str
    colour: str
    rank: int


@dataclass(frozen=True)
class Names:
    """Both names of everything a pack speaks of: Chinese, English."""

    items: Mapping[str, tuple[str, str]]
    kinds: Mapping[str, tuple[str, str]]
    institutions: Mapping[str, tuple[str, str]]
    clauses: Mapping[str, tuple[str, str]]
    activities: Mapping[str, tuple[str, str]]
    acts: Mapping[str, tuple[str, str]]
    levels: Mapping[str, tuple[str, str]]


@lru_cache(maxsize=8)
def names_of(digest: str) -> Names:
    """The names of an installed text, by its digest."""
    pack = in_force.by_digest(digest)
    flows = {ruling.id: ruling.newest.clause for ruling in pack.rules.of_kind("flow")}
    happened = {name: (zh, name.replace("_", " ")) for name, zh in pack.rules.activities.items()}
    happened[PARTED] = "个人信息已删去", "personal fields erased"
    return Names(
        items=_of_table(pack, "items"),
        kinds={kind: (clause.zh, clause.en or clause.zh) for kind, clause in flows.items()},
        institutions={
            name: (one.zh, one.en or one.zh) for part in pack.everywhere() for name, one in part.institutions.items()
        },
        clauses={
            ruling.name: (ruling.newest.clause.zh, ruling.newest.clause.en or ruling.newest.clause.zh)
            for ruling in pack.rules.rulings
        },
        activities=happened,
        acts={name: (zh, pack.rules.acts.get(name, en)) for name, (zh, en) in happened.items()},
        levels={name: (level.zh, level.en or level.zh) for name, level in pack.rules.levels.items()},
    )


@lru_cache(maxsize=64)
def rows_of(digest: str, table: str) -> Mapping[str, tuple[str, str]]:
    """Both names of the rows of a dated table of an installed text."""
    return _of_table(in_force.by_digest(digest), table)


def _of_table(pack: Pack, name: str) -> dict[str, tuple[str, str]]:
    table = pack.tables.get(name)
    return {} if table is None else names_in(table)


def names_in(table: pl.DataFrame) -> dict[str, tuple[str, str]]:
    """Both names of the rows of a dated table, as the last row of each says; none where it has no names."""
    if "zh" not in table.columns:
        return {}
    english = "en" if "en" in table.columns else "zh"
    return {one: (zh or one, en or zh or one) for one, zh, en in table.select("id", "zh", english).iter_rows()}


class Words:
    """Looked up when first asked for, by one small query a page: which text is in force, which tree of units."""

    def __init__(self, language: str | None = None, *, person: str | None = None) -> None:
        self.language = "en" if (language or get_language()) == "en" else "zh"
        self._person = person

    @cached_property
    def _around(self) -> dict[str, Any]:
        return rows(__file__, "around", {"pack": settings.PACK, "person": self._person})[0]

    @cached_property
    def _found(self) -> Pack | None:
        digest = self._around["digest"]
        return None if digest is None else in_force.by_digest(digest)

    @property
    def unread(self) -> int:
        """How many notices the person this page is for has not read."""
        return int(self._around["unread"])

    @property
    def revision(self) -> str:
        """A word that changes whenever anything of units, posts, persons or roles does."""
        return str(self._around["revision"])

    @property
    def is_there(self) -> bool:
        """Whether a text is in force at all."""
        return self._found is not None

    @property
    def pack(self) -> Pack:
        """The pack in force. Raises NoText."""
        return self._found or in_force.pack()

    @property
    def rules(self) -> Rules:
        """The rules in force. Raises NoText."""
        return self.pack.rules

    @cached_property
    def _names(self) -> Names | None:
        return names_of(self._found.digest) if self._found else None

    @cached_property
    def _kept_items(self) -> Mapping[str, tuple[str, str]]:
        """Both names of the items as the city keeps them."""
        kept = kept_tables(self._found) if self._found else {}
        return names_in(kept["items"]) if "items" in kept else {}

    @cached_property
    def tree(self) -> units.Tree:
        """The tree of units of today."""
        return units.tree(timezone.localdate(), known=self._around["revision"])

    @property
    def city(self) -> str:
        """The city's name."""
        return self.pack.zh if self.language == "zh" else (self.pack.en or self.pack.zh).partition(":")[0]

    def _word(self, table: str, key: str | None) -> str:
        if not key:
            return ""
        pair = getattr(self._names, table).get(key) if self._names else None
        return key if pair is None else pair[self.language == "en"]

    def unit(self, unit: str | None) -> str:
        """A unit's name; its id when nobody knows it."""
        if not unit:
            return ""
        span = self.tree.units.get(unit) or self.tree.others.get(unit)
        if span is None:
            return unit
        return (span.en if self.language == "en" and span.en else span.zh) or unit

    def unit_choices(self, chosen: str = "") -> list[tuple[str, str]]:
        """Units to choose from, indented as they stand in the tree: to the third storey, and the one chosen."""
        walked = ((depth, span.unit) for depth, span in self.tree.walk() if depth < 3 or span.unit == chosen)
        return [(unit, "　" * depth + self.unit(unit)) for depth, unit in walked]

    def item(self, item: str | None) -> str:
        """An item's name: by the text, else by the catalogue that alone has it."""
        found = self._word("items", item)
        own = self._kept_items.get(found) if found and found == item else None
        return found if own is None else own[self.language == "en"]

    def row(self, table: str, key: str) -> str:
        """The name of a row of one of the text's dated tables; its id where it has none."""
        pair = rows_of(self._found.digest, table).get(key) if self._found else None
        return key if pair is None else pair[self.language == "en"]

    def row_choices(self, table: str) -> list[tuple[str, str]]:
        """The rows of a dated table to choose from today."""
        rows = rows_on(self._found, table, self.today) if self._found else ()
        return [(row["id"], self.row(table, row["id"])) for row in rows]

    def kind(self, kind: str | None) -> str:
        """A kind of case's name."""
        return self._word("kinds", kind)

    def institution(self, name: str | None) -> str:
        """An institution's name."""
        return self._word("institutions", name)

    def clause(self, institution: str | None, clause: str | None) -> str:
        """A clause's title."""
        found = self._word("clauses", f"{institution}/{clause}")
        return (clause or "") if found == f"{institution}/{clause}" else found

    def activity(self, activity: str | None) -> str:
        """An activity's word, of what happened: “准予”, “granted”."""
        return self._word("activities", activity)

    def act(self, activity: str | None) -> str:
        """An activity's word, of what there is to do: “准予”, “Grant”."""
        return self._word("acts", activity)

    def level(self, name: str | None) -> LevelWord | None:
        """A level's word, colour and rank; None for no level."""
        if not name:
            return None
        found = self.rules.levels.get(name) if self.is_there else None
        return LevelWord(
            name, self._word("levels", name), found.colour if found else "grey", found.rank if found else 0
        )

    @cached_property
    def levels(self) -> tuple[LevelWord, ...]:
        """The levels of the text in force, the gravest first."""
        ranked = sorted(self.rules.levels, key=lambda name: -self.rules.levels[name].rank) if self.is_there else []
        return tuple(word for name in ranked if (word := self.level(name)))

    def level_choices(self) -> list[tuple[str, str]]:
        """Levels and their words, the gravest first."""
        return [(level.name, level.word) for level in self.levels]

    def kinds(self) -> list[tuple[str, str]]:
        """Kinds of case and their names."""
        return [(kind, self.kind(kind)) for kind in self._names.kinds] if self._names else []

    def items(self) -> list[tuple[str, str]]:
        """Items and their names: those of the text, then those of the catalogue alone."""
        known = self._names.items if self._names else {}
        return [(item, self.item(item)) for item in (*known, *(one for one in self._kept_items if one not in known))]

    def institutions(self) -> list[tuple[str, str]]:
        """Institutions and their names."""
        return [(name, self.institution(name)) for name in self._names.institutions] if self._names else []

    @property
    def today(self) -> date:
        """The day these words are of."""
        return self.tree.on

    def edition(self, institution: str, clause: str, version: str | None = None) -> tuple[Ruling, Edition] | None:
        """A clause with one of its editions: that version, else the one in force today."""
        for ruling in self.rules.rulings if self.is_there else ():
            if ruling.institution == institution and ruling.id == clause:
                chosen = [one for one in ruling.editions if one.version == version]
                return ruling, chosen[0] if chosen else ruling.about(self.today)
        return None

    def institution_of(self, name: str) -> Institution | None:
        """An institution of the pack in force or of a pack it uses."""
        for part in reversed(list(self.pack.everywhere())):
            if name in part.institutions:
                return part.institutions[name]
        return None

    def flow(self, kind: str, opened_at: datetime | None = None) -> Flow | None:
        """The flow of a kind as it was on the day a case opened; today's without a day."""
        for ruling in self.rules.of_kind("flow") if self.is_there else ():
            if ruling.id == kind:
                day = self.today if opened_at is None else timezone.localdate(opened_at)
                clause = ruling.about(day).clause
                return clause if isinstance(clause, Flow) else None
        return None

    def choice(self, kind: str, field: str, value: object) -> str:
        """The word of a choice of a kind of case, as its text has it today; the value itself where it has none."""
        flow = self.flow(kind)
        type_ = None if flow is None else flow.fields.get(field)
        return str(value or "") if type_ is None or not value else type_.called(value, self.language)

    def broken_down(self, institution: str, field: str, value: object) -> str:
        """The word of a value that a figure is broken down by: of a kind of case of its institution, else of any that has one."""
        rulings = sorted(self.rules.of_kind("flow"), key=lambda one: one.institution != institution)
        flows = (ruling.about(self.today).clause for ruling in rulings)
        types = (one.fields[field] for one in flows if isinstance(one, Flow) and field in one.fields)
        found = next((one for one in types if str(value) in one.words), None)
        return str(value) if found is None else found.called(value, self.language)

    def why(self, finding: Mapping[str, Any], people: Mapping[str, str] | None = None) -> str:
        """The sentence that says why a finding was raised, with units and persons by their names.

        `people` holds the names of persons; without it the finding's own `actor_name` is used where the row has one.
        """
        if not self.is_there:
            return ""
        why = finding["why_args"] or "{}"
        told: dict[str, Any] = dict(json.loads(why) if isinstance(why, str) else why)
        if told.get("holder"):
            told["holder"] = self.unit(told["holder"])
        actor = finding.get("actor")
        names = people if people is not None else {actor: finding.get("actor_name")}
        finding = {**finding, "actor": self.actor(actor, names)}
        for key in ("actor", "by"):
            if isinstance(told.get(key), str):
                told[key] = self.actor(told[key], names)
        told["held"] = [{**one, "by": self.unit(one["by"])} for one in told.get("held", ())]
        return explain(
            {**finding, "why_args": json.dumps(told)}, self.rules, lang="en" if self.language == "en" else "zh"
        )

    def actor(self, actor: str | None, names: Mapping[Any, str | None]) -> str:
        """A person's name, or what acted by itself."""
        name = actor or ""
        if name.startswith("system:"):
            return _("业务系统 %(name)s") % {"name": name.removeprefix("system:")}
        own = {"supervision": _("自动监察"), "operator": _("运维"), "city": _("系统"), "public": _("公众（网上）")}
        return names.get(name) or own.get(name, name)

    def state(self, state: str | None) -> str:
        """A clock's, a case's or a card's state."""
        word = _STATES.get(state or "")
        return _(word) if word else state or ""

    def basis(self, basis: str | None) -> str:
        """What kind of limit it is."""
        word = _BASES.get(basis or "")
        return _(word) if word else basis or ""

    def amount(self, value: float | None, measure: str | None) -> str:
        """A length of time in the clock's own unit: “3 个工作日”, “1.5 hours” (peers row 55)."""
        if value is None:
            return "—"
        number = f"{value:.1f}".removesuffix(".0")
        many = 1 if value == 1 else 2
        said = _AMOUNTS.get(measure or "")
        return said(many) % {"number": number} if said else number

    def lasting(self, length: timedelta) -> str:
        """How long something has lasted, in the one unit that says it shortly: minutes, hours, days."""
        minutes = int(length.total_seconds() // 60)
        measure, per = next(one for one in _UNITS if minutes >= 2 * one[1] or one[1] == 1)
        return self.amount(float(minutes // per), measure)


_STATES: Mapping[str, str] = {
    "running": gettext_noop("在办"), "paused": gettext_noop("暂停计时"), "kept": gettext_noop("按时完成"), "late": gettext_noop("逾期完成"),
    "overdue": gettext_noop("逾期未完成"), "deemed": gettext_noop("视为完成"), "void": gettext_noop("不再适用"), "open": gettext_noop("未结"),
    "standing": gettext_noop("在册"), "ended": gettext_noop("已办结"), "cleared": gettext_noop("已消除"), "withdrawn": gettext_noop("更正撤回"),
    "cancelled": gettext_noop("申诉撤销"), "waiting": gettext_noop("等待"), "due": gettext_noop("待办"), "done": gettext_noop("已完成"),
}  # fmt: skip
_BASES: Mapping[str, str] = {
    "statutory": gettext_noop("法定"), "promised": gettext_noop("承诺"), "step": gettext_noop("环节"), "ordered": gettext_noop("指定"),
}  # fmt: skip
_AMOUNTS: Mapping[str, Callable[[int], str]] = {
    "minutes": lambda many: ngettext("%(number)s 分钟", "%(number)s 分钟", many),
    "hours": lambda many: ngettext("%(number)s 小时", "%(number)s 小时", many),
    "office minutes": lambda many: ngettext("%(number)s 办公分钟", "%(number)s 办公分钟", many),
    "office hours": lambda many: ngettext("%(number)s 办公小时", "%(number)s 办公小时", many),
    "half-workdays": lambda many: ngettext("%(number)s 个半日", "%(number)s 个半日", many),
    "workdays": lambda many: ngettext("%(number)s 个工作日", "%(number)s 个工作日", many),
    "days": lambda many: ngettext("%(number)s 日", "%(number)s 日", many),
    "weeks": lambda many: ngettext("%(number)s 周", "%(number)s 周", many),
    "months": lambda many: ngettext("%(number)s 个月", "%(number)s 个月", many),
    "years": lambda many: ngettext("%(number)s 年", "%(number)s 年", many),
}
_UNITS = (("days", 24 * 60), ("hours", 60), ("minutes", 1))


def words_for(request: HttpRequest) -> Words:
    """The words of a request, looked up once however many parts of the page ask."""
    found: Words | None = getattr(request, "words", None)
    if found is None or found.language != ("en" if get_language() == "en" else "zh"):
        actor = getattr(request, "actor", None)
        found = Words(person=None if actor is None else actor.id)
        request.words = found  # type: ignore[attr-defined]
    return found
