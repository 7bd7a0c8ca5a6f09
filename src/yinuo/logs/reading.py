"""`read_log`: a file of any of the formats, in the words of a pack, as a `Log` and what had to be left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import polars as pl

from yinuo.engine.fieldtypes import column_type
from yinuo.engine.log import Log
from yinuo.engine.rules import Rules
from yinuo.kernel.logtext import LogText
from yinuo.logs.cloudevents import read_cloudevents
from yinuo.logs.columnar import read_parquet
from yinuo.logs.delimited import is_utf8, read_csv
from yinuo.logs.fields import Words
from yinuo.logs.instants import Clockwork
from yinuo.logs.mapping import STYLES, resolve, wanted
from yinuo.logs.ocel import read_ocel_json, read_ocel_sqlite
from yinuo.logs.shape import shape
from yinuo.logs.shaping import Turn
from yinuo.logs.tables import LogError, Progress, Table, silent
from yinuo.logs.unpack import Allowance, unpacked
from yinuo.logs.xes import read_xes

_FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".xes": "xes",
    ".json": "ocel-json",
    ".jsonocel": "ocel-json",
    ".sqlite": "ocel-sqlite",
    ".jsonl": "cloudevents",
    ".ndjson": "cloudevents",
}
_MAGIC = {
    b"PAR1": ("a Parquet file", ".parquet"),
    b"SQLite format 3\0": ("an SQLite file", ".sqlite"),
    b"\x1f\x8b": ("a gzip file", ".gz"),
    b"PK\x03\x04": ("a zip archive", ".zip"),
}


class Pack(Protocol):
    """What of a pack reading a log needs."""

    @property
    def log_text(self) -> LogText:
        """`[log]` and `[vocabulary]`."""

    @property
    def rules(self) -> Rules:
        """Its flows say the fields and what begins and ends a case; its calendar the zone."""


@dataclass(frozen=True)
class ReadLog:
    """The log, the rows left out (REJECTED_COLUMNS) and how many there were of each.

    Of the events only `case_id, activity, at` always exist; a column the file does not have is absent, so
    `recorded_at` absent means equal to `at`, `sequence` and `event_id` absent mean not given.
    """

    log: Log
    rejected: pl.DataFrame
    counts: Mapping[str, int] = field(default_factory=dict)
    lines: Callable[[], pl.Series] = field(default=lambda: pl.Series(dtype=pl.Int64()), compare=False)
    """For each event the line (or record) of the file that told it."""

    @property
    def latest(self) -> datetime | None:
        """The latest instant of the log: as of when it is read unless somebody says otherwise."""
        return self.log.events["at"].max()  # type: ignore[return-value]


def read_log(
    path: Path, pack: Pack, *, encoding: str | None = None,
    progress: Progress | None = None, allowance: Allowance | None = None,
) -> ReadLog:  # fmt: skip
    """Read a log in the words of a pack; `encoding` says otherwise than its `[log]`.

    Raises LogError when the file as a whole cannot be read; single bad rows go to `rejected`.
    """
    words = Words(clock_of(pack.log_text, pack.rules.zone), pack.log_text.vocabulary, types_of(pack.rules))
    turns = {
        kind: Turn(frozenset(one.opens for one in flows), frozenset(end for one in flows for end in one.ends))
        for kind, flows in pack.rules.flows().items()
    }
    return read_with(
        path, pack.log_text, words=words,
        turns=turns, encoding=encoding, progress=progress or silent, allowance=allowance or Allowance(),
    )  # fmt: skip


def read_plain(path: Path, *, zone: str = "UTC", types: Mapping[str, str] | None = None) -> ReadLog:
    """Read a log that uses our own words or its format's; every column is kept, as text unless `types` says its type."""
    text = LogText()
    words = Words(clock_of(text, zone), text.vocabulary, types or {})
    return read_with(path, text, words=words, turns={}, encoding=None, progress=silent, allowance=Allowance())


def types_of(rules: Rules) -> dict[str, str]:
    """The type words of all fields of all flows. Raises LogError where two kinds need different columns of one name."""
    types: dict[str, str] = {}
    for kind, flows in rules.flows().items():
        for name, one in ((name, one) for flow in flows for name, one in flow.fields.items()):
            known = types.setdefault(name, one.is_)
            if column_type(known) != column_type(one.is_):
                raise LogError(
                    f'The field "{name}" is {known} in one kind of case and {one.is_} in "{kind}"; rename one.'
                )
    return types


def clock_of(text: LogText, zone: str) -> Clockwork:
    """How the times of a log are written; `zone` is the pack's, unless `[log]` names its own."""
    return Clockwork(text.zone or zone, text.format, text.times == "date", text.ambiguous, text.not_before)


