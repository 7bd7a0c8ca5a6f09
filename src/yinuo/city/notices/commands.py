"""What changes notices: telling, reading, addresses, webhooks, posting to the outside."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, TypeAlias

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.ledger import append, private
from yinuo.city.ledger.digest import Frames, framed
from yinuo.city.ledger.events import NewEvent
from yinuo.city.ledger.roots import Root
from yinuo.city.ledger.statements import copy, instant, jsonb, sql
from yinuo.city.notices import projections, reach, webhooks
from yinuo.city.notices.deliver import FIELDS
from yinuo.city.notices.kinds import kind as kind_of
from yinuo.city.notices.queries import webhooks as open_webhooks
from yinuo.city.people import units
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import require
from yinuo.kernel.instants import microseconds

SOURCE = "yinuo"
ROOT_TAKEN = "root_taken"
MANY = 50
"""Notices from which copying them in is cheaper than looking for those that are there."""
_SIX = (6).to_bytes(2, "big")
"""How many columns a notice has that is copied in."""
_Notice: TypeAlias = tuple[str, str]
"""A person and a key: what is told once for ever."""
_FITS = {"mail": re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+"), "sms": re.compile(r"\+?[0-9][0-9 -]{4,20}")}


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing to tell: `key` names it for ever, `kind` is a row of kinds.toml, `args` (no personal data) fill its sentence."""

    persons: Sequence[str]
    kind: str
    key: str
    args: Mapping[str, Any]
    case_id: str | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """A body for one webhook; `event_id` names it for ever."""

    webhook: str
    event_id: str
    body: str


class BadAddress(ValueError):
    """That is no mail address or telephone number; the message is for the person."""


class Taken(ValueError):
    """There is a webhook of that id, open or closed: a new one needs an id of its own."""


class Unknown(LookupError):
    """There is no such webhook, or none that is open; the message is for the person."""


def tell(
    persons: Sequence[str], *, kind: str, key: str, args: Mapping[str, Any], case_id: str | None, now: datetime
) -> tuple[str, ...]:
    """Tell persons something, each at most once for ever per `key`; returns those told now.

    In-app rows are written in the caller's transaction, and with them what goes out by mail and SMS. Raises UnknownKind,
    MissingPlace.
    """
    return tuple(sorted(person for person, _key in _told([Telling(persons, kind, key, args, case_id)], now)))


def tell_many(tellings: Sequence[Telling], *, now: datetime, is_new: bool = False) -> int:
    """Tell many things in one statement; how many notices that made. Raises UnknownKind, MissingPlace.

    `is_new`: the caller's transaction has made sure that nobody was told any of it before, so that nothing is searched;
    raises IntegrityError where that is not so of very many.
    """
    return len(_told(tellings, now, is_new=is_new))


def _told(tellings: Sequence[Telling], now: datetime, *, is_new: bool = False) -> Collection[_Notice]:
    asked: dict[_Notice, Telling] = {}
    for one in tellings:
        for person in one.persons:
            asked.setdefault((person, one.key), one)
    if not asked:
        return ()
    for one in tellings:
        kind_of(one.kind).check(one.args)
    with transaction.atomic(savepoint=False):
        told: Collection[_Notice] = asked
        if is_new and len(asked) >= MANY:
            _copy(asked, now)
        else:
            told = _run("tell", _columns(asked.items(), now))
        ways = {kind: _channels(kind) for kind in {one.kind for one in tellings}}
        out = [(name, channel) for name in told for channel in ways[asked[name].kind]] if any(ways.values()) else []
        if out:
            values = _columns([(name, asked[name]) for name, _channel in out], now)
            _run("go_out", {**values, "channels": _json([channel for _name, channel in out])})
    return told


