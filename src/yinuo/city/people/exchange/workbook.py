"""Workbooks as rows of text: titles in Chinese or English, days in any usual spelling, nothing ever a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""
MOST_ROWS = 100_000


class Unreadable(Exception):
    """The file is no workbook we can read, or lacks a sheet or column; the message says which."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: what it is called in English and in Chinese."""

    name: str
    zh: str
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet and its columns."""

    name: str
    zh: str
    columns: tuple[Column, ...]

    def zh_of(self, column: str) -> str:
        """The Chinese title of a column."""
        return next((one.zh for one in self.columns if one.name == column), column)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet: its number in the sheet (the title is 1) and its cells as text by column name."""

    sheet: Sheet
    number: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """The cell, without spaces around it; empty when there is none."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken: where, what stood there, why."""

    sheet: str
    row: int
    column: str
    value: str
    reason: str


REPORT = ("工作表", "行", "列", "值", "原因")


def read(content: bytes, sheets: Sequence[Sheet]) -> list[Line]:
    """The rows of those of the sheets that are there, empty rows left out. Raises Unreadable."""
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
    except (CalamineError, OSError, ValueError) as problem:
        raise Unreadable(_("文件不是可读取的 Excel 工作簿（.xlsx）：%(problem)s") % {"problem": problem}) from problem
    lines: list[Line] = []
    found = [sheet for sheet in sheets if {sheet.name, sheet.zh} & set(book.sheet_names)]
    if not found:
        raise Unreadable(
            _("工作簿中没有名为 %(list)s 的工作表。") % {"list": "、".join(f"“{sheet.zh}”" for sheet in sheets)}
        )
    for sheet in found:
        name = sheet.zh if sheet.zh in book.sheet_names else sheet.name
        lines += _lines(sheet, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
    return lines


def _lines(sheet: Sheet, rows: Sequence[Sequence[Any]]) -> list[Line]:
    if len(rows) > MOST_ROWS:
        raise Unreadable(_("工作表“%(zh)s”超过 %(most)s 行，请分批导入。") % {"zh": sheet.zh, "most": MOST_ROWS})
    titles = [_text(cell) for cell in rows[0]] if rows else []
    places = {one.name: titles.index(word) for one in sheet.columns for word in (one.zh, one.name) if word in titles}
    missing = [one.zh for one in sheet.columns if one.is_needed and one.name not in places]
    if missing:
        raise Unreadable(_("工作表“%(zh)s”缺少列：%(list)s。") % {"zh": sheet.zh, "list": "、".join(missing)})
    lines = []
    for number, row in enumerate(rows[1:], start=2):
        cells = {name: _text(row[place]) if place < len(row) else "" for name, place in places.items()}
        if any(cells.values()):
            lines.append(Line(sheet, number, cells))
    return lines


def _text(cell: Any) -> str:
    """A cell as text: whole numbers without a point (a phone number is one), days as ISO, moments with their time."""
    if isinstance(cell, bool) or cell is None:
        return "" if cell is None else str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()


def day(text: str) -> date | None:
    """A day as people write it (2025-01-31, 2025/1/31, 2025年1月31日); None for an empty cell. Raises ValueError."""
    if not text:
        return None
    found = DAY.fullmatch(text)
    if found is None:
        raise ValueError(_("日期应写作 2025-01-31，而不是“%(text)s”") % {"text": text})
    return date(*map(int, found.groups()))


def write(sheets: Sequence[tuple[str, Sequence[str], Sequence[Sequence[str]]]]) -> bytes:
    """An .xlsx of sheets (name, titles, rows); every cell is text, whatever it begins with."""
    made = BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True})
    for name, titles, rows in sheets:
        page = book.add_worksheet(name)
        page.freeze_panes(1, 0)
        for column, title in enumerate(titles):
            page.write_string(0, column, title, bold)
            page.set_column(column, column, 20)
        for number, row in enumerate(rows, start=1):
            for column, text in enumerate(row):
                page.write_string(number, column, text)
    book.close()
    return made.getvalue()


def write_csv(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A CSV that Excel opens in Chinese; a cell that would be taken for a formula begins with an apostrophe."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(titles)
    writer.writerows([["'" + text if text.startswith(FORMULA) else text for text in row] for row in rows])
    return made.getvalue().encode("utf-8-sig")


def report(refusals: Sequence[Refused]) -> list[list[str]]:
    """The rows of a report of what was not taken, under the titles REPORT."""
    return [[one.sheet, str(one.row), one.column, one.value, one.reason] for one in refusals]
