"""Rows of cases that begin in a batch, copied in: nothing of such a case can be there yet, so nothing need be looked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import orjson

from yinuo.city.cases.deciding.states import State
from yinuo.city.cases.deciding.ways import Way
from yinuo.city.ledger.digest import Frames, framed
from yinuo.city.ledger.statements import array, binary, copy, instant, integer, jsonb

MANY = 50
"""Fresh cases from which copying is cheaper than one statement for everything."""


class Fresh(NamedTuple):
    """A case that is in no table yet, with what its row says beside its state."""

    state: State
    way: Way
    scope: tuple[str, ...]
    words: tuple[str, ...]
    changed_at: int
    head: bytes


class _Columns:
    """Columns as COPY takes them, each made once."""

    def __init__(self) -> None:
        self.text = Frames()
        self.at = _Instants()
        self.scopes: dict[tuple[str, ...], bytes] = {}

    def scope(self, scope: tuple[str, ...]) -> bytes:
        found = self.scopes.get(scope)
        if found is None:
            found = self.scopes[scope] = array(self.text, scope)
        return found


class _Instants(dict[int | None, bytes]):
    def __missing__(self, at: int | None) -> bytes:
        self[at] = made = instant(at)
        return made


def write(cases: Sequence[Fresh], *, look: bool) -> None:
    """Write the rows of cases that are in no table yet, their tasks, offers and threads, as `project` writes them.

    With `look` supervision will look at each of the cases. Inside the caller's transaction, under the locks of the heads.
    """
    columns = _Columns()
    tasks: list[bytes] = []
    offers: list[bytes] = []
    threads: list[bytes] = []
    names = [framed(one.state.case_id) for one in cases]
    for one, name in zip(cases, names, strict=True):
        _add_tasks(tasks, one, name, columns)
        if one.state.offers:
            _add_offers(offers, one.state, name, columns)
        threads += [_THREE + framed(fields) + framed(values) + name for fields, values in one.state.threads]
    copy(_CASES, [_case(one, name, columns) for one, name in zip(cases, names, strict=True)])
    copy(_TASKS, tasks)
    copy(_OFFERS, offers)
    copy(_THREADS, threads)
    if look:
        copy(_LOOKS, [_ONE + name for name in names])


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


def _case(one: Fresh, name: bytes, columns: _Columns) -> bytes:
    state, text, at = one.state, columns.text, columns.at
    return b"".join((
        _TWENTY_THREE, name, text[state.kind], text[state.item], text[state.unit], text[state.region], text[state.channel],
        framed(state.receipt), text[state.title], array(text, one.words), at[state.opened_at], at[state.ended_at],
        text["ended" if state.is_over else "open"], text[state.stage], text[state.holder_unit], text[state.holder_actor],
        text[state.parent], integer(state.version), jsonb(orjson.dumps(state.fields)), columns.scope(one.scope),
        text[state.person_ref], at[one.changed_at], binary(orjson.dumps(state)), binary(one.head),
    ))  # fmt: skip


def _add_tasks(rows: list[bytes], one: Fresh, name: bytes, columns: _Columns) -> None:
    text, at, steps = columns.text, columns.at, one.way.steps
    for step, keys in one.state.tasks.items():
        role = text[steps[step].by or ""]
        for key, (state, since, unit, done_at, actor) in keys.items():
            rows.append(b"".join((
                _NINE, name, text[step], text[key], text[unit], role, text[state], at[since], at[done_at], text[actor],
            )))  # fmt: skip


def _add_offers(rows: list[bytes], case: State, name: bytes, columns: _Columns) -> None:
    text, at = columns.text, columns.at
    for key, (state, from_unit, from_actor, to_unit, offered, answered, by) in case.offers.items():
        rows.append(b"".join((
            _NINE, name, text[key], text[state], text[from_unit], text[from_actor], text[to_unit], at[offered], at[answered],
            text[by],
        )))  # fmt: skip
