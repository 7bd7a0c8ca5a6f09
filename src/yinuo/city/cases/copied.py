"""Rows of cases that begin in a batch, copied in: nothing of such a case can be there yet, so nothing need be looked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from django.db import connection

from yinuo.city.ledger.batch import Cells, cell
from yinuo.kernel.instants import SECOND, as_date

MANY = 50
"""Fresh cases from which copying is cheaper than one statement for everything."""

Row = Mapping[str, Any]


class _Moments(dict[int | None, str]):
    """Microseconds since 1970 as COPY takes a moment, each made once."""

    def __missing__(self, at: int | None) -> str:
        if at is None:
            made = "\\N"
        else:
            second, micro = divmod(at, SECOND)
            day, clock = divmod(second, 86_400)
            made = f"{_day(day)} {_clock(clock)}.{micro:06}+00"
        self[at] = made
        return made


@lru_cache(maxsize=50_000)
def _day(day: int) -> str:
    return as_date(day).isoformat()


@lru_cache(maxsize=86_400)
def _clock(second: int) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def write(rows: Mapping[str, Sequence[Row]], *, look: bool) -> None:
    """Write the rows of cases that are in no table yet: `cases`, `tasks`, `offers`, `threads`, as `project` takes them.

    With `look` supervision will look at each of the cases. Inside the caller's transaction, under the locks of the heads.
    """
    cells, moments = Cells(), _Moments()
    _copy(_CASES, (_case(row, cells, moments) for row in rows["cases"]))
    _copy(_TASKS, (_task(row, cells, moments) for row in rows["tasks"]))
    _copy(_OFFERS, (_offer(row, cells, moments) for row in rows["offers"]))
    _copy(_THREADS, (f"{cell(r['names'])}\t{cell(r['values'])}\t{cell(r['case_id'])}\n" for r in rows["threads"]))
    if look:
        _copy("COPY cases_look (case_id) FROM STDIN", (cell(row["case_id"]) + "\n" for row in rows["cases"]))


_CASES = """COPY cases_case (case_id, kind, item, unit, region, channel, receipt, title, words, opened_at, ended_at, status,
    stage, holder_unit, holder_actor, parent, version, fields, scope, person_ref, changed_at, state, head) FROM STDIN"""
_TASKS = "COPY cases_task (case_id, step, key, unit, role, state, due_since, done_at, actor) FROM STDIN"
_OFFERS = """COPY cases_handover (case_id, key, state, from_unit, from_actor, to_unit, offered_at, answered_at, answered_by)
    FROM STDIN"""
_THREADS = "COPY cases_thread (names, values, case_id) FROM STDIN"


def _copy(statement: str, lines: Iterable[str]) -> None:
    text = "".join(lines)
    if text:
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(text)


def _case(row: Row, cells: Cells, moments: _Moments) -> str:
    fields = orjson.dumps(row["fields"]).decode().replace("\\", "\\\\")
    state = row["state"].replace("\\", "\\\\")
    return (
        f"{cell(row['case_id'])}\t{cells[row['kind']]}\t{cells[row['item']]}\t{cells[row['unit']]}\t{cells[row['region']]}\t"
        f"{cells[row['channel']]}\t{cell(row['receipt'])}\t{cell(row['title'])}\t{cell(listed(row['words']))}\t"
        f"{moments[row['opened_at']]}\t{moments[row['ended_at']]}\t{row['status']}\t{cells[row['stage']]}\t"
        f"{cells[row['holder_unit']]}\t{cells[row['holder_actor']]}\t{cells[row['parent']]}\t{row['version']}\t{fields}\t"
        f"{_scope(row['scope'])}\t{cells[row['person_ref']]}\t{moments[row['changed_at']]}\t{state}\t\\\\x{row['head']}\n"
    )


def _task(row: Row, cells: Cells, moments: _Moments) -> str:
    return (
        f"{cell(row['case_id'])}\t{cells[row['step']]}\t{cells[row['key']]}\t{cells[row['unit']]}\t{cells[row['role']]}\t"
        f"{row['state']}\t{moments[row['due_since']]}\t{moments[row['done_at']]}\t{cells[row['actor']]}\n"
    )


def _offer(row: Row, cells: Cells, moments: _Moments) -> str:
    return (
        f"{cell(row['case_id'])}\t{cells[row['key']]}\t{row['state']}\t{cells[row['from_unit']]}\t{cells[row['from_actor']]}\t"
        f"{cells[row['to_unit']]}\t{moments[row['offered_at']]}\t{moments[row['answered_at']]}\t{cells[row['answered_by']]}\n"
    )


@lru_cache(maxsize=10_000)
def _scope(scope: tuple[str, ...]) -> str:
    return cell(listed(scope))


def listed(texts: Sequence[str]) -> str:
    """Texts as a literal of an array."""
    whole = '","'.join(texts)
    if "\\" in whole or whole.count('"') != 2 * max(0, len(texts) - 1):
        whole = '","'.join(text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return f'{{"{whole}"}}' if texts else "{}"
