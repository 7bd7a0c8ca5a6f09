"""The shapes of answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.utils import timezone
from ninja import Field, Schema
from pydantic import AfterValidator


def _of_our_days(at: datetime) -> datetime:
    if not 1970 <= at.year <= 2200:
        raise ValueError("a moment between 1970 and 2200")
    return at if at.tzinfo is not None else timezone.make_aware(at)


def _of_our_calendar(day: date) -> date:
    if not 1970 <= day.year <= 2200:
        raise ValueError("a day between 1970 and 2200")
    return day


Limit = Annotated[int, Field(ge=1, le=500, description="Rows of a page.")]
Cursor = Annotated[str, Field(max_length=1000, description="`next` of the page before.")]
Word = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Moment = Annotated[datetime, AfterValidator(_of_our_days)]
"""An instant between 1970 and 2200; without an offset it is the city's."""
Day = Annotated[date, AfterValidator(_of_our_calendar)]


class Task(Schema):
    """A step of a case somebody does or did."""

    step: str
    key: str
    unit: str | None
    role: str
    state: str
    due_since: datetime | None
    done_at: datetime | None
    actor: str | None


class Clock(Schema):
    """One promise running on a case. `allowed`, `used`, `paused`, `extended` are in `measure`."""

    case_id: str
    kind: str | None
    item: str | None
    institution: str
    clause: str
    opener: str
    occurrence: int
    version: str
    basis: str
    thread: str | None
    key: str | None
    started_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    state: str
    allowed: float | None
    used: float | None
    paused: float | None
    extended: float | None
    measure: str
    level: str | None
    unit: str | None
    provisional: bool


class Finding(Schema):
    """One card: what was broken, by whom it is answered, the sentence that says why, and what people did about it."""

    card: str
    finding_id: str
    case_id: str
    kind: str | None
    item: str | None
    institution: str
    clause: str
    opener: str | None
    occurrence: int | None
    version: str | None
    level: str | None
    raised_at: datetime
    cleared_at: datetime | None
    status: str
    unit: str | None
    actor: str | None
    why: str
    why_code: str | None
    evidence: str | None
    answer_by: datetime | None
    explanation: str
    explained_at: datetime | None
    appeal: str
    decision: str
    public_reason: str
    published_at: datetime | None


class Case(Schema):
    """One case as it stands."""

    case_id: str
    receipt: str
    kind: str
    item: str | None
    unit: str | None
    region: str | None
    channel: str | None
    title: str
    status: str
    stage: str
    opened_at: datetime
    ended_at: datetime | None
    holder_unit: str | None
    holder_actor: str | None
    parent: str | None
    version: int
    changed_at: datetime


class WholeCase(Case):
    """One case with its fields and, where asked for, its clocks, findings and tasks."""

    fields: dict[str, Any]
    clocks: list[Clock] | None = None
    findings: list[Finding] | None = None
    tasks: list[Task] | None = None


class Indicator(Schema):
    """One figure: numerator of denominator over a period (both days included), with its Wilson interval where it is a share."""

    institution: str
    clause: str
    version: str
    unit: str | None
    item: str | None
    by: str | None
    period_start: date | None
    period_end: date | None
    numerator: float | None
    denominator: float | None
    value: float | None
    low: float | None
    high: float | None
    excluded: int
    measured_at: datetime


class CasePage(Schema):
    """Cases, and where to go on."""

    rows: list[Case]
    next: str | None


class ClockPage(Schema):
    """Clocks, and where to go on."""

    rows: list[Clock]
    next: str | None


class FindingPage(Schema):
    """Cards, and where to go on."""

    rows: list[Finding]
    next: str | None


class IndicatorPage(Schema):
    """Figures, and where to go on."""

    rows: list[Indicator]
    next: str | None


class Promised(Schema):
    """A promise that would run, and until when."""

    institution: str
    clause: str
    version: str
    zh: str
    en: str | None
    basis: str
    started_at: datetime
    due_at: datetime | None
    allowed: float | None
    measure: str
    provisional: bool


class Due(Schema):
    """When what would be due, under the text of that day."""

    kind: str
    item: str | None
    activity: str
    start: datetime
    text: str
    clocks: list[Promised]


class FeedEvent(Schema):
    """An event of the ledger as a CloudEvent; `sequence` rises within a case's stream."""

    specversion: str = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    recordedtime: datetime
    stream: str
    sequence: int
    data: dict[str, Any]


class FeedPage(Schema):
    """Events, and where to go on: always given, so that a reader who has come to the end asks again later."""

    rows: list[FeedEvent]
    next: str


class WebhookIn(Schema):
    """A subscription to be opened."""

    name: Annotated[Word, Field(min_length=1, max_length=100)]
    unit: Word
    url: Annotated[str, Field(min_length=8, max_length=1000, pattern=r"^[\x21-\x7e]+$")]
    activities: Annotated[list[Word], Field(max_length=200)] = []


class Webhook(Schema):
    """A subscription."""

    id: str
    name: str
    unit: str
    url: str
    activities: list[str]
    created_at: datetime


class NewWebhook(Webhook):
    """A subscription that was just opened, with its secret: shown this once."""

    secret: str


class WebhookList(Schema):
    """The subscriptions that are open."""

    rows: list[Webhook]
