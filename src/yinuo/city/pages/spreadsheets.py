"""Lists as CSV and Excel. A cell that would be a formula is text (design 6)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xlsxwriter
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone

from yinuo.city.people.views.uploads import EXCEL

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an export: its head and how a row's cell is made."""

    head: str
    cell: Callable[[Mapping[str, Any]], Any]


def as_csv(name: str, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> StreamingHttpResponse:
    """A CSV file with a byte-order mark (so that Excel reads Chinese), written while it is read."""
    response = StreamingHttpResponse(_lines(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def as_excel(name: str, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> HttpResponse:
    """An Excel file; text is written as text, moments as moments."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"constant_memory": True, "in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}
    )
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.head, bold)
        sheet.set_column(place, place, max(12, 2 * len(column.head)))
    for line, row in enumerate(rows, 1):
        for place, column in enumerate(columns):
            value = column.cell(row)
            if isinstance(value, bool) or value is None:
                sheet.write_string(line, place, "" if value is None else str(value))
            elif isinstance(value, datetime):
                sheet.write_datetime(line, place, timezone.localtime(value).replace(tzinfo=None))
            elif isinstance(value, (int, float)):
                sheet.write_number(line, place, value)
            else:
                sheet.write_string(line, place, str(value))
    sheet.freeze_panes(1, 0)
    book.close()
    response = HttpResponse(buffer.getvalue(), content_type=EXCEL)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def harmless(value: Any) -> str:
    """A cell of CSV: what a spreadsheet would run as a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, (int, float)):
        return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(DANGEROUS) else text


def _lines(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([column.head for column in columns])
    for row in rows:
        writer.writerow([harmless(column.cell(row)) for column in columns])
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
