"""The ledger as lines of JSON: written from the database, verified without one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from yinuo.city.ledger.verify.chains import Problem, Row, Walk

COLUMNS = Row._fields
_DIGESTS = ("prev", "digest")


class NotALine(ValueError):
    """A line of an exported ledger or root log is not what it should be; the message names file, line and what is wrong."""


def write(rows: Iterable[Row], out: BinaryIO) -> int:
    """Write events as lines, in the order given; how many."""
    count = 0
    for row in rows:
        line = dict(zip(COLUMNS, row, strict=True)) | {"prev": row[10].hex(), "digest": row[11].hex()}
        out.write(orjson.dumps(line) + b"\n")
        count += 1
    return count


def walk(walk: Walk, lines: Iterable[bytes], name: str) -> None:
    """Walk through an exported ledger; a line that cannot be read is a problem of the whole and ends it."""
    try:
        walk.through(rows(lines, name))
    except NotALine as broken:
        walk.problems.append(Problem("", 0, str(broken)))


def rows(lines: Iterable[bytes], name: str) -> Iterator[Row]:
    """The events of an exported ledger. Raises NotALine."""
    for number, line in enumerate(lines, start=1):
        try:
            told = orjson.loads(line)
            if told.keys() != set(COLUMNS):
                raise NotALine(f"{name}, line {number}: its columns are {', '.join(told)}, not {', '.join(COLUMNS)}")
            row = Row(**told | {column: bytes.fromhex(told[column]) for column in _DIGESTS})
            _check(row, told)
        except NotALine:
            raise
        except (ValueError, TypeError, AttributeError) as broken:
            raise NotALine(f"{name}, line {number}: is not an event: {broken}") from None
        yield row


def root_lines(file: Path) -> list[dict[str, Any]]:
    """The lines of a root log. Raises NotALine, FileNotFoundError."""
    wanted = {
        "number": int,
        "at": str,
        "upto": int,
        "streams": int,
        "events": int,
        "root": str,
        "prev": str,
        "digest": str,
    }
    lines = []
    for number, line in enumerate(file.read_bytes().splitlines(), start=1):
        try:
            told = orjson.loads(line)
            if {name: type(one) for name, one in told.items()} != wanted:
                raise NotALine(f"{file.name}, line {number}: a root has {', '.join(wanted)}")
            for column in ("root", "prev", "digest"):
                bytes.fromhex(told[column])
        except NotALine:
            raise
        except (ValueError, AttributeError) as broken:
            raise NotALine(f"{file.name}, line {number}: is not a root: {broken}") from None
        lines.append(told)
    if not lines:
        raise NotALine(f"{file.name} holds no root")
    return lines


def _check(row: Row, told: dict[str, Any]) -> None:
    if row.prev.hex() != told["prev"] or row.digest.hex() != told["digest"]:
        raise ValueError("prev and digest are written in small hexadecimal digits")
    for column in ("version", "position"):
        if type(getattr(row, column)) is not int:
            raise ValueError(f"{column} is not a whole number")
    for column in ("stream", "source", "event_id", "activity", "at", "recorded_at", "payload"):
        if not isinstance(getattr(row, column), str):
            raise ValueError(f"{column} is not a text")
    for column in ("actor", "unit"):
        if not isinstance(getattr(row, column), str | None):
            raise ValueError(f"{column} is neither a text nor null")
