"""Sending what goes out: at least once, under one id, by any number of workers (design 5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from queue import SimpleQueue
from typing import Any

import orjson
from django.conf import settings
from django.core.mail import get_connection
from django.db import connection
from django.utils.translation import gettext_noop

from yinuo.city.ledger import private
from yinuo.city.ledger.statements import sql
from yinuo.city.notices import kinds, mail, webhooks
from yinuo.city.notices.reach import NoAnswer, Refused

BACK_OFF = tuple(
    timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 2 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
)
"""After the first, second … failure it is tried again so much later; after the last it is given up."""
LEASE = timedelta(minutes=10)
"""A worker that took a row and says nothing for so long is taken for dead."""
EACH = timedelta(seconds=12)
"""No row of one receiver takes longer; a lease outlasts the slowest round."""
AT_ONCE = 8
"""So many receivers are served at the same time."""
ERASED = gettext_noop("收件地址已删除")
DISABLED = gettext_noop("推送已停用")
NO_GATEWAY = gettext_noop("没有配置短信网关（YINUO_SMS_URL）")
FIELDS = {"mail": "mail", "sms": "phone", "webhook": "secret"}
"""Which sealed field a channel needs."""


@dataclass(frozen=True, slots=True)
class Going:
    """One row of the outbox, claimed. `address` is what was sealed: number, mail address, or a webhook's secret."""

    id: str
    channel: str
    target: str
    kind: str
    body: str
    tries: int
    created_at: datetime
    url: str | None
    secret_ref: str | None
    is_disabled: bool
    address: str | None = None
    problem: str = ""

    @property
    def receiver(self) -> tuple[str, str]:
        """What answers or does not answer for it: a webhook, or the one server of mail or SMS."""
        return self.channel, self.target if self.channel == "webhook" else ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try. `error` None = sent; `is_final` = not to be tried again; `was_tried` False = put off."""

    going: Going
    error: str | None = None
    is_final: bool = False
    is_down: bool = False
    was_tried: bool = True


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round did."""

    sent: int = 0
    failed: int = 0
    gave_up: int = 0

    @property
    def is_idle(self) -> bool:
        """Whether there was nothing to do."""
        return self == Delivered()


def deliver(now: datetime, limit: int = 50) -> Delivered:
    """Send at most `limit` rows that are due. No transaction may be open: each statement here is one of its own.

    1. Claim rows for a LEASE (longer when there are many), skipping what others hold. 2. Open the sealed addresses. 3. Send, several receivers at once,
    each receiver's rows in their order; one that does not answer is left after one try. 4. Mark each as soon as it is known.
    A worker killed between 3 and 4 leaves rows that are sent again, under the same id, when the lease is over.
    """
    claimed = _run("claim", now=now, until=now + max(LEASE, limit * EACH), limit=limit)
    if not claimed:
        return Delivered()
    rows = sorted(_opened([Going(*row) for row in claimed]), key=lambda going: (going.receiver, going.created_at))
    groups = [list(group) for _, group in groupby(rows, key=lambda going: going.receiver)]
    counts: Counter[str] = Counter()
    for outcome in _outcomes(groups, now):
        counts[_mark(outcome, now)] += 1
    return Delivered(counts["sent"], counts["failed"], counts["gave_up"])


def _outcomes(groups: Sequence[Sequence[Going]], now: datetime) -> Iterator[Outcome]:
    known: SimpleQueue[Outcome | None] = SimpleQueue()

    def serve(group: Sequence[Going]) -> None:
        try:
            for outcome in _served(group, now):
                known.put(outcome)
        finally:
            known.put(None)

    with ThreadPoolExecutor(min(AT_ONCE, len(groups)), "deliver") as pool:
        servings = [pool.submit(serve, group) for group in groups]
        for _ in servings:
            yield from iter(known.get, None)
    for serving in servings:
        serving.result()


