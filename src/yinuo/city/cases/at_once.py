"""An act of a person as most are, in one statement: its event, the rows of its case and the mark for supervision.

What it writes is what `ledger.append` and `projection.write` would write one after the other.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from yinuo.city.cases import projection
from yinuo.city.cases.deciding.states import State
from yinuo.city.cases.deciding.ways import Ways
from yinuo.city.cases.logs import PREFIX
from yinuo.city.ledger import read
from yinuo.city.ledger.append import asked_of, linked
from yinuo.city.ledger.events import NewEvent, check
from yinuo.city.ledger.statements import ask
from yinuo.city.people import units

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LASTING = ("kind", "item", "unit", "region", "channel", "receipt", "title", "opened_at", "parent")
"""What an act that goes on with a case does not change."""
_OPENING = (*_LASTING, "words")


def write(
    event: NewEvent, before: State, ways: Ways, *, head: bytes, tree: units.Tree, scope: Collection[str], now: datetime
) -> projection.Folded | None:
    """The case after this event, when it was written; None when nothing was written and the long way has to be gone.

    `before` is the case as it was decided on (version 0: not there yet), `head` the digest of its last event and `scope`
    the units it belonged to. Raises Unfit, NotCanonical.
    """
    check(event)
    (made,) = linked([event], (before.version, head), recorded_at=now)
    is_new = before.version == 0
    folded = projection.folded(None if is_new else before, projection.news([made]), ways)
    rows = projection.rows([folded], ways, tree)
    if rows["gone"] or rows["offers"] or rows["threads"]:
        return None
    case = rows["cases"][0]
    if not is_new and any(case[name] != getattr(before, name) for name in _LASTING):
        return None
    after = _case(case, is_new=is_new)
    if not is_new:
        after["fields"] = after["fields"] if folded.after.fields != before.fields else None
        after["scope"] = after["scope"] if set(case["scope"]) != scope else None
    tasks = orjson.dumps(rows["tasks"]).decode() if rows["tasks"] else None
    ((outcome,),) = ask(__file__, "act", {**asked_of(made), **after, "tasks": tasks, "book": folded.way.book})
    if outcome != "written":
        return None
    read.remember(PREFIX + before.case_id, (made.version, made.digest))
    return folded


def _case(case: dict[str, Any], *, is_new: bool) -> dict[str, Any]:
    ended = case["ended_at"]
    return {
        "case_id": case["case_id"],
        "opening": orjson.dumps({name: case[name] for name in _OPENING}).decode() if is_new else None,
        "ended_at": None if ended is None else _EPOCH + timedelta(microseconds=ended),
        "stage": case["stage"], "holder_unit": case["holder_unit"], "holder_actor": case["holder_actor"],
        "fields": orjson.dumps(case["fields"]).decode(), "scope": list(case["scope"]), "person_ref": case["person_ref"],
        "state": case["state"],
    }  # fmt: skip
