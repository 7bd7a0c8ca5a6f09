"""What can be done to the catalogue. Each command is one transaction and one event; running cases are never touched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel

from yinuo.city.catalogue import events, projection
from yinuo.city.catalogue.item import Item
from yinuo.city.catalogue.lint import Around, Fault, lint
from yinuo.city.catalogue.queries import Standing, standing, text_of
from yinuo.city.ledger.append import append
from yinuo.city.ledger.events import NewEvent
from yinuo.city.people import units
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import require

SOURCE = "yinuo"


class Impossible(Exception):
    """The catalogue does not allow it. `field` is the field of the form, `sentence` is for the person."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


class NotFit(Impossible):
    """A version that cannot be published: its faults that block (invariants 1, 4)."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults[0].field, " ".join(fault.sentence for fault in faults))
        self.faults = faults


def draft(key: str, item: Item, *, actor: Actor, now: datetime) -> None:
    """Write a version down that is not in force; it may be incomplete. Raises NotAllowed, Impossible, Conflict."""
    with transaction.atomic():
        held = standing(key)
        _within(actor, "item.draft", key, held, item=item, now=now)
        _say(key, events.DRAFTED, events.ItemDrafted(item=item), held, actor=actor, now=now)


def drop_draft(key: str, *, reason: str, actor: Actor, now: datetime) -> None:
    """Give a draft up. Raises NotAllowed, Impossible, Conflict."""
    with transaction.atomic():
        held = standing(key)
        if held.draft is None:
            raise Impossible("", _("这个事项没有草稿。"))
        _within(actor, "item.draft", key, held, item=held.draft, now=now)
        _say(key, events.DROPPED, events.ItemDraftDropped(reason=_told("reason", reason)), held, actor=actor, now=now)


def publish(key: str, item: Item, *, since: date, authority: str, actor: Actor, now: datetime) -> None:
    """Put a version in force from a day on: it must have its four disclosures, and promise no more than the law allows.

    A day that lies before the version in force began is refused: what was in force is never edited. Cases that run keep
    the limits they were accepted under; new ones have those of this version, from the day after today at the earliest. Raises NotAllowed, NotFit, Impossible, Conflict.
    """
    with transaction.atomic():
        held = standing(key)
        _within(actor, "item.publish", key, held, item=item, now=now)
        today = timezone.localdate(now)
        blocking = tuple(fault for fault in lint(item, Around(today, text_of(key, since))) if fault.blocks)
        if blocking:
            raise NotFit(blocking)
        _check_day(held, since)
        if held.item == item and held.until is None:
            raise Impossible("", _("与现行版本没有不同，不必发布。"))
        said = events.ItemPublished(since=since, authority=_told("authority", authority), item=item)
        _say(key, events.PUBLISHED, said, held, actor=actor, now=now)


def withdraw(key: str, *, until: date, reason: str, into: str | None = None, actor: Actor, now: datetime) -> None:
    """Put an item in force no more from a day on, merged into another or abolished (E034). Raises as `publish` does."""
    with transaction.atomic():
        held = standing(key)
        if held.item is None or held.since is None or held.until is not None:
            raise Impossible("", _("这个事项没有现行版本。"))
        _within(actor, "item.publish", key, held, item=held.item, now=now)
        if until < held.since:
            raise Impossible("until", _("停止日期早于现行版本的生效日期 %(since)s。") % {"since": held.since})
        if into is not None and (into == key or standing(into).item is None):
            raise Impossible("into", _("没有编号为“%(into)s”的事项可以并入。") % {"into": into})
        said = events.ItemWithdrawn(until=until, reason=_told("reason", reason), into=into)
        _say(key, events.WITHDRAWN, said, held, actor=actor, now=now)


def _check_day(held: Standing, since: date) -> None:
    if held.since is not None and since <= held.since:
        sentence = _("生效日期必须晚于已发布版本的生效日期 %(since)s；已经生效的版本不能改写。")
        raise Impossible("since", sentence % {"since": held.since})
    if held.until is not None and since < held.until:
        raise Impossible("since", _("这个事项到 %(until)s 才停止，请从那天以后生效。") % {"until": held.until})


def _within(actor: Actor, action: str, key: str, held: Standing, *, item: Item, now: datetime) -> None:
    """Whoever changes an item must reach the unit it belongs to and the one it is given to."""
    tree = units.tree(timezone.localdate(now))
    for unit in dict.fromkeys((*([held.item.unit] if held.item else []), item.unit)):
        try:
            scope = tree.ancestors(unit)
        except units.UnknownUnit as problem:
            raise Impossible("unit", _("没有编号为“%(unit)s”的单位。") % {"unit": unit}) from problem
        require(actor, action, scope=scope)
    if not projection.KEY.fullmatch(key):
        raise Impossible("key", _("事项编号只能用小写字母、数字和连字符：“%(key)s”。") % {"key": key[:80]})


def _told(field: str, text: str) -> str:
    if not text.strip():
        raise Impossible(field, _("请说明理由或者依据的文件。"))
    return text.strip()


def _say(key: str, activity: str, said: BaseModel, held: Standing, *, actor: Actor, now: datetime) -> None:
    payload: Mapping[str, Any] = said.model_dump(mode="json", by_alias=True)
    event = NewEvent(
        stream=projection.PREFIX + key,
        source=SOURCE,
        event_id=f"{key}:{held.number + 1}",
        activity=activity,
        at=now,
        payload=payload,
        actor=actor.id,
        unit=actor.unit,
    )
    projection.apply(append([event], expected=held.number, recorded_at=now))
