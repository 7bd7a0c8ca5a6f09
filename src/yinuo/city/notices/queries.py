"""What pages and the API read of notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from django.db import connection

from yinuo.city.ledger.private import unseal_many
from yinuo.city.ledger.statements import sql
from yinuo.city.notices.deliver import FIELDS
from yinuo.city.notices.kinds import KINDS, Kind

PAGE = 50


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing a person was told."""

    id: int
    kind: Kind
    args: Mapping[str, Any]
    case_id: str | None
    at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """How many notices of a kind a person has; `newest` is the highest id."""

    kind: Kind
    count: int
    unread: int
    newest: int


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One row of the outbox as the operator sees it; no address is shown."""

    id: str
    channel: str
    target: str
    kind: str
    case_id: str | None
    created_at: datetime
    tries: int
    next_at: datetime | None
    sent_at: datetime | None
    gave_up_at: datetime | None
    last_error: str
    name: str | None
    """The webhook's name."""

    @property
    def moment(self) -> datetime:
        """When it was given up or sent, or will be tried again."""
        moment = self.gave_up_at or self.sent_at or self.next_at
        assert moment is not None
        return moment


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook that is open. `activities` empty = all."""

    id: str
    name: str
    unit: str
    url: str
    activities: tuple[str, ...]
    created_by: str
    created_at: datetime


State = Literal["given_up", "waiting", "sent"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing that went out, or shall, to a webhook. `at` = when it was sent, given up, or will be tried next."""

    id: str
    created_at: datetime
    state: State
    at: datetime
    tries: int
    last_error: str


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook, open or closed for ever, with its last deliveries, the newest first."""

    webhook: Webhook
    disabled_at: datetime | None
    deliveries: tuple[Delivery, ...]


def unread(person: str) -> int:
    """How many notices the person has not read."""
    return int(_rows("unread", person=person)[0][0])


def told(person: str) -> tuple[Told, ...]:
    """What kinds of notices the person has; a kind that kinds.toml lists no more is left out."""
    return tuple(Told(KINDS[name], *rest) for name, *rest in _rows("kinds_told", person=person) if name in KINDS)


def inbox(
    person: str, *, kind: str = "", is_unread: bool = False, after: tuple[bool, int] | None = None, limit: int = PAGE
) -> tuple[Notice, ...]:
    """The person's notices, the unread first, the newest first; `after` = (was read, id) of the last one seen."""
    rows = _rows(
        "inbox", person=person, kind=kind, unread=is_unread, after=after[1] if after else None,
        after_read=after[0] if after else False, limit=limit, kinds=list(KINDS),
    )  # fmt: skip
    return tuple(
        Notice(number, KINDS[name], orjson.loads(args) if isinstance(args, str) else args, *rest)
        for number, name, args, *rest in rows
    )


def outgoing(
    state: State, *, channel: str = "", after: tuple[datetime, str] | None = None, limit: int = PAGE
) -> tuple[Outgoing, ...]:
    """What goes out and was given up, waits or was sent, the newest first; `after` = (moment, id) of the last one seen."""
    rows = _rows(
        "outbox", state=state, channel=channel, after=after[0] if after else None, after_id=after[1] if after else "",
        limit=limit,
    )  # fmt: skip
    return tuple(Outgoing(*row) for row in rows)


def outgoing_counts() -> tuple[int, int, datetime | None]:
    """How much waits, how much was given up, and since when the oldest waits."""
    waiting, given_up, since = _rows("outbox_counts")[0]
    return waiting, given_up, since


def webhooks() -> tuple[Webhook, ...]:
    """The webhooks that are open."""
    return tuple(
        Webhook(number, name, unit, url, tuple(activities), *rest)
        for number, name, unit, url, activities, *rest in _rows("webhooks")
    )


def hooks(*, deliveries: int = 5) -> tuple[Hook, ...]:
    """All webhooks, the open ones first, each with its last deliveries."""
    return tuple(
        Hook(
            Webhook(number, name, unit, url, tuple(activities), created_by, created_at), disabled_at,
            tuple(_delivery(one) for one in orjson.loads(last)),
        )
        for number, name, unit, url, activities, created_by, created_at, disabled_at, last in _rows(
            "hooks", deliveries=deliveries
        )
    )  # fmt: skip


def _delivery(row: Mapping[str, Any]) -> Delivery:
    state: State = "sent" if row["sent_at"] else "given_up" if row["gave_up_at"] else "waiting"
    at = row["sent_at"] or row["gave_up_at"] or row["next_at"]
    return Delivery(
        row["id"], datetime.fromisoformat(row["created_at"]), state, datetime.fromisoformat(at), row["tries"], row["last_error"]
    )  # fmt: skip


def addresses(person: str) -> Mapping[str, str]:
    """Where a person said to be reached, by channel (mail, sms), in clear: to be shown masked. Raises CannotOpen."""
    refs = dict(_rows("addresses", person=person))
    clear = unseal_many(refs.values())
    return {channel: clear[ref][FIELDS[channel]] for channel, ref in refs.items() if ref in clear}


def _rows(name: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, name), values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
