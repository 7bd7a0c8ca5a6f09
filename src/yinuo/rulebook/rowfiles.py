"""`rows_from = "bands.csv"`: the rows of a decision table in a file beside the text.

The head names what each column says: `when.field`, `when.field.min` (max, above, below, not), `then.field`, `zh`, `en`.
An empty cell says nothing; several words stand between semicolons. A cell is read by the type of its field.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

from yinuo.engine.clauses.flow import FieldType
from yinuo.rulebook.refusals import TextError
from yinuo.rulebook.tests_of_fields import TestCheck, misfit
from yinuo.rulebook.words import Words

_BOUNDS = ("min", "max", "above", "below", "not")
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_NAME = re.compile(r"\w[\w.-]*\.csv")
BESIDE = 'name a .csv file that lies in the institution\'s own folder: rows_from = "rows.csv"'
Row = dict[str, Any]
Types: TypeAlias = Callable[[str], FieldType | None]
"""The type of a field, or of a column behind one ("item.target"); null when there is none."""


def is_file_beside(name: str, folder: Path) -> bool:
    """Whether a text may read this file: a plain name in its own folder, and no link that leads elsewhere.

    What lies there is part of the pack's digest and is installed with it.
    """
    return _NAME.fullmatch(name) is not None and not (folder / name).is_symlink()


def cell_types(words: Words, clause: Mapping[str, Any]) -> Types:
    """The types of the fields that a decision table, as written, can speak of."""
    about = clause.get("for")
    named = about.get("kind") if isinstance(about, Mapping) else None
    kinds = [named] if isinstance(named, str) else named if isinstance(named, list) else None
    fields = words.fields_of(None if kinds is None else frozenset(map(str, kinds)))
    return TestCheck(words, fields).resolve


def read_rows(path: Path, types: Types) -> tuple[list[Row], list[TextError]]:
    """The rows of a file, and what is wrong with the others: each cell that is none of its field's type."""
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
            row, wrong = _row(head, cells, types)
            rows.append(row)
            errors += [TextError(path, reader.line_num, message, remedy) for message, remedy in wrong]
    return rows, errors


_REMEDY = "a column is when.field, when.field.min (max, above, below, not), then.field, zh or en"


def _is_column(name: str) -> bool:
    what, _, field = name.partition(".")
    if what in ("zh", "en"):
        return not field
    own, _, bound = field.partition(".")
    return (what == "then" and bool(own) and not bound) or (what == "when" and bool(own) and bound in ("", *_BOUNDS))


def _row(head: list[str], cells: list[str], types: Types) -> tuple[Row, list[tuple[str, str]]]:
    """The row, and for each cell that cannot be read what is wrong and the remedy."""
    row: Row = {"when": {}, "then": {}}
    wrong: list[tuple[str, str]] = []
    for name, cell in zip(head, cells, strict=True):
        what, _, field = name.partition(".")
        if not cell.strip():
            continue
        if what in ("zh", "en"):
            row[what] = cell.strip()
            continue
        own, _, bound = field.partition(".")
        type_ = types(own)
        try:
            value = _value(cell, type_, several=what == "when" and bound in ("", "not"))
        except ValueError as error:
            wrong.append((f'{name}: "{cell.strip()}" is no {type_.is_ if type_ else "text"}', str(error)))
            continue
        if bound:
            row["when"].setdefault(own, {})[bound] = value
        else:
            row[what][own] = value
    return row, wrong


def _value(cell: str, type_: FieldType | None, *, several: bool) -> Any:
    """What a cell says. Raises ValueError with the remedy for what is none of the field's type."""
    is_list = type_ is not None and type_.is_.startswith("list:")
    parts = [part.strip() for part in cell.split(";")] if several or is_list else [cell.strip()]
    values = [_scalar(part, type_) for part in parts]
    return values if len(values) > 1 else values[0]


def _scalar(text: str, type_: FieldType | None) -> Any:
    if type_ is None:
        return text
    word = type_.is_.removeprefix("list:")
    if word == "any":
        raise ValueError("the kinds of case hold different things in this field: name one with for = { kind = … }")
    if word == "limit" and _WHOLE.fullmatch(text):
        return int(text)
    if type_.of:
        value = next((one for one in type_.of if str(one) == text), text)
    elif word in _READERS:
        read, remedy = _READERS[word]
        try:
            value = read(text)
        except (ValueError, ArithmeticError):
            raise ValueError(remedy) from None
    else:
        value = text
    if wrong := misfit(value, type_.model_copy(update={"is_": word})):
        raise ValueError(wrong)
    return value


def _whole(text: str) -> int:
    if _WHOLE.fullmatch(text) is None:
        raise ValueError(text)
    return int(text)


def _number(text: str) -> int | Decimal:
    whole, point, part = text.partition(".")
    if not point:
        return _whole(text)
    _whole(whole + part)
    return Decimal(text)


def _bool(text: str) -> bool:
    return bool(("false", "true").index(text))


def _moment(text: str) -> date:
    return datetime.fromisoformat(text) if len(text) > len("2026-03-02") else date.fromisoformat(text)


_READERS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "number": (_number, "write a number"), "money": (_number, "write a number"),
    "int": (_whole, "write a whole number"), "year": (_whole, "write a year: 2026"),
    "bool": (_bool, "write true or false"),
    "date": (date.fromisoformat, "write a date: 2026-03-02"),
    "moment": (_moment, "write a date: 2026-03-02"),
}  # fmt: skip


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
    versions = raw.get("version")
    for index, version in enumerate(versions if isinstance(versions, list) else ()):
        tables = version.get("table") if isinstance(version, Mapping) else None
        for id_, clause in tables.items() if isinstance(tables, Mapping) else ():
            if isinstance(clause, Mapping) and isinstance(clause.get("rows_from"), str):
                yield index, id_, clause["rows_from"]
