"""Items from a workbook or from the published list of a district: each row becomes a draft, or a line of the report."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.catalogue import commands, queries, sheet
from yinuo.city.ledger.events import Conflict
from yinuo.city.people import decide
from yinuo.city.people.actor import Actor, NotAllowed
from yinuo.city.people.commands import open_unit
from yinuo.city.people.exchange import workbook
from yinuo.city.people.exchange.workbook import Line, Refused, Unreadable
from yinuo.city.people.may import require
from yinuo.city.people.units import Span, tree

LISTED = ("department", "name", "item_code", "task_type", "dept_code")
"""The columns of a published list (`examples/catalogue`)."""
NATIONAL = {"1": "01", "2": "02", "3": "03", "4": "04", "5": "05", "6": "06", "7": "07", "8": "08", "9": "09"}


@dataclass
class Taken:
    """What came of an import: items drafted, items that said what we knew, units opened for them, rows refused."""

    drafted: int = 0
    same: int = 0
    opened: int = 0
    refused: list[Refused] = field(default_factory=list)


def take(content: bytes, *, actor: Actor, now: datetime) -> Taken:
    """Import a workbook (sheet 事项). A second time it changes nothing. Raises NotAllowed, Unreadable."""
    require(actor, "item.draft")
    return _take(workbook.read(content, [sheet.SHEET]), actor=actor, now=now)


def take_listed(content: bytes, *, under: str = "", actor: Actor, now: datetime) -> Taken:
    """Import the published list of a district (CSV; LISTED): names, codes, types, nothing more, so each is a draft to fill.

    Departments are units by their names; one nobody knows is opened below `under`, if a unit is given there.
    Raises NotAllowed, Unreadable.
    """
    require(actor, "item.draft")
    lines = list(listed(content))
    opened = _open(lines, under, actor=actor, now=now) if under else 0
    taken = _take(lines, actor=actor, now=now)
    taken.opened = opened
    return taken


def listed(content: bytes) -> Iterator[Line]:
    """The rows of a published list as rows of the workbook. Raises Unreadable."""
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    except UnicodeDecodeError:
        raise Unreadable(_("文件不是 UTF-8 编码的 CSV。")) from None
    missing = [name for name in LISTED if not rows or name not in rows[0]]
    if missing:
        raise Unreadable(_("文件缺少列：%(list)s。") % {"list": _("、").join(missing)})
    for number, row in enumerate(rows, start=2):
        yield Line(sheet.SHEET, number, _cells(row))


def _open(lines: Iterable[Line], under: str, *, actor: Actor, now: datetime) -> int:
    """Open each department no unit is called by, below a unit, known by its first code; how many were."""
    known, wanted = _units(now), dict[str, str]()
    for line in lines:
        name = line.text("unit")
        if name and name not in known:
            wanted.setdefault(name, key_of(line.text("dept_code")) or f"dept-{line.number}")
    today = timezone.localdate(now)
    for name, key in wanted.items():
        try:
            open_unit(Span(key, today, None, under, name, "", "department"), actor=actor, now=now)
        except decide.Impossible as problem:
            raise Unreadable(str(problem)) from problem
    return len(wanted)


def key_of(code: str) -> str:
    """The key of an item that is known by its national code."""
    return re.sub(r"[^a-z0-9]+", "-", code.lower()).strip("-")


def _cells(row: Mapping[str, str]) -> dict[str, str]:
    code, type_ = ((row.get(name) or "").strip() for name in ("item_code", "task_type"))
    return {
        "key": key_of(code),
        "code": code,
        "zh": (row.get("name") or "").strip(),
        "unit": (row.get("department") or "").strip(),
        "type": NATIONAL.get(type_, type_),
        "dept_code": (row.get("dept_code") or "").strip(),
    }


def _take(lines: Iterable[Line], *, actor: Actor, now: datetime) -> Taken:
    taken, seen = Taken(), dict[str, int]()
    names = _units(now)
    for line in lines:
        refusal = _repeated(line, seen) or _one(line, names, taken, actor=actor, now=now)
        if refusal is not None:
            column, reason = refusal
            taken.refused.append(
                Refused(line.sheet.zh, line.number, line.sheet.zh_of(column), line.text(column), reason)
            )
    return taken


def _repeated(line: Line, seen: dict[str, int]) -> tuple[str, str] | None:
    key = line.text("key")
    if key in seen:
        return "key", _("与第 %(row)s 行的编号相同。") % {"row": seen[key]}
    seen[key] = line.number
    return None


def _one(line: Line, names: Mapping[str, str], taken: Taken, *, actor: Actor, now: datetime) -> tuple[str, str] | None:
    """Draft a row; the column and the sentence when it is refused."""
    unit = line.text("unit")
    if unit not in names:
        return "unit", _("没有这个单位；请先建立单位，或者改用单位编号。")
    made, faults = sheet.read({**line.cells, "unit": names[unit]})
    if made is None:
        return next(iter(faults.items()))
    key = line.text("key")
    held = queries.standing(key)
    if made in (held.draft, held.item):
        taken.same += 1
        return None
    try:
        commands.draft(key, made, actor=actor, now=now)
    except commands.Impossible as problem:
        return problem.field, problem.sentence
    except NotAllowed as problem:
        return "unit", str(problem)
    except Conflict:
        return "key", _("有人刚刚改过这个事项，请看过以后再做一次。")
    taken.drafted += 1
    return None


def _units(now: datetime) -> dict[str, str]:
    """Units of the day by their ids and by their Chinese names; a name that two have names none."""
    found: dict[str, list[str]] = {}
    for span in tree(timezone.localdate(now)).units.values():
        found.setdefault(span.zh, []).append(span.unit)
    ids = {unit: unit for units in found.values() for unit in units}
    return {name: units[0] for name, units in found.items() if len(units) == 1} | ids
