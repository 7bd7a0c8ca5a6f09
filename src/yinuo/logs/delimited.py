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
from numpy.typing import NDArray

from yinuo.logs.rowwise import read_row_by_row
from yinuo.logs.tables import LogError, Progress, Table, numbered

_STEP = 8 << 20
_QUOTE, _BREAK, _DELIMITER = 1, 2, 3


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
                return Table(rows, _line_finder(plain, survey, rows=len(rows), delimiter=delimiter))
        return read_row_by_row(plain, header, columns=columns, delimiter=delimiter)


def is_utf8(encoding: str) -> bool:
    """Whether this names UTF-8; raises LogError when it names no encoding of text at all."""
    try:
        b"a".decode(encoding)
    except UnicodeError:
        return False
    except LookupError as error:
        raise LogError(f'"{encoding}" is no encoding. Write for example "utf-8", "gb18030" or "cp1252".') from error
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii")


@contextmanager
def _as_utf8(path: Path, *, name: str, encoding: str, progress: Progress) -> Iterator[Path]:
    if is_utf8(encoding):
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
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n':
        raise LogError(f'delimiter = "{delimiter}" in [log] is not one ASCII character such as , or ;.')
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
    """Whether every record surely has as many fields as the header, and every quote opens or closes a whole field."""
    records = survey.newlines + (not survey.ends_with_newline)
    if not survey.quotes:
        return width > 1 and survey.delimiters == records * (width - 1)
    held = 0
    for block in _blocks(path, delimiter):
        seen = np.cumsum((block.marks == _DELIMITER) & block.outside) + held
        at_ends = seen[(block.marks == _BREAK) & block.outside]
        if block.stray or (np.diff(at_ends, prepend=0) != width - 1).any():
            return False
        held = int(seen[-1] - (at_ends[-1] if at_ends.size else 0)) if seen.size else held
    return width > 1 and (survey.ends_with_newline or held == width - 1)


@dataclass(frozen=True)
class _Block:
    """A piece of a file: its quotes, line breaks and delimiters in order."""

    marks: NDArray[np.uint8]
    outside: NDArray[np.bool_]
    """Which marks stand outside quotes."""
    stray: bool
    """Whether a quote opens amid a field or closes before its end."""


def _blocks(path: Path, delimiter: str) -> Iterator[_Block]:
    kinds = np.zeros(256, np.uint8)
    kinds[[ord('"'), ord("\n"), ord(delimiter)]] = _QUOTE, _BREAK, _DELIMITER
    beside = kinds > 0
    beside[ord("\r")] = True
    inside, last = 0, b"\n"
    with path.open("rb") as source:
        if source.read(3) != codecs.BOM_UTF8:
            source.seek(0)
        while piece := source.read(_STEP):
            # the last byte of the block before stands in front, so that each byte is seen with both its neighbours
            found = np.frombuffer(last + piece, np.uint8)
            at = np.flatnonzero(found[1:] == ord('"')) + 1
            opens = (np.arange(at.size) + inside) % 2 == 0
            behind = found[np.minimum(at + 1, found.size - 1)]
            closed_at_once = last == b'"' and inside % 2 == 0 and not beside[found[1]]
            stray = closed_at_once or not (beside[found[at - 1]] | ~opens).all() or not (beside[behind] | opens).all()
            marks = kinds[found[1:]]
            marks = marks[marks > 0]
            quotes = np.cumsum(marks == _QUOTE) + inside
            yield _Block(marks, quotes % 2 == 0, bool(stray))
            inside += at.size
            last = piece[-1:]


def _scan(path: Path, columns: list[str], *, delimiter: str) -> pl.DataFrame | None:
    """The columns as text, or None when polars reads the rows otherwise than counted."""
    try:
        return pl.scan_csv(path, glob=False, separator=delimiter, infer_schema=False).select(columns).collect()
    except pl.exceptions.PolarsError:
        return None


def _line_finder(path: Path, survey: _Survey, *, rows: int, delimiter: str) -> Callable[[pl.Series], pl.Series]:
    records = survey.newlines + (not survey.ends_with_newline)
    if records == rows + 1:
        return numbered(2)
    lines = _starts(path, delimiter)
    return lambda wanted: pl.Series("line", lines[wanted.to_numpy() + 1])


def _starts(path: Path, delimiter: str) -> NDArray[np.int64]:
    """The line on which each record starts, the header's first; only for files with line breaks inside quotes."""
    starts, lines = [np.ones(1, np.int64)], 1
    for block in _blocks(path, delimiter):
        breaks = block.marks == _BREAK
        starts.append((np.cumsum(breaks) + lines)[breaks & block.outside])
        lines += int(breaks.sum())
    return np.concatenate(starts)
