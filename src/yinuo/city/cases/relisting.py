"""What silence made of the tasks of cases, brought into their list. What silence does is in no event; people read the list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from yinuo.city.cases.consult import as_it_stands
from yinuo.city.cases.deciding.states import local_day
from yinuo.city.cases.deciding.ways import Ways
from yinuo.city.cases.logs import PREFIX, line_of
from yinuo.city.cases.projection import Folded, load_states, task_rows
from yinuo.city.ledger import read
from yinuo.city.ledger.statements import sql


def relist(moments: Mapping[str, datetime], ways: Ways) -> dict[str, str]:
    """Bring the tasks of these cases to what silence had made of them by a moment each; nothing else of them changes.

    Those of a case that is over stand as people left them. Whoever acts on one of the cases waits until the caller's
    transaction ends, and what he wrote before is seen. A case of which a clause cannot be evaluated keeps its list: it is
    returned with the error, the others are done.
    """
    _lock(moments)
    states, listed, failures = load_states(sorted(moments)), _listed(moments), dict[str, str]()
    histories = read.streams([PREFIX + name for name, state in states.items() if not state.is_over])
    made: dict[str, list[dict[str, Any]]] = {name: [] for name in ("cases", "tasks", "gone", "offers", "threads")}
    for case_id, state in states.items():
        way = ways.way(state.kind, local_day(state.opened_at, ways.zone))
        if way is None:
            continue
        try:
            lines = [line_of(event) for event in histories.get(PREFIX + case_id, ())]
            after = state if state.is_over else as_it_stands(state, ways, at=moments[case_id], lines=lines)
        except Exception as error:  # noqa: BLE001 - whatever a text does to one case, it becomes visible on that case
            failures[case_id] = f"{type(error).__name__}: {error}"
            continue
        before = replace(state, tasks=listed.get(case_id, {}))
        task_rows(Folded(before, after, way, state.last_at, b""), made["tasks"], made["gone"])
    if made["tasks"] or made["gone"]:
        given = {name: orjson.dumps(many).decode() for name, many in made.items()}
        with connection.cursor() as cursor:
            cursor.execute(sql(__file__, "project"), {**given, "look": False})
    return failures


def _lock(case_ids: Collection[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "lock_cases"), {"case_ids": orjson.dumps(sorted(case_ids)).decode()})


def _listed(case_ids: Collection[str]) -> dict[str, dict[str, dict[str, list[Any]]]]:
    """The tasks each case has in the list, as `State.tasks` has them."""
    found: dict[str, dict[str, dict[str, list[Any]]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "listed"), {"case_ids": orjson.dumps(sorted(case_ids)).decode()})
        for case_id, step, key, *row in cursor.fetchall():
            found.setdefault(case_id, {}).setdefault(step, {})[key] = row
    return found