def _served(group: Sequence[Going], now: datetime) -> Iterator[Outcome]:
    """What comes of each row of one receiver. When it does not answer, the rest is put off untried."""
    send = _sender(group[0].channel, now)
    down: str | None = None
    for going in group:
        if down is not None:
            yield Outcome(going, down, was_tried=False)
            continue
        outcome = _tried(going, send)
        down = outcome.error if outcome.is_down else None
        yield outcome


def _tried(going: Going, send: Callable[[Going], None]) -> Outcome:
    if going.problem:
        return Outcome(going, going.problem, is_final=True)
    try:
        send(going)
    except NoAnswer as error:
        return Outcome(going, str(error), is_down=True)
    except Refused as error:
        return Outcome(going, str(error), is_final=error.is_final)
    except webhooks.BadSecret as error:
        return Outcome(going, str(error), is_final=True)
    return Outcome(going)


def _sender(channel: str, now: datetime) -> Callable[[Going], None]:
    if channel == "webhook":
        may_be_private = settings.WEBHOOK_PRIVATE
        return lambda going: webhooks.send(
            going.url or "", going.address or "", message_id=going.id, body=going.body.encode(), now=now,
            may_be_private=may_be_private,
        )  # fmt: skip
    if channel == "sms":
        return _send_sms
    server = get_connection()
    return lambda going: _send_mail(server, going)


def _send_sms(going: Going) -> None:
    if settings.SMS_GATEWAY is None:
        raise NoAnswer(NO_GATEWAY)
    text = kinds.kind(going.kind).sentence(orjson.loads(going.body), "zh")
    settings.SMS_GATEWAY.send(going.address, text, message_id=going.id)


def _send_mail(server: Any, going: Going) -> None:
    kind, args = kinds.kind(going.kind), orjson.loads(going.body)
    body = f"{kind.sentence(args, 'zh')}\n\n{kind.sentence(args, 'en')}\n"
    mail.send(
        server, going.address or "", subject=f"{kind.title['zh']} {kind.title['en']}", body=body, message_id=going.id
    )


def _opened(rows: Sequence[Going]) -> list[Going]:
    """The rows with their sealed addresses; where there is none any more, with what to say of it."""
    refs = {going.id: going.secret_ref if going.channel == "webhook" else going.target for going in rows}
    clear, closed = _unsealed({ref for ref in refs.values() if ref})
    found = []
    for going in rows:
        ref = refs[going.id] or ""
        address = clear.get(ref, {}).get(FIELDS[going.channel])
        problem = "" if address else closed.get(ref, ERASED)
        if going.channel == "webhook" and (going.is_disabled or going.url is None):
            problem = DISABLED
        found.append(replace(going, address=address, problem=problem))
    return found


def _unsealed(refs: Collection[str]) -> tuple[Mapping[str, Mapping[str, str]], Mapping[str, str]]:
    try:
        return private.unseal_many(refs), {}
    except private.CannotOpen:
        clear, closed = {}, {}
        for ref in refs:
            try:
                clear[ref] = private.unseal(ref) or {}
            except private.CannotOpen as error:
                closed[ref] = str(error)
        return clear, closed


def _mark(outcome: Outcome, now: datetime) -> str:
    going = outcome.going
    if outcome.error is None:
        _run("sent", id=going.id, now=now)
        return "sent"
    is_last = going.tries > len(BACK_OFF)
    again = None if outcome.was_tried and (outcome.is_final or is_last) else now + _pause(going)
    back = 0 if outcome.was_tried else 1
    _run("failed", id=going.id, tries=going.tries, back=back, now=now, again=again, error=outcome.error[:500])
    if outcome.is_down:
        channel, target = going.receiver
        _run("hold", channel=channel, target=target, again=now + _pause(going))
    if not outcome.was_tried:
        return "put_off"
    return "gave_up" if again is None else "failed"


def _pause(going: Going) -> timedelta:
    return BACK_OFF[min(going.tries, len(BACK_OFF)) - 1]


def _run(name: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, name), values)
        return cursor.fetchall() if cursor.description else []
