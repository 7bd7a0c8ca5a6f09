"""What if: which promises would run, and until when, if something happened at a moment (peers row 54)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from django.utils.translation import gettext as _

from yinuo.city.api.problems import Problem
from yinuo.city.cases.kept import kept_row, kept_tables
from yinuo.city.texts import in_force
from yinuo.engine.clauses.flow import Flow
from yinuo.engine.evaluate import evaluate
from yinuo.engine.log import CASE_COLUMNS, EVENT_COLUMNS, Log
from yinuo.engine.rules import Ruling
from yinuo.rulebook.loader import Pack

FIRST, LAST = 1990, 2190
_CASE = "what-if"


@dataclass(frozen=True, slots=True)
class Question:
    """A case of this kind and item would be opened and (unless the activity opens it) this would happen, at that moment."""

    kind: str
    item: str | None
    activity: str | None
    start: datetime


def answer(question: Question) -> dict[str, Any]:
    """The clocks that would run after it, under the text in force of that day. Changes nothing. Raises Problem, NoText."""
    pack = in_force.pack()
    if not FIRST <= question.start.year <= LAST:
        raise Problem(422, _("start 应当在 %(first)s 年到 %(last)s 年之间。") % {"first": FIRST, "last": LAST})
    flow = _flow(pack, question)
    _check_item(pack, question)
    activity = question.activity or ("accepted" if _knows(flow, "accepted") else flow.opens)
    if not _knows(flow, activity):
        raise Problem(422, _("“%(kind)s”里没有“%(activity)s”这个动作。") % {"kind": flow.zh, "activity": activity})
    happened = [flow.opens] if activity == flow.opens else [flow.opens, activity]
    said = evaluate(_log(question, happened, pack), pack.rules, as_of=question.start)
    titles = {ruling.name: ruling for ruling in pack.rules.rulings}
    return {
        "kind": question.kind, "item": question.item, "activity": activity, "start": question.start, "text": pack.digest,
        "clocks": [
            {**row, **_title(titles[f"{row['institution']}/{row['clause']}"], row["version"])}
            for row in said.clocks.filter(pl.col("ended_at").is_null()).sort("due_at", "clause").to_dicts()
        ],
    }  # fmt: skip


def _flow(pack: Pack, question: Question) -> Flow:
    day = question.start.astimezone(ZoneInfo(pack.rules.zone)).date()
    for ruling in pack.rules.of_kind("flow"):
        edition = ruling.on(day) if ruling.id == question.kind else None
        if edition is not None and isinstance(edition.clause, Flow):
            return edition.clause
    raise Problem(422, _("制度里没有“%(kind)s”这一种事，或者那天还没有。") % {"kind": question.kind})


def _knows(flow: Flow, activity: str) -> bool:
    return activity == flow.opens or activity in flow.ends or any(activity in step.does for step in flow.steps)


def _check_item(pack: Pack, question: Question) -> None:
    if question.item is None or "items" not in pack.tables:
        return
    day = question.start.astimezone(ZoneInfo(pack.rules.zone)).date()
    if kept_row(pack, "items", question.item, day) is None:
        sentence = _("事项清单里没有“%(item)s”，或者它在 %(day)s 不在用。")
        raise Problem(422, sentence % {"item": question.item, "day": day.isoformat()})


def _log(question: Question, happened: list[str], pack: Pack) -> Log:
    count = len(happened)
    events: dict[str, list[Any]] = {
        "case_id": [_CASE] * count, "activity": happened, "at": [question.start] * count,
        "recorded_at": [question.start] * count, "unit": [None] * count, "actor": [None] * count,
        "step": [None] * count, "event_id": [str(number) for number in range(count)], "sequence": list(range(count)),
    }  # fmt: skip
    case = {"case_id": [_CASE], "kind": [question.kind], "item": [question.item], "unit": [None], "region": [None]}
    return Log(
        pl.DataFrame(events, schema=EVENT_COLUMNS),
        pl.DataFrame(case, schema=CASE_COLUMNS),
        {**pack.tables, **kept_tables(pack)},
    )


def _title(ruling: Ruling, version: str) -> Mapping[str, Any]:
    clause = ruling.about(date.fromisoformat(version)).clause
    return {"zh": clause.zh, "en": clause.en}
