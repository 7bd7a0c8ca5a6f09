"""Moving running cases to the version of their item that is in force: by name, with a reason, case by case."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.commands import act
from yinuo.city.cases.projection import ways_in_force
from yinuo.city.catalogue import queries
from yinuo.city.catalogue.commands import Impossible
from yinuo.city.catalogue.item import Item
from yinuo.city.catalogue.running.cases import MOVED, Running, movable
from yinuo.city.people import units
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import require


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of it: receipt numbers of the cases moved, and of those refused, each with the sentence that refuses."""

    moved: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]


def move_running(key: str, case_ids: Collection[str], *, reason: str, actor: Actor, now: datetime) -> Moved:
    """Hold running cases of an item to its version in force from now on: one event in the stream of each, one act each.

    The limits the text lets be moved count from the old start and are those of the new version; its papers are told in the
    event. A case that is decided, that is overdue or would be under the new version, or that nothing would change for is
    refused by name, the others are moved. The same case is moved to the same version once. Raises NotAllowed, Impossible.
    """
    found = queries.version_on(key, timezone.localdate(now))
    if found is None or not found["is_now"]:
        raise Impossible("", _("这个事项没有现行版本。"))
    item: Item = found["item"]
    require(actor, "item.publish", scope=units.tree(timezone.localdate(now)).ancestors(item.unit))
    if not reason.strip():
        raise Impossible("reason", _("请说明理由或者依据的文件。"))
    known = {one.case_id: one for one in movable(key, actor=actor, ways=ways_in_force(), now=now)}
    moved, refused = [], []
    for case_id in dict.fromkeys(case_ids):
        one = known.get(case_id)
        problem = _("已经办结、已经改过，或者时限没有变化。") if one is None else one.problem
        if one is not None and not problem:
            problem = _move(one, item, found, reason=reason.strip(), actor=actor, now=now)
        if problem:
            refused.append((case_id if one is None else one.receipt, problem))
        elif one is not None:
            moved.append(one.receipt)
    return Moved(tuple(moved), tuple(refused))


def _move(one: Running, item: Item, version: dict[str, object], *, reason: str, actor: Actor, now: datetime) -> str:
    """Record the move of one case; the sentence that refuses it, empty when it was moved."""
    papers = [paper.zh for paper in item.materials if not paper.situations or one.situation in ("", *paper.situations)]
    fields = {"version_from": str(version["since"]), "moved_reason": reason, "papers_now": papers}
    move = Act(
        one.case_id, MOVED, now, fields, event_id=f"{version['key']}:{version['number']}:{one.case_id}", is_own=True
    )
    try:
        act(move, actor=actor, now=now)
    except Refused as refusal:
        return refusal.sentence
    return ""
