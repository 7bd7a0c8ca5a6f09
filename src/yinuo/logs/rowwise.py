"""CSV the slow way: for files in which some rows have too many or too few fields, or quotes where none may be."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import polars as pl

from yinuo.logs.tables import REJECTED_COLUMNS, LogError, Table, no_rejected


def read_row_by_row(path: Path, header: list[str], *, columns: list[str], delimiter: str) -> Table:
    """Rows of the wrong length are set aside; the others are read, whatever stands beside them."""
    places = [header.index(column) for column in columns]
    cells: list[list[str | None]] = [[] for _ in columns]
    lines: list[int] = []
    wrong: list[tuple[int, None, None, str, str, bool]] = []
    with path.open(encoding="utf-8-sig", newline="") as source:
        for line, row, reason in _records(source, delimiter):
            if not reason and len(row) == len(header):
                lines.append(line)
                for target, place in zip(cells, places, strict=True):
                    target.append(row[place] or None)
            elif row:
                said = reason or f"{len(row)} fields where the header has {len(header)}"
                wrong.append((line, None, None, delimiter.join(row)[:200], said, False))
    rows = pl.DataFrame([pl.Series(column, cell, pl.String) for column, cell in zip(columns, cells, strict=True)])
    rejected = pl.DataFrame(wrong, schema=REJECTED_COLUMNS, orient="row") if wrong else no_rejected()
    return Table(rows, pl.Series("line", lines, pl.Int64).gather, rejected)


class _Lines:
    """The lines of a file, of which those of a record that went wrong can be read again."""

    def __init__(self, source: IO[str]) -> None:
        self._source = source
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._source)
        self.number += 1
        self.taken.append(line)
        return line

    def back_to_the_second(self) -> str:
        """Give back all lines but the first, which is returned."""
        first, *rest = self.taken
        self._again.extendleft(reversed(rest))
        self.number -= len(rest)
        self.taken = []
        return first


def _records(source: IO[str], delimiter: str) -> Iterator[tuple[int, list[str], str]]:
    """The line each record after the header starts on, its fields (of a broken one its line), and how it is broken."""
    lines = _Lines(source)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        next(reader)
    except csv.Error as error:
        raise LogError(f"The line of column names has a quote that is not closed as it should be ({error}).") from error
    while True:
        lines.taken = []
        start = lines.number + 1
        try:
            yield start, next(reader), ""
        except StopIteration:
            return
        except csv.Error as error:
            said = lines.back_to_the_second().rstrip("\r\n")[:200]
            yield start, [said], f"a quote that is not closed as it should be ({error})"
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
