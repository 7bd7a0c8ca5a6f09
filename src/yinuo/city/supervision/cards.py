"""A card (牌) and what is said of it: the row of one raise of a finding, and how each event of `said/` changes it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any, Literal

CONTENT = (
    "case_id", "finding_id", "thread", "key", "institution", "clause", "opener", "occurrence", "version", "level", "raised_at",
    "unit", "actor", "why_code", "why_args", "evidence",
)  # fmt: skip
"""What `evaluate` says of a finding, but for when it stopped."""
content_of: Callable[[Mapping[str, Any]], tuple[Any, ...]] = itemgetter(*CONTENT)
"""The values of CONTENT of a finding's row, in that order."""

Status = Literal["open", "cleared", "withdrawn", "cancelled"]
AppealState = Literal["", "appealed", "cancelled", "rejected"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Card:
    """One raise of a finding: an extension may clear it and a later moment raise the same finding again, as another card.

    `turn` counts the events said of it; `answer_by` is when the next tier is told unless somebody explained (E008);
    `tier` is how far up the chain it was told. Instants are UTC.
    """

    card: str
    content: Mapping[str, Any]
    turn: int = 0
    cleared_at: datetime | None = None
    withdrawn_at: datetime | None = None
    cancelled_at: datetime | None = None
    said_at: datetime | None = None
    answer_by: datetime | None = None
    tier: int = 0
    explanation: str = ""
    explained_by: str | None = None
    explained_at: datetime | None = None
    appeal: AppealState = ""
    appeal_ground: str = ""
    appealed_by: str | None = None
    appealed_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision: str = ""
    public_reason: str = ""
    published_at: datetime | None = None

    @property
    def status(self) -> Status:
        """Cancelled (counted apart), else withdrawn (never was true), cleared (was true) or open."""
        if self.cancelled_at is not None:
            return "cancelled"
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "open" if self.cleared_at is None else "cleared"

    @property
    def is_unanswered(self) -> bool:
        """Whether somebody still owes an answer: open, not explained, no appeal waiting."""
        return self.status == "open" and self.explained_at is None and self.appeal != "appealed"


@dataclass(frozen=True, slots=True)
class Saying:
    """One thing to be said of a card: an event of `said/<case>` before it is written."""

    card: str
    case_id: str
    activity: str
    at: datetime
    turn: int
    payload: Mapping[str, Any]

    def asking(self, answer_by: str | None) -> Saying:
        """The same, saying until when an answer is asked for."""
        payload = {**self.payload, "answer_by": answer_by}
        return Saying(self.card, self.case_id, self.activity, self.at, self.turn, payload)

    @property
    def event_id(self) -> str:
        """Unique for ever: the card, the turn."""
        return f"{self.card}:{self.turn}"


def card_of(finding_id: str, raised_at: datetime) -> str:
    """The name of a card: the finding, and when it was raised in base 36."""
    return f"{finding_id}-{_base_36(raised_at)}"


@lru_cache(maxsize=10_000)
def _base_36(at: datetime) -> str:
    number, digits = (at - _EPOCH) // timedelta(microseconds=1), ""
    while number > 0:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


@lru_cache(maxsize=10_000)
def text_of(at: datetime | None) -> str | None:
    """An instant as payloads hold it: ISO 8601, UTC, microseconds."""
    return None if at is None else f"{at.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"


@lru_cache(maxsize=10_000)
def instant_of(text: str | None) -> datetime | None:
    """The instant of a payload."""
    return None if text is None else datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class Heard:
    """An event of `said/` as it was read: when it was so, and when it was recorded."""

    payload: Mapping[str, Any]
    at: datetime
    said_at: datetime

    @property
    def content(self) -> dict[str, Any]:
        """What `evaluate` said, as the event repeats it."""
        found = {name: self.payload.get(name) for name in CONTENT}
        found["raised_at"] = instant_of(self.payload["raised_at"])
        return found

    @property
    def answer_by(self) -> datetime | None:
        """Until when an answer is asked for, when the event says so."""
        return instant_of(self.payload.get("answer_by"))


def _raised(card: Card, heard: Heard) -> dict[str, Any]:
    """Raised again after it was withdrawn or cleared."""
    return {
        "content": heard.content, "cleared_at": None, "withdrawn_at": None, "said_at": card.said_at or heard.said_at,
        "answer_by": heard.answer_by or card.answer_by,
    }  # fmt: skip


def _amended(_card: Card, heard: Heard) -> dict[str, Any]:
    return {"content": heard.content}


def _cleared(_card: Card, heard: Heard) -> dict[str, Any]:
    return {"cleared_at": heard.at}


def _withdrawn(_card: Card, heard: Heard) -> dict[str, Any]:
    return {"withdrawn_at": heard.at}


def _escalated(_card: Card, heard: Heard) -> dict[str, Any]:
    return {"tier": int(heard.payload["tier"]), "answer_by": heard.answer_by}


def _explained(_card: Card, heard: Heard) -> dict[str, Any]:
    return {"explanation": heard.payload["text"], "explained_by": heard.payload["by"], "explained_at": heard.at}


def _appealed(_card: Card, heard: Heard) -> dict[str, Any]:
    return {
        "appeal": "appealed", "appeal_ground": heard.payload["ground"], "appealed_by": heard.payload["by"],
        "appealed_at": heard.at, "decided_by": None, "decided_at": None, "decision": "",
    }  # fmt: skip


def _cancelled(_card: Card, heard: Heard) -> dict[str, Any]:
    return {**_decided(heard), "appeal": "cancelled", "cancelled_at": heard.at}


def _rejected(card: Card, heard: Heard) -> dict[str, Any]:
    return {**_decided(heard), "appeal": "rejected", "answer_by": heard.answer_by or card.answer_by}


def _decided(heard: Heard) -> dict[str, Any]:
    return {"decided_by": heard.payload["by"], "decided_at": heard.at, "decision": heard.payload["reason"]}


def _published(_card: Card, heard: Heard) -> dict[str, Any]:
    return {"public_reason": heard.payload["text"], "published_at": heard.at}


_CHANGES: dict[str, Callable[[Card, Heard], dict[str, Any]]] = {
    "finding_raised": _raised,
    "finding_amended": _amended,
    "finding_cleared": _cleared,
    "finding_withdrawn": _withdrawn,
    "finding_escalated": _escalated,
    "finding_explained": _explained,
    "card_appealed": _appealed,
    "card_cancelled": _cancelled,
    "appeal_rejected": _rejected,
    "delay_published": _published,
}
OF_CARDS = frozenset(_CHANGES)
"""The activities of `said/` that are about one card; others (clock_reprojected …) are about the case."""


def fold(card: Card | None, activity: str, payload: Mapping[str, Any], *, at: datetime, said_at: datetime) -> Card:
    """The card after one event said of it. `said_at` is when the event was recorded.

    Raises LookupError for an event about a card nobody raised.
    """
    heard, turn = Heard(payload, at, said_at), int(payload["turn"]) + 1
    if card is not None:
        return replace(card, turn=turn, **_CHANGES[activity](card, heard))
    if activity != "finding_raised":
        raise LookupError(f"{activity} of card {payload.get('card')!r}, which was never raised")
    return Card(str(payload["card"]), heard.content, turn, said_at=said_at, answer_by=heard.answer_by)
