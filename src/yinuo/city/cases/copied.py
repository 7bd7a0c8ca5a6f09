"""Rows of cases that begin in a batch, copied in: nothing of such a case can be there yet, so nothing need be looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson

from yinuo.city.ledger.digest import Frames, framed
from yinuo.city.ledger.statements import array, binary, copy, instant, integer, jsonb

MANY = 50
"""Fresh cases from which copying is cheaper than one statement for everything."""

Row = Mapping[str, Any]


def write(rows: Mapping[str, Sequence[Row]], *, look: bool) -> None:
    """Write the rows of cases that are in no table yet: `cases`, `tasks`, `offers`, `threads`, as `project` takes them.

    With `look` supervision will look at each of the cases. Inside the caller's transaction, under the locks of the heads.
    """
    frames = Frames()
    copy(_CASES, [_case(row, frames) for row in rows["cases"]])
    copy(_TASKS, [_task(row, frames) for row in rows["tasks"]])
    copy(_OFFERS, [_offer(row, frames) for row in rows["offers"]])
    copy(_THREADS, [_THREE + framed(r["names"]) + framed(r["values"]) + framed(r["case_id"]) for r in rows["threads"]])
    if look:
        copy(_LOOKS, [_ONE + framed(row["case_id"]) for row in rows["cases"]])


_CASES = """COPY cases_case (case_id, kind, item, unit, region, channel, receipt, title, words, opened_at, ended_at, status,
    stage, holder_unit, holder_actor, parent, version, fields, scope, person_ref, changed_at, state, head)
    FROM STDIN (FORMAT BINARY)"""
_TASKS = """COPY cases_task (case_id, step, key, unit, role, state, due_since, done_at, actor)
    FROM STDIN (FORMAT BINARY)"""
_OFFERS = """COPY cases_handover (case_id, key, state, from_unit, from_actor, to_unit, offered_at, answered_at, answered_by)
    FROM STDIN (FORMAT BINARY)"""
_THREADS = "COPY cases_thread (names, values, case_id) FROM STDIN (FORMAT BINARY)"
_LOOKS = "COPY cases_look (case_id) FROM STDIN (FORMAT BINARY)"
_ONE, _THREE, _NINE, _TWENTY_THREE = (number.to_bytes(2, "big") for number in (1, 3, 9, 23))
"""How many columns a row has."""


def _case(row: Row, frames: Frames) -> bytes:
    return b"".join((
        _TWENTY_THREE, framed(row["case_id"]), frames[row["kind"]], frames[row["item"]], frames[row["unit"]],
        frames[row["region"]], frames[row["channel"]], framed(row["receipt"]), framed(row["title"]), array(row["words"]),
        instant(row["opened_at"]), instant(row["ended_at"]), frames[row["status"]], frames[row["stage"]],
        frames[row["holder_unit"]], frames[row["holder_actor"]], frames[row["parent"]], integer(row["version"]),
        jsonb(orjson.dumps(row["fields"])), _scope(row["scope"]), framed(row["person_ref"]), instant(row["changed_at"]),
        framed(row["state"]), binary(bytes.fromhex(row["head"])),
    ))  # fmt: skip


def _task(row: Row, frames: Frames) -> bytes:
    return b"".join((
        _NINE, framed(row["case_id"]), frames[row["step"]], frames[row["key"]], frames[row["unit"]], frames[row["role"]],
        frames[row["state"]], instant(row["due_since"]), instant(row["done_at"]), frames[row["actor"]],
    ))  # fmt: skip


def _offer(row: Row, frames: Frames) -> bytes:
    return b"".join((
        _NINE, framed(row["case_id"]), frames[row["key"]], frames[row["state"]], frames[row["from_unit"]],
        frames[row["from_actor"]], frames[row["to_unit"]], instant(row["offered_at"]), instant(row["answered_at"]),
        frames[row["answered_by"]],
    ))  # fmt: skip


@lru_cache(maxsize=10_000)
def _scope(scope: tuple[str, ...]) -> bytes:
    return array(scope)
