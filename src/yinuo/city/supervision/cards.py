"""A card (牌) and what is said of it: the row of one raise of a finding, and how each event of `said/` changes it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

CONTENT = (
    "case_id", "finding_id", "thread", "key", "institution", "clause", "opener", "occurrence", "version", "level", "raised_at",
    "unit", "actor", "why_code", "why_args", "evidence",
)  # fmt: skip
"""What `evaluate` says of a finding, but for when it stopped."""

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

    @property
    def event_id(self) -> str:
        """Unique for ever: the card, the turn."""
        return f"{self.card}:{self.turn}"


def card_of(finding_id: str, raised_at: datetime) -> str:
    """The name of a card: the finding, and when it was raised in base 36."""
    number, digits = (raised_at - _EPOCH) // timedelta(microseconds=1), ""
    while number > 0:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return f"{finding_id}-{digits or '0'}"


def text_of(at: datetime | None) -> str | None:
    """An instant as payloads hold it: ISO 8601, UTC, microseconds."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def instant_of(text: str | None) -> datetime | None:
    """The instant of a payload."""
    return None if text is None else datetime.fromisoformat(text)


def _raised(card: Card | None, payload: Mapping[str, Any], *, at: datetime, said_at: datetime) -> Card:
    """Raised for the first time, or again after it was withdrawn or cleared."""
    content = _content(payload)
    fresh = card or Card(str(payload["card"]), content)
    return replace(
        fresh, content=content, cleared_at=None, withdrawn_at=None,
        said_at=fresh.said_at or said_at, answer_by=instant_of(payload.get("answer_by")) or fresh.answer_by,
    )  # fmt: skip


def _content(payload: Mapping[str, Any]) -> dict[str, Any]:
    raised_at = instant_of(payload["raised_at"])
    return {name: raised_at if name == "raised_at" else payload.get(name) for name in CONTENT}


def _amended(card: Card, payload: Mapping[str, Any], **_: datetime) -> Card:
    return replace(card, content=_content(payload))


def _cleared(card: Card, payload: Mapping[str, Any], *, at: datetime, **_: datetime) -> Card:
    return replace(card, cleared_at=at)


def _withdrawn(card: Card, payload: Mapping[str, Any], *, at: datetime, **_: datetime) -> Card:
    return replace(card, withdrawn_at=at)


def _escalated(card: Card, payload: Mapping[str, Any], **_: datetime) -> Card:
    return replace(card, tier=int(payload["tier"]), answer_by=instant_of(payload.get("answer_by")))


def _explained(card: Card, payload: Mapping[str, Any], *, at: datetime, **_: datetime) -> Card:
    return replace(card, explanation=payload["text"], explained_by=payload["by"], explained_at=at)


def _appealed(card: Card, payload: Mapping[str, Any], *, at: datetime, **_: datetime) -> Card:
    return replace(
        card, appeal="appealed", appeal_ground=payload["ground"], appealed_by=payload["by"], appealed_at=at,
        decided_by=None, decided_at=None, decision="",
    )  # fmt: skip


def _cancelled(card: Card, payload: Mapping[str, Any], *, at: datetime, **_: datetime) -> Card:
    return replace(_decided(card, payload, at=at), appeal="cancelled", cancelled_at=at)


def _rejected(card: Card, payload: Mapping[str, Any], *, at: datetime, **_: datetime) -> Card:
    answer_by = instant_of(payload.get("answer_by")) or card.answer_by
    return replace(_decided(card, payload, at=at), appeal="rejected", answer_by=answer_by)


def _decided(card: Card, payload: Mapping[str, Any], *, at: datetime) -> Card:
    return replace(card, decided_by=payload["by"], decided_at=at, decision=payload["reason"])


def _published(card: Card, payload: Mapping[str, Any], *, at: datetime, **_: datetime) -> Card:
    return replace(card, public_reason=payload["text"], published_at=at)


_CHANGES: dict[str, Callable[..., Card]] = {
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
    if card is None and activity != "finding_raised":
        raise LookupError(f"{activity} of card {payload.get('card')!r}, which was never raised")
    changed = _CHANGES[activity](card, payload, at=at, said_at=said_at)
    return replace(changed, turn=int(payload["turn"]) + 1)
