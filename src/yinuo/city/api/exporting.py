"""Rows and event logs as files."""

from __future__ import annotations

import csv
import dataclasses
import io
import itertools
import json
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from yinuo.city.api import wording
from yinuo.city.api.listing import CASES, CLOCKS, FINDINGS, Listing, page
from yinuo.city.api.problems import Problem
from yinuo.city.cases import queries
from yinuo.city.people.actor import Actor
from yinuo.logs import write_log

TYPES = {
    "csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet", "xes": "application/xml",
    "json": "application/json", "jsonl": "application/x-ndjson",
}  # fmt: skip
MOST_ROWS = 1_000_000
"""Of a Parquet file, which is made in memory."""
MOST_CASES = 20_000
"""Of a log, which is made in memory."""
STRIDE = 5_000
_OF: Mapping[str, Listing] = {"cases": CASES, "clocks": CLOCKS, "findings": FINDINGS}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table(name: str, asked: Mapping[str, Any], *, form: str, actor: Actor | None) -> HttpResponseBase:
    """A list as CSV (written while it is read) or Parquet, within what the actor may export. Raises Problem."""
    strides = _strides(dataclasses.replace(_OF[name], action="case.export"), asked, actor=actor)
    strides = itertools.chain(
        [next(strides)], strides
    )  # what is wrong with the question is said before the file begins
    if form == "csv":
        response: HttpResponseBase = StreamingHttpResponse(_lines(strides), content_type=TYPES["csv"])
    else:
        response = HttpResponse(_parquet(strides), content_type=TYPES["parquet"])
    return _named(response, f"{name}.{form}")


def log(asked: Mapping[str, Any], *, form: str, actor: Actor | None) -> HttpResponseBase:
    """The events of the cases asked for, within what the actor may export, as a log. Raises Problem."""
    cases: list[str] = []
    for rows in _strides(dataclasses.replace(CASES, action="case.export"), asked, actor=actor):
        cases += [row["case_id"] for row in rows]
        if len(cases) > MOST_CASES:
            raise Problem(
                413, _("超过 %(most)s 件，请用 opened_since 和 opened_before 分段导出。") % {"most": MOST_CASES}
            )
    if not cases:
        raise Problem(404, _("没有可导出的办件。"))
    with tempfile.TemporaryDirectory(prefix="yinuo-") as folder:
        path = Path(folder) / f"log.{form}"
        write_log(queries.log(cases), path)
        content = path.read_bytes()
    return _named(HttpResponse(content, content_type=TYPES[form]), f"log.{form}")


def _strides(listing: Listing, asked: Mapping[str, Any], *, actor: Actor | None) -> Iterator[list[dict[str, Any]]]:
    cursor: str | None = None
    while True:
        found = page(listing, asked, actor=actor, limit=STRIDE, cursor=cursor)
        if listing.statement == "findings":
            wording.findings(found.rows)
        yield found.rows
        cursor = found.next
        if cursor is None:
            return


def _lines(strides: Iterator[list[dict[str, Any]]]) -> Iterator[str]:
    head = False
    for rows in strides:
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\r\n")
        if rows and not head:
            head = True
            buffer.write("\ufeff")
            writer.writerow(rows[0])
        writer.writerows([[_cell(value) for value in row.values()] for row in rows])
        yield buffer.getvalue()


def _cell(value: Any) -> str:
    """A cell; a text that a spreadsheet would run as a formula gets an apostrophe in front."""
    plain = _plain(value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if plain is None else str(plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else value


def _parquet(strides: Iterator[list[dict[str, Any]]]) -> bytes:
    rows: list[dict[str, Any]] = []
    for some in strides:
        rows += some
        if len(rows) > MOST_ROWS:
            raise Problem(413, _("超过 %(most)s 行，请加条件分段导出。") % {"most": MOST_ROWS})
    buffer = io.BytesIO()
    plain = [{n: v if isinstance(v, datetime) else _plain(v) for n, v in row.items()} for row in rows]
    pl.DataFrame(plain, infer_schema_length=None).write_parquet(buffer)
    return buffer.getvalue()


def _named(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
