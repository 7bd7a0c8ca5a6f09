"""Who held a case when, read event by event: only the activities the flow names move it, until an event ends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tests.reference.place import Place, Record, threads
from yinuo.engine.clauses.flow import Flow


def holdings(flow: Flow, records: Sequence[Record], place: Place, *, as_of: datetime) -> list[Record]:
    """One row for each time a case came into somebody's hands; `used` counts working days."""
    return [row for case in threads(records, ("case",)) for row in _of_case(flow, case, place, as_of)]


def _of_case(flow: Flow, case: list[Record], place: Place, as_of: datetime) -> list[Record]:
    rows: list[Record] = []
    over = None
    for event in case:
        if event["activity"] in flow.holder:
            if rows:
                rows[-1]["to"] = event["at"]
            unit, actor = _named(flow, flow.holder[event["activity"]], event)
            rows.append({"case_id": event["case_id"], "unit": unit, "actor": actor, "from": event["at"], "to": None})
        if event["activity"] in flow.ends:
            over = event["at"]
            break
    if rows:
        rows[-1]["to"] = over
    for row in rows:
        first, last = place.day(row["from"]), place.day(row["to"] or as_of)
        row["used"] = sum(place.is_working(day) for day in range(first + 1, last + 1))
    return rows


def _named(flow: Flow, field: str, event: Record) -> tuple[str | None, str | None]:
    """A unit, or a person; the actor holds for his unit."""
    if field == "actor":
        return event["unit"], event["actor"]
    is_person = field in flow.fields and flow.fields[field].is_ in {"person", "post"}
    return (None, event.get(field)) if is_person else (event.get(field), None)
