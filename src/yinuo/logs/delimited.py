"""CSV in: checked byte by byte, read by polars; a file with rows of the wrong length goes the slow way, row by row."""

from __future__ import annotations

import codecs
import csv
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from yinuo.logs.tables import REJECTED_COLUMNS, LogError, Progress, Table, no_rejected, numbered

_STEP = 8 << 20
_QUOTE, _NEWLINE = 34, 10


@dataclass(frozen=True)
class _Survey:
    """What one pass over the bytes found."""

    newlines: int
    quotes: int
    delimiters: int
    ends_with_newline: bool


def read_csv(
    path: Path, choose: Callable[[list[str]], list[str]],
    *, name: str, encoding: str, delimiter: str, progress: Progress,
) -> Table:  # fmt: skip
    """The chosen columns of a CSV file, every cell as text.

    Raises LogError when the bytes are no text of this encoding, when there is no header or when there are no rows.
    """
    with _as_utf8(path, name=name, encoding=encoding, progress=progress) as plain:
        survey = _survey(plain, name=name, delimiter=delimiter, progress=progress)
        header = _header(plain, name=name, delimiter=delimiter)
        columns = choose(header)
        _refuse_twins(header, columns, name=name)
        if _uniform(plain, survey, width=len(header), delimiter=delimiter):
            rows = _scan(plain, columns, delimiter=delimiter)
            if rows is not None:
                return Table(rows, _line_finder(plain, survey, rows=len(rows)))
        return _row_by_row(plain, header, columns=columns, delimiter=delimiter)


@contextmanager
def _as_utf8(path: Path, *, name: str, encoding: str, progress: Progress) -> Iterator[Path]:
    try:
        codec = codecs.lookup(encoding)
    except LookupError as error:
        raise LogError(f'"{encoding}" is no encoding. Write for example "utf-8", "gb18030" or "cp1252".') from error
    if codec.name in ("utf-8", "utf-8-sig", "ascii"):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="yinuo-") as folder:
        plain = Path(folder) / "utf8.csv"
        with plain.open("w", encoding="utf-8", newline="") as target:
            for text in decoded(path, name=name, encoding=encoding, progress=progress):
                target.write(text)
        yield plain