def read_with(
    path: Path, text: LogText, *, words: Words, turns: Mapping[str, Turn], encoding: str | None, progress: Progress, allowance: Allowance,
) -> ReadLog:  # fmt: skip
    """Read a log whose words are given one by one. Without declared types every column is kept."""
    is_utf8(encoding or text.encoding)
    with _opened(path, allowance, progress=progress) as (plain, name):
        kind = _format_of(plain, name)
        source = _Source(plain, name, text, words.types, encoding or text.encoding, progress)
        table = source.read(kind)
        if table.rows.is_empty():
            raise LogError(f"{name}: the log is empty: it has no row that can be read.{_first(table.rejected)}")
        style = STYLES[_STYLE_OF.get(kind, "table")]
        plan = resolve(text, table.rows.columns, types=words.types, style=style, where=name)
        progress(0, 1, "putting the log in our words")
        log, rejected, rows = shape(table, plan, words=words, turns=turns, backwards=text.backwards)
    if log.events.is_empty() and len(rejected):
        raise LogError(f"{name}: not one event could be read.{_first(rejected)}")
    progress(1, 1, "putting the log in our words")
    return ReadLog(log, rejected, _counts(table, log, rejected=rejected), lambda: table.lines(rows))


_STYLE_OF = {"xes": "xes", "ocel-json": "ocel", "ocel-sqlite": "ocel", "cloudevents": "cloudevents"}


def _first(rejected: pl.DataFrame) -> str:
    if rejected.is_empty():
        return ""
    one = rejected.row(0, named=True)
    cell = f', column "{one["column"]}"' if one["column"] else ""
    return f" {len(rejected):,} rejected; the first, line {one['line']}{cell}: {one['reason']} ({one['value']!r})."


def _counts(table: Table, log: Log, *, rejected: pl.DataFrame) -> dict[str, int]:
    left_out = rejected.filter(~pl.col("kept"))
    return {
        "rows": len(table.rows) + len(table.rejected),
        "events": len(log.events),
        "cases": len(log.cases),
        "rejected": left_out.height,
        "rejected_rows": left_out["line"].n_unique(),
        "kept": len(rejected) - left_out.height,
    }


def _opened(path: Path, allowance: Allowance, *, progress: Progress) -> AbstractContextManager[tuple[Path, str]]:
    if path.is_dir():
        raise LogError(f"{path}: is a folder. Give one file.")
    if not path.is_file():
        raise LogError(f"{path}: there is no such file.")
    return unpacked(path, allowance, progress=progress)


def _format_of(path: Path, name: str) -> str:
    """The format, from the name; raises LogError when the first bytes say something else."""
    with path.open("rb") as source:
        head = source.read(64)
    if not head:
        raise LogError(f"{name}: the file is empty.")
    suffix = Path(name).suffix.lower()
    found = next((said for magic, said in _MAGIC.items() if head.startswith(magic)), None)
    if found and found[1] != suffix:
        raise LogError(f"{name}: by its content this is {found[0]}. Name it so ({found[1]}), or give the right file.")
    if suffix not in _FORMATS:
        known = ", ".join(_FORMATS)
        raise LogError(
            f'{name}: "{suffix or "no ending"}" is no format that is read. Known: {known}, also in .gz or .zip.'
        )
    return _FORMATS[suffix]


@dataclass(frozen=True)
class _Source:
    """A plain file and what its readers need."""

    path: Path
    name: str
    text: LogText
    types: Mapping[str, str]
    encoding: str
    progress: Progress

    def read(self, kind: str) -> Table:
        """The table of a file of this format, with no more columns than may be needed."""
        delimiter = "\t" if kind == "tsv" and "delimiter" not in self.text.model_fields_set else self.text.delimiter
        if kind in ("csv", "tsv"):
            return read_csv(
                self.path, self._choose, name=self.name, encoding=self.encoding,
                delimiter=delimiter, progress=self.progress,
            )  # fmt: skip
        if kind == "parquet":
            return read_parquet(self.path, self._choose, name=self.name)
        if kind == "xes":
            keep = self._wanted("xes")
            return read_xes(self.path, keep, name=self.name, encoding=self.encoding, progress=self.progress)
        if kind == "cloudevents":
            keep = self._wanted("cloudevents")
            return read_cloudevents(self.path, keep, name=self.name, encoding=self.encoding, progress=self.progress)
        reader = read_ocel_json if kind == "ocel-json" else read_ocel_sqlite
        return reader(self.path, self._wanted("ocel"), case_object=self.text.case_object, name=self.name)

    def _choose(self, columns: list[str]) -> list[str]:
        plan = resolve(self.text, columns, types=self.types, style=STYLES["table"], where=self.name)
        return [name for name in plan.columns() if name in columns]

    def _wanted(self, style: str) -> Callable[[str], bool]:
        return lambda name: wanted(name, self.text, types=self.types, style=STYLES[style])
