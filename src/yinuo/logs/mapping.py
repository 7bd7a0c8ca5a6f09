"""Which of their columns is which of ours: `[log]` applied to the columns a file really has (grammar 1.7)."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from yinuo.engine.log import CASE_COLUMNS, EVENT_COLUMNS
from yinuo.kernel.logtext import Column, Constant, LogText, Moment, Vocabulary
from yinuo.logs.tables import LogError

__all__ = [
    "STYLES",
    "Column",
    "Constant",
    "LogText",
    "Moment",
    "Plan",
    "Style",
    "Vocabulary",
    "moment_columns",
    "resolve",
    "wanted",
]

_CASE_ONLY = ("kind", "item", "region")
_NAMED = tuple(name for name in (*EVENT_COLUMNS, *_CASE_ONLY) if name != "case_id")


@dataclass(frozen=True)
class Style:
    """The names a format gives by itself: candidates for ours, and the prefixes of case and event attributes."""

    names: Mapping[str, tuple[str, ...]]
    case_prefix: str = "case:"
    event_prefix: str = ""
    sparse: bool = False
    """Attributes that nobody used leave no column, so an absent one is no mistake."""

    def candidates(self, ours: str) -> tuple[str, ...]:
        """Their names for one of our columns, the most particular first."""
        if ours in _CASE_ONLY:
            return (self.case_prefix + ours, self.event_prefix + ours)
        return self.names.get(ours, (self.event_prefix + ours,))


_XES_NAMES = {
    "case_id": ("case_id", "case:concept:name"),
    "activity": ("activity", "concept:name"),
    "at": ("at", "time:timestamp"),
    "actor": ("actor", "org:resource"),
    "unit": ("unit", "org:group"),
}
STYLES = {
    "table": Style(_XES_NAMES),
    "xes": Style({ours: tuple(reversed(theirs)) for ours, theirs in _XES_NAMES.items()}, sparse=True),
    "ocel": Style(
        {
            "case_id": ("ocel:oid",),
            "activity": ("ocel:activity",),
            "at": ("ocel:timestamp",),
            "event_id": ("event_id", "ocel:eid"),
        },
        sparse=True,
    ),
    "cloudevents": Style(
        {
            "case_id": ("subject",),
            "activity": ("type",),
            "at": ("time",),
            "event_id": ("data.event_id", "id"),
            "recorded_at": ("data.recorded_at", "recordedtime"),
        },
        case_prefix="data.case.",
        event_prefix="data.",
        sparse=True,
    ),
}


@dataclass(frozen=True)
class Plan:
    """`[log]` resolved against one file: our name → their column (or a constant)."""

    case_id: str
    event: Mapping[str, Column]
    """activity, at, recorded_at, unit, actor, step, event_id, sequence and the event's attributes."""
    case: Mapping[str, Column]
    moments: tuple[Moment, ...]
    one_row_per_case: bool

    def columns(self) -> list[str]:
        """Every column of theirs that is read, once."""
        named = [self.case_id, *self.event.values(), *self.case.values()]
        for moment in self.moments:
            named += moment_columns(moment)
        return list(dict.fromkeys(name for name in named if isinstance(name, str)))


def wanted(name: str, text: LogText, *, types: Collection[str], style: Style) -> bool:
    """Whether a column may be needed, judged by its name alone (for formats whose columns are not known beforehand)."""
    if not types or name in _written(text):
        return True
    bare = name.removeprefix(style.case_prefix) if name.startswith(style.case_prefix) else name
    bare = bare.removeprefix(style.event_prefix)
    known = bare in types or bare in CASE_COLUMNS or bare in EVENT_COLUMNS
    return known or any(name in theirs for theirs in style.names.values())