def _columns(some: Collection[tuple[_Notice, Telling]], now: datetime) -> dict[str, Any]:
    """Notices as they cross the wire fastest."""
    return {
        "persons": _json([person for (person, _key), _one in some]),
        "keys": _json([key for (_person, key), _one in some]),
        "kinds": _json([one.kind for _name, one in some]),
        "args": _json([orjson.dumps(one.args).decode() for _name, one in some]),
        "cases": _json([one.case_id for _name, one in some]),
        "at": now,
    }


def _copy(asked: Mapping[_Notice, Telling], now: datetime) -> None:
    """Tell what nobody was told before."""
    frames, at = Frames(), instant(microseconds(now))
    said: dict[int, bytes] = {}
    rows = []
    for (person, key), one in sorted(asked.items(), key=itemgetter(0)):
        if id(one) not in said:
            parts = framed(key), frames[one.kind], jsonb(orjson.dumps(one.args)), framed(one.case_id), at
            said[id(one)] = b"".join(parts)
        rows.append(_SIX + frames[person] + said[id(one)])
    with connection.wrap_database_errors:
        copy(sql(__file__, "copy_notices"), rows)


def _json(texts: Sequence[str | None]) -> str:
    return orjson.dumps(texts).decode()


def _channels(kind: str) -> list[str]:
    return [channel for channel in kind_of(kind).channels if channel in settings.NOTICE_CHANNELS]


def mark_read(person: str, *, notice: int, now: datetime, and_before: bool = False) -> str | None:
    """The person has read a notice, with `and_before` all up to it; returns the case of the one, if it has one."""
    read = dict(_run("read", {"person": person, "id": notice, "all": and_before, "now": now}))
    return read.get(notice)


def set_address(person: str, *, channel: str, address: str, actor: Actor, now: datetime) -> None:
    """Say where a person is reached by mail (or by SMS, instead of the telephone of the staff register).

    Everybody for himself; another person's only who may write people. The address is sealed; the ledger holds that there
    is one. The one before is erased, what waited for it goes to the new one. Raises NotAllowed, BadAddress.
    """
    if actor.id != person:
        require(actor, "people.write")
    if not _FITS[channel].fullmatch(address):
        raise BadAddress(_("“%(address)s”不是有效的地址或号码。") % {"address": address})
    with transaction.atomic():
        ref = f"address/{person}/{channel}/{_mark(now, person, channel)}"
        payload = {
            "v": 1, "person": person, "channel": channel, "private": private.seal(ref, {FIELDS[channel]: address}),
        }  # fmt: skip
        replaced = [old for kind, old in _run("addresses_of", {"person": person}) if kind == channel and old != ref]
        _append("addresses", ref, "address_set", payload=payload, actor=actor, now=now)
        for old in replaced:
            _run("retarget", {"old": old, "ref": ref})
            private.erase(old)


def forget_addresses(person: str, *, channel: str | None = None, actor: Actor, now: datetime) -> int:
    """Erase for good where a person is reached, as `people` erases the person; how many addresses. Raises NotAllowed.

    None = by every channel. Everybody for himself, as with `set_address`. What waits for them is given up when it is to
    be sent.
    """
    if actor.id != person:
        require(actor, "people.write")
    with transaction.atomic():
        refs = [(kind, ref) for kind, ref in _run("addresses_of", {"person": person}) if channel in (None, kind)]
        for kind, ref in refs:
            private.erase(ref)
            payload = {"v": 1, "person": person, "channel": kind}
            _append("addresses", f"{ref}/forgotten", "address_forgotten", payload=payload, actor=actor, now=now)
    return len(refs)


def post_webhook(webhook_id: str, *, event_id: str, body: str, now: datetime) -> bool:
    """Put a body for one webhook into the outbox, once for ever per event; whether it is new."""
    return post_webhooks([Posting(webhook_id, event_id, body)], now=now) == 1


def post_webhooks(postings: Sequence[Posting], *, now: datetime) -> int:
    """`post_webhook` for many in one statement; how many are new. A transaction of the caller's goes with it."""
    if not postings:
        return 0
    values = {
        "webhooks": [one.webhook for one in postings],
        "event_ids": [one.event_id for one in postings],
        "bodies": [one.body for one in postings],
        "at": now,
    }
    return len(_run("post", values))


