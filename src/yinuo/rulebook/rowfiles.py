"""`rows_from = "bands.csv"`: the rows of a decision table in a file beside the text.

The head names what each column says: `when.field`, `when.field.min` (max, above, below, not), `then.field`, `zh`, `en`.
An empty cell says nothing; several words stand between semicolons.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from yinuo.rulebook.refusals import TextError

_BOUNDS = ("min", "max", "above", "below", "not")
Row = dict[str, Any]


def read_rows(path: Path) -> tuple[list[Row], list[TextError]]:
    """The rows of a file, and what is wrong with the others."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError:
        return [], [TextError(path, 1, "there is no such file beside the text", "put it into the institution's folder")]
    except UnicodeDecodeError as error:
        return [], [TextError(path, 1, f"is not UTF-8 (byte {error.start})", "save the file as UTF-8")]
    reader = csv.reader(io.StringIO(text, newline=""))
    head = [name.strip() for name in next(reader, [])]
    errors = [TextError(path, 1, f'"{name}" says nothing', _REMEDY) for name in head if not _is_column(name)]
    if errors:
        return [], errors
    rows = []
    for cells in reader:
        if len(cells) != len(head):
            message = f"has {len(cells)} cells, the first line {len(head)}"
            errors.append(TextError(path, reader.line_num, message, "quote cells that hold a comma"))
        elif not any(name.startswith("when.") and cell.strip() for name, cell in zip(head, cells, strict=True)):
            errors.append(TextError(path, reader.line_num, "the row says not when it holds", "fill a when column"))
        else:
            rows.append(_row(head, cells))
    return rows, errors


_REMEDY = "a column is when.field, when.field.min (max, above, below, not), then.field, zh or en"


def _is_column(name: str) -> bool:
    what, _, field = name.partition(".")
    if what in ("zh", "en"):
        return not field
    own, _, bound = field.partition(".")
    return (what == "then" and bool(own) and not bound) or (what == "when" and bool(own) and bound in ("", *_BOUNDS))


def _row(head: list[str], cells: list[str]) -> Row:
    row: Row = {"when": {}, "then": {}}
    for name, cell in zip(head, cells, strict=True):
        what, _, field = name.partition(".")
        if not cell.strip():
            continue
        if what in ("zh", "en"):
            row[what] = cell.strip()
            continue
        own, _, bound = field.partition(".")
        if bound:
            row["when"].setdefault(own, {})[bound] = _value(cell)
        else:
            row[what][own] = _value(cell)
    return row


def _value(cell: str) -> Any:
    parts = [_scalar(part.strip()) for part in cell.split(";")]
    return parts if len(parts) > 1 else parts[0]


def _scalar(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    for read in (int, Decimal, date.fromisoformat):
        try:
            return read(text)
        except (ValueError, InvalidOperation):
            continue
    return text


def moved(rows: list[Row], step: int) -> list[Row]:
    """The same rows with every number that decides or is given one more, or one less."""
    return [
        {key: _moved(value, step) if key in ("when", "then") else value for key, value in row.items()} for row in rows
    ]


def _moved(value: Any, step: int) -> Any:
    if isinstance(value, Mapping):
        return {key: _moved(inner, step) for key, inner in value.items()}
    if isinstance(value, list):
        return [_moved(inner, step) for inner in value]
    return value + step if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else value


def files_of(raw: Mapping[str, Any]) -> Iterator[tuple[int, str, str]]:
    """The tables of a policy whose rows stand in a file: version, id, file."""
    for index, version in enumerate(raw.get("version", ())):
        for id_, clause in version.get("table", {}).items():
            if isinstance(clause, Mapping) and isinstance(clause.get("rows_from"), str):
                yield index, id_, clause["rows_from"]