def resolve(text: LogText, columns: Collection[str], *, types: Collection[str], style: Style, where: str) -> Plan:
    """Find every named column; raises LogError for one the file does not have.

    A key the text leaves out takes the format's own name. A column of theirs that nothing names passes unchanged when
    its name is a field of ours (`types`), or always when no fields are declared.
    """
    if text.table == "cases" and (lost := {"activity", "at", "event_id", "sequence"} & text.model_fields_set):
        raise LogError(
            f'[log] names {", ".join(sorted(lost))}, but table = "cases" has one row per case: '
            "its events are the moments listed as event = [{ do = …, at = … }]."
        )
    found = {name: _one(text, name, columns=columns, style=style) for name in ("case_id", *_NAMED)}
    missing = [name for name, theirs in found.items() if theirs is None and _compulsory(name, text)]
    absent = [name for name in _written(text) if name not in columns and not _optional(name, text, style=style)]
    if missing or absent:
        raise _no_such_column(where, columns, missing=missing, absent=absent)
    named = {ours: theirs for ours, theirs in found.items() if theirs is not None and ours != "case_id"}
    plan = Plan(str(found["case_id"]), {}, {}, text.event, text.table == "cases")
    event: dict[str, Column] = {}
    case: dict[str, Column] = {}
    for ours, theirs in (named | {k: v for k, v in text.fields.items() if _present(v, columns)}).items():
        (case if _of_case(ours, theirs, plan=plan, style=style) else event)[ours] = theirs
    if plan.one_row_per_case:
        event = {ours: theirs for ours, theirs in event.items() if ours in ("actor", "step", "recorded_at")}
    return _pass_unchanged(columns, replace(plan, event=event, case=case), types=types, style=style)


def _one(text: LogText, ours: str, *, columns: Collection[str], style: Style) -> Column | None:
    said = getattr(text, ours)
    if said is not None and (ours in text.model_fields_set or isinstance(said, Constant)):
        return said if _present(said, columns) else None
    if text.table == "cases" and ours in ("activity", "at", "event_id", "sequence"):
        return None
    return next((name for name in style.candidates(ours) if name in columns), None)


def _present(column: Column, columns: Collection[str]) -> bool:
    return isinstance(column, Constant) or column in columns


def _compulsory(ours: str, text: LogText) -> bool:
    return ours == "case_id" or (ours in ("activity", "at") and text.table == "events" and not text.event)


def _written(text: LogText) -> list[str]:
    """The columns of theirs the text names."""
    named = [getattr(text, ours) for ours in ("case_id", *_NAMED) if ours in text.model_fields_set]
    named += text.fields.values()
    for moment in text.event:
        named += moment_columns(moment)
    return list(dict.fromkeys(name for name in named if isinstance(name, str)))


def moment_columns(moment: Moment) -> list[str]:
    """The columns of theirs a moment names."""
    named = [moment.at, moment.recorded_at, moment.actor, moment.unit, *moment.fields.values()]
    return [name for name in named if isinstance(name, str)]


def _optional(theirs: str, text: LogText, *, style: Style) -> bool:
    """Attributes may be absent when the format is sparse or when the mapping only repeats our own name."""
    if theirs in (text.case_id, text.activity, text.at) and text.table == "events":
        return False
    own = text.fields.get(theirs) == theirs or (theirs in _NAMED and getattr(text, theirs) == theirs)
    return style.sparse or own


def _of_case(ours: str, theirs: Column, *, plan: Plan, style: Style) -> bool:
    if ours in _CASE_ONLY:
        return True
    if plan.one_row_per_case:
        return ours == "unit" or ours not in EVENT_COLUMNS
    return isinstance(theirs, str) and theirs.startswith(style.case_prefix)


def _pass_unchanged(columns: Iterable[str], plan: Plan, *, types: Collection[str], style: Style) -> Plan:
    """The plan with the columns nobody names that carry a field's own name."""
    event, case, used = dict(plan.event), dict(plan.case), set(plan.columns())
    for theirs in columns:
        of_case = theirs.startswith(style.case_prefix)
        if theirs in used or not (of_case or theirs.startswith(style.event_prefix)):
            continue
        ours = theirs.removeprefix(style.case_prefix if of_case else style.event_prefix)
        target = case if of_case or plan.one_row_per_case else event
        known = not types or ours in types or (of_case and ours in CASE_COLUMNS)
        if known and ours not in target and ours != "case_id":
            target[ours] = theirs
    return replace(plan, event=event, case=case)


def _no_such_column(where: str, columns: Collection[str], *, missing: list[str], absent: list[str]) -> LogError:
    said = [f'there is no column "{name}"{_like(name, columns)}' for name in absent]
    said += [f"no column is known to hold {name}" for name in missing if not absent]
    has = ", ".join(list(columns)[:30]) + (" …" if len(columns) > 30 else "")
    remedy = "Name the columns in [log] of pack.toml, or rename them in the file."
    return LogError(f"{where}: {'; '.join(said)}. Its columns are: {has or 'none'}. {remedy}")


def _like(name: str, columns: Collection[str]) -> str:
    near = difflib.get_close_matches(name, list(columns), n=1, cutoff=0.75)
    return f' (is it "{near[0]}"?)' if near else ""