def decoded(path: Path, *, name: str, encoding: str, progress: Progress) -> Iterator[str]:
    """The text of a file piece by piece; raises LogError naming line and byte where it is not of this encoding."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    total, done, lines, start = path.stat().st_size, 0, 1, 0
    with path.open("rb") as source:
        while True:
            piece = source.read(_STEP)
            held = len(decoder.getstate()[0])
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                start = done - held + error.start
                line = lines + error.object[: error.start].count(b"\n")
                raise _wrong_encoding(
                    name, encoding, line=line, position=start, byte=error.object[error.start]
                ) from error
            yield text
            if not piece:
                return
            lines += text.count("\n")
            done += len(piece)
            progress(done, total, f"reading {name}")


def _wrong_encoding(name: str, encoding: str, *, line: int, position: int, byte: int) -> LogError:
    return LogError(
        f"{name}, line {line}, byte {position}: 0x{byte:02X} is not {encoding.upper()}. "
        "Say what the file is written in: --encoding gb18030 (or cp1252, utf-16 …), or encoding in [log] of pack.toml."
    )


def _survey(path: Path, *, name: str, delimiter: str, progress: Progress) -> _Survey:
    """Check that every byte is UTF-8 and none is NUL, and count what tells rows apart."""
    if len(delimiter) != 1 or not delimiter.isascii():
        raise LogError(f'delimiter = "{delimiter}" is not one ASCII character.')
    newlines = quotes = delimiters = 0
    last = ""
    for text in decoded(path, name=name, encoding="utf-8", progress=progress):
        if "\0" in text:
            line = newlines + text[: text.index("\0")].count("\n") + 1
            raise LogError(f"{name}, line {line}: holds a NUL byte; this is no text. Is it another format by name?")
        newlines += text.count("\n")
        quotes += text.count('"')
        delimiters += text.count(delimiter)
        last = text[-1:] or last
    return _Survey(newlines, quotes, delimiters, last == "\n")


def _header(path: Path, *, name: str, delimiter: str) -> list[str]:
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8-sig", newline="") as source:
        header = next(csv.reader(source, delimiter=delimiter), [])
    if not header:
        raise LogError(f"{name}: the file is empty. A log needs a first line that names its columns.")
    others = [mark for mark in ";\t|," if mark != delimiter and mark in header[0]]
    if len(header) == 1 and others:
        raise LogError(
            f'{name}: only one column was found, "{header[0][:60]}". If its columns are parted by {others[0]!r}, '
            f"say delimiter = {others[0]!r} in [log] of pack.toml."
        )
    return header


def _refuse_twins(header: list[str], columns: list[str], *, name: str) -> None:
    twins = [column for column in columns if header.count(column) > 1]
    if twins:
        raise LogError(f'{name}: two columns are called "{twins[0]}". Rename one of them.')


def _uniform(path: Path, survey: _Survey, *, width: int, delimiter: str) -> bool:
    """Whether every record surely has as many fields as the header."""
    records = survey.newlines + (not survey.ends_with_newline)
    if not survey.quotes:
        return width > 1 and survey.delimiters == records * (width - 1)
    return all((counts == width - 1).all() for counts in _delimiters_per_record(path, delimiter)) and width > 1


def _delimiters_per_record(path: Path, delimiter: str) -> Iterator[np.ndarray]:
    """Delimiters outside quotes, record by record."""
    mark, rest = ord(delimiter), np.empty(0, np.uint8)
    with path.open("rb") as source:
        while True:
            piece = np.frombuffer(source.read(_STEP), np.uint8)
            block = np.concatenate([rest, piece])
            outside = _outside_quotes(block)
            ends = np.flatnonzero((block == _NEWLINE) & outside)
            if not piece.size:
                ends = (
                    np.append(ends, block.size) if block.size and (not ends.size or ends[-1] + 1 < block.size) else ends
                )
            elif not ends.size:
                rest = block
                continue
            seen = np.concatenate([[0], np.cumsum((block == mark) & outside)])
            yield np.diff(seen[np.minimum(ends, block.size)], prepend=0)
            rest = block[ends[-1] + 1 :] if ends.size else block[:0]
            if not piece.size:
                return


def _outside_quotes(block: np.ndarray) -> np.ndarray:
    """For each byte of a block that starts outside quotes, whether it stands outside."""
    inside = np.logical_xor.accumulate(block == _QUOTE) if block.size else np.zeros(0, bool)
    return ~inside


def _scan(path: Path, columns: list[str], *, delimiter: str) -> pl.DataFrame | None:
    """The columns as text, or None when polars reads the rows otherwise than counted."""
    try:
        return pl.scan_csv(path, separator=delimiter, infer_schema=False).select(columns).collect()
    except pl.exceptions.PolarsError:
        return None


def _line_finder(path: Path, survey: _Survey, *, rows: int) -> Callable[[pl.Series], pl.Series]:
    records = survey.newlines + (not survey.ends_with_newline)
    if records == rows + 1:
        return numbered(2)
    lines = _starts(path)
    return lambda wanted: pl.Series("line", lines[wanted.to_numpy() + 1])


def _starts(path: Path) -> np.ndarray:
    """The line on which each record starts, the header's first; only for files with line breaks inside quotes."""
    block = np.fromfile(path, np.uint8)
    breaks = block == _NEWLINE
    ends = np.flatnonzero(breaks & _outside_quotes(block))
    return np.concatenate([[1], np.cumsum(breaks)[ends] + 1])


def _row_by_row(path: Path, header: list[str], *, columns: list[str], delimiter: str) -> Table:
    """Rows of the wrong length are set aside; the others are read whatever stands beside them."""
    places = [header.index(column) for column in columns]
    cells: list[list[str | None]] = [[] for _ in columns]
    lines: list[int] = []
    wrong: list[tuple[int, None, None, str, str, bool]] = []
    with path.open(encoding="utf-8-sig", newline="") as source:
        reader = csv.reader(source, delimiter=delimiter)
        line = _after(reader)
        for row in reader:
            if len(row) == len(header):
                lines.append(line)
                for target, place in zip(cells, places, strict=True):
                    target.append(row[place] or None)
            elif row:
                reason = f"{len(row)} fields where the header has {len(header)}"
                wrong.append((line, None, None, delimiter.join(row)[:200], reason, False))
            line = reader.line_num + 1
    rows = pl.DataFrame(
        {column: pl.Series(column, cell, pl.String) for column, cell in zip(columns, cells, strict=True)}
    )
    at = pl.Series("line", lines, pl.Int64)
    rejected = pl.DataFrame(wrong, schema=REJECTED_COLUMNS, orient="row") if wrong else no_rejected()
    return Table(rows, at.gather, rejected)


def _after(reader: Iterator[list[str]]) -> int:
    """Skip the header; the line on which the first row starts."""
    next(reader)
    return int(reader.line_num) + 1  # type: ignore[attr-defined]
