"""`yinuo due`: a due date, and how it was counted."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import numpy as np
import typer

from yinuo.cli.moments import local_start
from yinuo.cli.say import DONE, REJECTED, err, out, refuse, tell_problems
from yinuo.engine.rules import Conventions
from yinuo.kernel.calendars import Calendar
from yinuo.kernel.instants import LAST_DATE, as_instant, day_number, microseconds
from yinuo.kernel.limits import DATE_UNITS, Limit, Unit
from yinuo.kernel.terms import Convention, Pauses, Terms
from yinuo.rulebook.loader import find_calendar
from yinuo.rulebook.refusals import PackRefused


@dataclass(frozen=True)
class _Place:
    calendar: Calendar
    conventions: Conventions


def due(
    *,
    calendar: Annotated[str, typer.Option("--calendar", help='"cn", "cn-national/cn" or a file of a pack.')],
    start: Annotated[str, typer.Option("--start", metavar="T", help="A date or a local date and time.")] = "",
    limit: Annotated[str, typer.Option("--limit", metavar="LIMIT", help='For example "5 workdays".')] = "",
    source: Annotated[Path | None, typer.Option("--in", metavar="FILE.csv", help="Columns start, limit.")] = None,
    target: Annotated[Path | None, typer.Option("--out", metavar="FILE.csv", help="The same and a column due.")] = None,
) -> None:
    """Say when a limit ends. Exit 1 when rows of a table could not be read."""
    place = _place(calendar)
    if source is not None and target is not None:
        raise typer.Exit(_table(place, source, target))
    if source is not None or target is not None or not start or not limit:
        refuse('Give --start and --limit, or --in and --out: --calendar cn --start 2026-02-11 --limit "5 workdays"')
    try:
        at, length = local_start(start, place.calendar.zone), Limit.parse(limit)
        for line in _count(place, at, length):
            out.print(line, markup=False)
    except ValueError as error:
        refuse(str(error))


def _place(calendar: str) -> _Place:
    try:
        return _Place(*find_calendar(calendar))
    except PackRefused as refused:
        tell_problems(refused.errors)
        raise typer.Exit(2) from None


def _due(place: _Place, at: datetime, limit: Limit) -> datetime:
    """The last instant in time, local. Raises ValueError when it lies beyond the calendar."""
    ways = place.conventions
    convention = Convention(limit.unit, ways.due_time, ways.rest_day_start, ways.first_day, ways.roll)
    terms = Terms.started(np.array([microseconds(at)]), convention, calendar=place.calendar)
    beyond = f'"{limit}" from {at:%Y-%m-%d} reaches beyond {LAST_DATE.year}, where the calendar ends'
    try:
        found = int(terms.instant(terms.due(terms.counted(np.array([limit.count])), Pauses.none()))[0])
        end = as_instant(found).astimezone(ZoneInfo(place.calendar.zone))
    except (IndexError, OverflowError) as error:
        raise ValueError(beyond) from error
    if end.date() >= LAST_DATE:
        raise ValueError(beyond)
    return end


def _shown(place: _Place, at: datetime, limit: Limit) -> str:
    """A local date where whole days are counted to their end, else a local date and time: noon is 12:00:00."""
    if limit.unit in DATE_UNITS and place.conventions.due_time == "end_of_day":
        return at.date().isoformat()
    full = at + timedelta(microseconds=1) if at.microsecond == 999_999 else at
    return f"{full if full.date() == at.date() else at:%Y-%m-%d %H:%M:%S}"


def _count(place: _Place, at: datetime, limit: Limit) -> list[str]:
    calendar, zone = place.calendar, ZoneInfo(place.calendar.zone)
    end = _due(place, at, limit)
    begin = at.astimezone(zone)
    lines = [f"due {_shown(place, end, limit)}", f"counted from {begin:%Y-%m-%d %a %H:%M} in {calendar.zone}: {limit}"]
    if limit.unit in DATE_UNITS or limit.unit is Unit.HALF_WORKDAYS:
        lines += _days(place, begin, end, limit)
    if not calendar.is_known(day_number(end.date())):
        lines.append("provisional: the calendar of that day has not been published")
    return lines


def _days(place: _Place, begin: datetime, end: datetime, limit: Limit) -> list[str]:
    """Each day between start and due date: its number (of halves: how many there are by its end), or why it has none."""
    calendar, first, last = place.calendar, day_number(begin.date()), day_number(end.date())
    numbers = np.arange(first, last + 1)
    works = calendar.is_workday(numbers)
    halves = limit.unit is Unit.HALF_WORKDAYS
    lines, number = [], -1 if halves and begin.hour >= 12 and works[0] else 0
    only_workdays = limit.unit in (Unit.WORKDAYS, Unit.HALF_WORKDAYS)
    for day, open_ in zip(numbers.tolist(), works.tolist(), strict=True):
        day_one = day > first or place.conventions.first_day == "included" or halves
        counts = day_one and (open_ or not only_workdays)
        number += 2 * counts if halves else counts
        number = min(number, limit.count) if halves else number
        note = calendar.describe(day) or ("" if open_ else "rest day")
        note = f"调休上班 make-up day: {note}" if open_ and note else note
        label = f"{number:>4}" if counts else "   –"
        lines.append(f"{label}  {calendar.date(day):%Y-%m-%d %a}  {note}".rstrip())
    return lines if len(lines) <= 70 else [*lines[:30], f"   …  {len(lines) - 60} more days", *lines[-30:]]


def _table(place: _Place, source: Path, target: Path) -> int:
    rejected = 0
    try:
        with source.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = [name for name in reader.fieldnames or [] if name != "due"]
            if missing := {"start", "limit"} - set(columns):
                lacking, there = ", ".join(sorted(missing)), ", ".join(columns) or "none"
                refuse(f"{source}: columns are missing: {lacking}; there are: {there}")
            rows = []
            for row in reader:
                try:
                    length = Limit.parse(row["limit"] or "")
                    end = _due(place, local_start(row["start"] or "", place.calendar.zone), length)
                    rows.append({**row, "due": _shown(place, end, length)})
                except (ValueError, IndexError) as error:
                    rejected += 1
                    rows.append({**row, "due": ""})
                    err.print(f"{source}:{reader.line_num}: {error}", markup=False)
        with target.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*columns, "due"], extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
    except UnicodeDecodeError as error:
        refuse(f"{source}: byte {error.start + 1} is not UTF-8. Save the table as CSV in UTF-8.")
    except OSError as error:
        refuse(f"{error.filename}: {error.strerror}. Give a file that can be read (--in) or written (--out).")
    except csv.Error as error:
        refuse(f"{source}: this is no CSV table ({error})")
    out.print(f"{len(rows) - rejected} due dates written to {target}", markup=False)
    return REJECTED if rejected else DONE
