"""`write_log`: a log as CSV, Parquet, XES, OCEL 2.0 or CloudEvents lines, such that reading it gives the same log."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import polars as pl

from yinuo.engine.log import Log
from yinuo.logs.columnar import write_parquet
from yinuo.logs.ocel_writer import write_ocel_json, write_ocel_sqlite
from yinuo.logs.tables import LogError
from yinuo.logs.texts import ISO_SECONDS, in_order, told, with_ids
from yinuo.logs.xes_writer import write_xes


def write_log(log: Log, path: Path) -> None:
    """Write events and cases in the format of the name (.csv .parquet .xes .json .sqlite .jsonl; text also .gz).

    An empty text becomes an empty cell. OCEL and CloudEvents demand ids, so events without one get one there.
    Raises LogError for a format that is not written and for what a format cannot hold.
    """
    packed = path.suffix.lower() == ".gz"
    suffix = Path(path.stem).suffix.lower() if packed else path.suffix.lower()
    if packed and suffix in (".parquet", ".sqlite"):
        raise LogError(f"{path}: {suffix} files are not packed; leave out .gz.")
    if suffix == ".parquet":
        write_parquet(flat(log), path)
    elif suffix == ".sqlite":
        write_ocel_sqlite(log, path)
    elif suffix in _TEXT_WRITERS:
        with _opened(path, packed=packed) as target:
            _TEXT_WRITERS[suffix](log, target)
    else:
        raise LogError(
            f'{path}: "{suffix}" is no format that is written. Known: .parquet .sqlite {" ".join(_TEXT_WRITERS)}'
        )


@contextmanager
def _opened(path: Path, *, packed: bool) -> Iterator[IO[str]]:
    if packed:
        # no name and no moment in the header: the same log makes the same bytes
        with path.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as squeezed:
            text = io.TextIOWrapper(squeezed, encoding="utf-8", newline="")
            yield text
            text.flush()
        return
    with path.open("w", encoding="utf-8", newline="") as plain:
        yield plain


def flat(log: Log) -> pl.DataFrame:
    """One row per event with its case's columns as `case:…`; a case without events is a row of its own."""
    cases = log.cases.select("case_id", *(pl.col(name).alias(f"case:{name}") for name in log.cases.columns[1:]))
    cases = cases.select("case_id", *(name for name in cases.columns[1:] if cases[name].null_count() < len(cases)))
    rows = log.events.join(cases, on="case_id", how="left", maintain_order="left")
    bare = cases.join(log.events.select("case_id"), on="case_id", how="anti", maintain_order="left")
    return pl.concat([rows, bare], how="diagonal") if len(bare) else rows


def _write_csv(log: Log, target: IO[str]) -> None:
    rows = flat(log)
    lists = [name for name, kind in rows.schema.items() if isinstance(kind, pl.List)]
    as_json = [
        pl.Series(
            name,
            [None if one is None else json.dumps(one, ensure_ascii=False) for one in rows[name].to_list()],
            pl.String,
        )
        for name in lists
    ]
    target.write(rows.with_columns(*as_json).with_columns(*_iso(rows)).write_csv(quote_style="necessary"))


def _iso(rows: pl.DataFrame) -> list[pl.Expr]:
    return [
        pl.col(name).dt.strftime(ISO_SECONDS) for name, kind in rows.schema.items() if isinstance(kind, pl.Datetime)
    ]


def _write_cloudevents(log: Log, target: IO[str]) -> None:
    lonely = log.cases.join(log.events.select("case_id"), on="case_id", how="anti")
    if len(lonely):
        raise LogError(f"{len(lonely)} cases have no event; CloudEvents lines cannot hold them. Write another format.")
    if "case" in log.events.columns:
        raise LogError('An attribute called "case" cannot be written as CloudEvents: that is where the case stands.')
    cases = {row["case_id"]: told(row, leave=("case_id",)) for row in log.cases.iter_rows(named=True)}
    for made, row in with_ids(in_order(log.events)):
        event: dict[str, Any] = {
            "specversion": "1.0", "id": made, "source": "yinuo", "type": row["activity"], "subject": row["case_id"],
            "time": told({"at": row["at"]})["at"], "datacontenttype": "application/json",
        }  # fmt: skip
        own = told(row, leave=("case_id", "activity", "at"))
        case = cases.get(row["case_id"]) or {}
        event["data"] = own | ({"case": case} if case else {})
        target.write(json.dumps(event, ensure_ascii=False) + "\n")


_TEXT_WRITERS: dict[str, Callable[[Log, IO[str]], None]] = {
    ".csv": _write_csv,
    ".xes": write_xes,
    ".json": write_ocel_json,
    ".jsonocel": write_ocel_json,
    ".jsonl": _write_cloudevents,
    ".ndjson": _write_cloudevents,
}
