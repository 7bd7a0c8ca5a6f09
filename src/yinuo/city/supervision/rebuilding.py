"""How the tables of supervision are made from the ledger, live and again.

Cards, outages and measures are what `said/`, `outage/` and `measure/` say. Clocks, holdings and moments are what
`evaluate` says of the cases: they are emptied, and the next sweeps fill them; as nothing has changed, nothing is said.
What silence did to the tasks of cases is in no event of theirs: it is listed again when the cases are made again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import orjson
from django.db import connection
from pydantic import BaseModel, ConfigDict, create_model

from yinuo.city.cases.projection import ways_in_force
from yinuo.city.cases.relisting import relist
from yinuo.city.ledger import models_of_events, projections
from yinuo.city.ledger.events import StoredEvent
from yinuo.city.supervision.cards import CONTENT, instant_of
from yinuo.city.supervision.models import Measure, Outage
from yinuo.city.supervision.store import project, run

log = logging.getLogger(__name__)
_Text = str | None
_CARD: dict[str, Any] = {"card": str, "turn": int}
_FOUND: dict[str, Any] = {
    **dict.fromkeys(CONTENT, _Text), "occurrence": int | None, "again": (bool, False), "cause": (_Text, None),
    "answer_by": (_Text, None),
}  # fmt: skip
_EVENTS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "said": {
        "finding_raised": {**_CARD, **_FOUND},
        "finding_amended": {**_CARD, **_FOUND},
        "finding_cleared": _CARD,
        "finding_withdrawn": {**_CARD, "cause": str},
        "finding_escalated": {**_CARD, "tier": int, "answer_by": _Text, "unit": (_Text, None), "told": (_Text, None)},
        "finding_explained": {**_CARD, "text": str, "by": str},
        "card_appealed": {**_CARD, "ground": str, "by": str},
        "card_cancelled": {**_CARD, "reason": str, "by": str},
        "appeal_rejected": {**_CARD, "reason": str, "by": str, "answer_by": (_Text, None)},
        "delay_published": {**_CARD, "text": str, "by": str},
        "clock_reprojected": {
            **dict.fromkeys(("institution", "clause", "opener", "version", "old_version", "text", "cause"), str),
            **dict.fromkeys(("thread", "key", "old_due_at", "due_at"), _Text), "provisional": bool,
        },
        "evaluation_failed": {"error": str},
        "order_written_off": {"evidence": str, "by": str, "activity": str},
    },
    "outage": {
        "outage_declared": {
            **dict.fromkeys(("unit", "source", "begins_at", "reason", "by"), str), "ends_at": _Text,
        },
        "outage_verified": {"by": str, "ends_at": _Text},
    },
    "measure": {
        "measure_proposed": {
            **dict.fromkeys(("card", "case_id", "institution", "clause", "what", "grounds", "by", "statement_by"), str),
            "against_unit": _Text, "against_person": _Text, "scope": list[str],
        },
        "measure_stated": {"statement": str, "by": str},
        "measure_decided": {"adopt": bool, "reason": str, "by": str},
        "measure_appealed": {"ground": str, "by": str},
        "measure_appeal_decided": {"revoke": bool, "reason": str, "by": str},
    },
}  # fmt: skip
"""The payloads of what supervision writes, version 1: stream prefix → activity → fields. A model once written never changes."""


def _model(activity: str, fields: Mapping[str, Any]) -> type[BaseModel]:
    config = ConfigDict(frozen=True, extra="forbid")
    whole: dict[str, Any] = {name: kind if isinstance(kind, tuple) else (kind, ...) for name, kind in fields.items()}
    return create_model(activity, __config__=config, v=(Literal[1], 1), **whole)


def register() -> None:
    """Register the models of the events, and the projections in the order they are made again."""
    for prefix, activities in _EVENTS.items():
        for activity, fields in activities.items():
            models_of_events.register(f"{prefix}/{activity}", 1, model=_model(activity, fields))
    projections.register(
        "supervision.cards", "said/", reset=_forget_cards, apply=_cards, by_stream=True, tables=("supervision_finding",)
    )
    projections.register("supervision.looks", "case/", reset=_forget_clocks, apply=_look, by_stream=True)
    projections.finish("cases", _relist)
    projections.register("supervision.outages", "outage/", reset=_forget_outages, apply=show_outages)
    projections.register("supervision.measures", "measure/", reset=_forget_measures, apply=show_measures)


def show_outages(events: Sequence[StoredEvent]) -> None:
    """Bring the register of outages up to date with events of `outage/`."""
    for event in events:
        payload, name = _read(event)
        if event.activity == "outage_declared":
            given = {field: payload[field] for field in ("unit", "source", "reason")}
            times = {field: instant_of(payload[field]) for field in ("begins_at", "ends_at")}
            row = {**given, **times, "declared_by": payload["by"], "declared_at": event.at}
            Outage.objects.update_or_create(outage_id=name, defaults=row)
        elif event.activity == "outage_verified":
            row = {"verified_by": payload["by"], "verified_at": event.at}
            if payload["ends_at"] is not None:
                row["ends_at"] = instant_of(payload["ends_at"])
            Outage.objects.filter(outage_id=name).update(**row)


def show_measures(events: Sequence[StoredEvent]) -> None:
    """Bring the measures up to date with events of `measure/`."""
    for event in events:
        payload, name = _read(event)
        row = _measure(event, payload)
        if event.activity == "measure_proposed":
            Measure.objects.update_or_create(measure_id=name, defaults=row)
        else:
            Measure.objects.filter(measure_id=name).update(**row)


def _measure(event: StoredEvent, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What an event changes in the row of a measure. Raises KeyError for an activity that is none of theirs."""
    at, by = event.at, payload["by"]
    match event.activity:
        case "measure_proposed":
            names = (
                "card", "case_id", "institution", "clause", "what", "grounds", "against_unit", "against_person", "scope",
            )  # fmt: skip
            own = {"status": "proposed", "proposed_by": by, "proposed_at": at}
            return {name: payload[name] for name in names} | own | {"statement_by": instant_of(payload["statement_by"])}
        case "measure_stated":
            return {"statement": payload["statement"], "stated_at": at}
        case "measure_decided":
            status = "adopted" if payload["adopt"] else "dismissed"
            return {"status": status, "decided_by": by, "decided_at": at, "reason": payload["reason"]}
        case "measure_appealed":
            return {"status": "appealed", "appeal_ground": payload["ground"], "appealed_at": at}
        case "measure_appeal_decided":
            status = "revoked" if payload["revoke"] else "upheld"
            own = {"appeal_decided_by": by, "appeal_decided_at": at, "appeal_reason": payload["reason"]}
            return {"status": status, **own}
    raise KeyError(f"{event.activity} is nothing that happens to a measure")


def _read(event: StoredEvent) -> tuple[dict[str, Any], str]:
    return orjson.loads(event.payload), event.stream.partition("/")[2]


def _forget_cards() -> None:
    _empty("supervision_finding")


def _forget_clocks() -> None:
    _empty(
        "supervision_moment", "supervision_look", "supervision_thread", "supervision_clock", "supervision_holding",
        "supervision_failure",
    )  # fmt: skip


def _forget_outages() -> None:
    _empty("supervision_outage")


def _forget_measures() -> None:
    _empty("supervision_measure")


def _empty(*tables: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)}")


def _cards(events: Sequence[StoredEvent]) -> None:
    # All that was ever said of their cases: none of these cards is in the table yet. The cases are made again before.
    project(events, cards={})


def _look(events: Sequence[StoredEvent]) -> None:
    ids = sorted({event.stream.removeprefix("case/") for event in events if event.version == 1})
    if ids:
        run("look_again", case_ids=ids, happened=[False] * len(ids))


def _relist() -> None:
    """The tasks that silence made due, as the last look at each case had found them."""
    moments = dict(run("silent"))
    if moments:
        for case_id, error in relist(moments, ways_in_force()).items():
            log.warning("the tasks of a case could not be listed: case=%s: %s", case_id, error)
