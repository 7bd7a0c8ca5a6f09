"""My tasks (待办): what waits for me or my unit, and where each is done."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.city.cases.deciding.ways import Ways
from yinuo.city.cases.projection import ways_of
from yinuo.city.pages.listing import BadQuery, Listing, listed
from yinuo.city.pages.words import Words, words_for
from yinuo.city.people.guard import needs
from yinuo.city.people.may import row_filter
from yinuo.city.registers.tasks import MANY, WHEN, mine, moments, tasks, waiting_at


@needs("case.act")
@require_safe
def my_tasks(request: HttpRequest) -> HttpResponse:
    """The open steps that wait for this person, the soonest due first; each leads to where it is done."""
    words, actor, now = words_for(request), request.actor, timezone.now()  # type: ignore[attr-defined]
    found = _found(request, words, now) if words.is_there else None
    facts: dict[str, Any] = {"listing": found, "when": WHEN, "now": now, "actor": actor}
    return render(request, "hall/tasks.html.j2", facts)


def _found(request: HttpRequest, words: Words, now: datetime) -> Listing:
    actor, ways = request.actor, ways_of(words.pack.digest)  # type: ignore[attr-defined]
    condition, given = row_filter(actor, "case.act", "c.scope")
    today = timezone.make_aware(datetime.combine(timezone.localdate(now), time.min))
    days = moments(now, today + timedelta(days=1), today + timedelta(days=7 - today.weekday()))
    asked = {**given, **mine(actor, words.tree, ways), **days}
    are_many = not request.GET.get("q") and waiting_at(now, actor=actor, tree=words.tree, ways=ways) > MANY
    spec = tasks(condition, are_many=are_many)
    try:
        found = listed(spec, path=request.path, asked=request.GET.dict(), row_filter=("TRUE", asked))
    except BadQuery as error:
        raise BadRequest(str(error)) from error
    for row in found.rows:
        row["steps"] = [_step(one, row, ways, words) for one in json.loads(row["steps"])]
        left = None if row["allowed"] is None or row["used"] is None else row["allowed"] - row["used"]
        row["left"], row["over"] = (left, None) if left is None or left >= 0 else (None, -left)
    return found


def _step(one: dict[str, str], row: dict[str, Any], ways: Ways, words: Words) -> tuple[str, str]:
    """An open step: the activity that does it, and what it is called."""
    way = ways.way(row["kind"], timezone.localdate(row["opened_at"]))
    step = way.steps.get(one["step"]) if way else None
    if step is None:
        return one["step"], one["step"]
    name = "／".join(words.act(activity) for activity in step.does)
    return step.does[0], f"{name} · {words.unit(one['key'])}" if one["key"] else name