def post_root(root: Root) -> None:
    """Send a root of the ledger out: to each webhook that asks for `root_taken` by name, and by mail to ROOT_MAIL.

    Each once for ever per root. What an outsider holds proves that nothing before it was changed.
    """
    line = root.as_line()
    event = {
        "specversion": "1.0", "id": f"root/{root.number}", "source": "yinuo/ledger", "type": ROOT_TAKEN,
        "time": line["at"], "datacontenttype": "application/json", "data": line,
    }  # fmt: skip
    body = orjson.dumps(event).decode()
    hooks = [hook.id for hook in open_webhooks() if ROOT_TAKEN in hook.activities]
    post_webhooks([Posting(hook, event["id"], body) for hook in hooks], now=root.at)
    mails = settings.ROOT_MAIL if "mail" in settings.NOTICE_CHANNELS else ()
    refs = [private.seal(f"address/roots/{_mark(mail)}", {"mail": mail})["ref"] for mail in mails]
    values = {"key": event["id"], "refs": refs, "kind": ROOT_TAKEN, "body": orjson.dumps(line).decode(), "at": root.at}
    if refs:
        _run("post_mail", values)


def open_webhook(
    webhook_id: str,
    *,
    name: str,
    unit: str,
    url: str,
    secret: str,
    activities: Sequence[str],
    actor: Actor,
    now: datetime,
) -> None:
    """Open a webhook for what happens in a unit and below. No activities = all.

    Raises NotAllowed, Taken, reach.Refused (no address one may send to), webhooks.BadSecret.
    """
    require(actor, "webhook.write", scope=units.ancestors(unit, timezone.localdate(now)))
    reach.check(url, may_be_private=settings.WEBHOOK_PRIVATE)
    webhooks.key_of(secret)
    with transaction.atomic():
        if _run("webhook", {"id": webhook_id}):
            raise Taken(_("名为“%(id)s”的推送已经有过，请换一个编号。") % {"id": webhook_id})
        sealed = private.seal(f"webhook/{webhook_id}", {"secret": secret})
        payload = {
            "v": 1, "webhook": webhook_id, "name": name, "unit": unit, "url": url, "activities": list(activities),
            "secret": sealed,
        }  # fmt: skip
        _append("webhooks", f"{webhook_id}/opened", "webhook_opened", payload=payload, actor=actor, now=now)


def disable_webhook(webhook_id: str, *, actor: Actor, now: datetime) -> None:
    """Close a webhook for ever; what waits for it is given up. Raises NotAllowed, Unknown."""
    found = [unit for unit, disabled_at in _run("webhook", {"id": webhook_id}) if disabled_at is None]
    if not found:
        raise Unknown(_("没有名为“%(id)s”的在用推送。") % {"id": webhook_id})
    require(actor, "webhook.write", scope=units.ancestors(found[0], timezone.localdate(now)))
    with transaction.atomic():
        payload = {"v": 1, "webhook": webhook_id}
        _append("webhooks", f"{webhook_id}/disabled", "webhook_disabled", payload=payload, actor=actor, now=now)


def retry(outbox_id: str, *, actor: Actor, now: datetime) -> bool:
    """Begin again with what was given up; False when it was not. Raises NotAllowed."""
    require(actor, "operations.read")
    return bool(_run("retry", {"id": outbox_id, "now": now}))


def _mark(*parts: object) -> str:
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:16]


def _append(
    stream: str, event_id: str, activity: str, *, payload: Mapping[str, Any], actor: Actor, now: datetime
) -> None:
    event = NewEvent(projections.PREFIX + stream, SOURCE, event_id, activity, now, payload, actor.id, actor.unit)
    projections.apply(append.append([event], expected=None, recorded_at=now))


def _run(name: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, name), values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
