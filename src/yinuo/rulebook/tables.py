"""`tables/<name>.csv`: dated tables, read with the column types the pack declares (grammar 1.7, rule 6)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from yinuo.engine.fieldtypes import column_type
from yinuo.kernel.limits import Limit
from yinuo.rulebook.refusals import TextError, suggest

DATED = {"id": "text", "from": "date", "until": "date"}
"""Every dated table has these; `until` is exclusive, and both dates may be empty."""


def read_table(path: Path, columns: Mapping[str, str], zone: str) -> tuple[pl.DataFrame, list[TextError]]:
    """The rows of a table's file that can be read, and what is wrong with the others."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wrong = TextError(path, 1, f"is not UTF-8 (byte {error.start})", "save the file as UTF-8")
        return frame_of([], columns), [wrong]
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, [])
    types = {**DATED, **columns}
    errors = _check_header(path, header, types)
    rows: list[dict[str, Any]] = []
    for cells in reader:
        if not cells:
            continue
        if len(cells) != len(header):
            message = f"has {len(cells)} cells, the first line {len(header)}"
            errors.append(TextError(path, reader.line_num, message, "quote cells that hold a comma"))
            continue
        row: dict[str, Any] = {}
        for name, cell in zip(header, cells, strict=True):
            try:
                row[name] = read_cell(cell, types.get(name, "text"), zone)
            except ValueError as error:
                errors.append(TextError(path, reader.line_num, f'{name}: "{cell}" is no {types[name]}', str(error)))
        if not row.get("id"):
            errors.append(TextError(path, reader.line_num, "the row has no id", "give it one"))
        rows.append(row)
    return frame_of(rows, columns), errors


def frame_of(rows: list[dict[str, Any]], columns: Mapping[str, str]) -> pl.DataFrame:
    """Rows as a frame with the declared columns; what a row does not say is null."""
    types = {**DATED, **columns}
    schema = {name: column_type(word) for name, word in types.items()}
    data = {name: [row.get(name) for row in rows] for name in schema}
    return pl.DataFrame(data, schema=schema)


def read_cell(cell: str, word: str, zone: str) -> Any:
    """One cell by its column's type; empty is null. Raises ValueError naming what would be right."""
    cell = cell.strip()
    if not cell:
        return None
    if word.startswith("list:"):
        return [part.strip() for part in cell.split(";")]
    if word == "moment":
        at = datetime.fromisoformat(cell)
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    return _READERS.get(word, str)(cell)


def _bool(cell: str) -> bool:
    if cell not in ("true", "false"):
        raise ValueError("write true or false")
    return cell == "true"


_READERS: Mapping[str, Callable[[str], Any]] = {
    "date": date.fromisoformat,
    "number": float,
    "money": float,
    "int": int,
    "year": int,
    "bool": _bool,
    "limit": lambda cell: str(Limit.parse(cell)),
}


def _check_header(path: Path, header: list[str], types: Mapping[str, str]) -> list[TextError]:
    errors = [
        TextError(path, 1, f'column "{name}" is not declared in [tables.{path.stem}]', suggest(name, types))
        for name in header
        if name not in types
    ]
    missing = [name for name in types if name not in header and name not in ("from", "until")]
    if missing:
        errors.append(TextError(path, 1, f"columns are missing: {', '.join(missing)}", "add them, cells may be empty"))
    return errors
