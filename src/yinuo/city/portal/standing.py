"""One case as its party sees it: where it stands, what is asked of him, what happened, every limit with used and left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import orjson
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.cases.deciding.who import is_of_party
from yinuo.city.cases.logs import line_of, log_of
from yinuo.city.cases.models import Attachment, Case
from yinuo.city.cases.projection import ways_of
from yinuo.city.ledger import private, read
from yinuo.city.ledger.events import StoredEvent
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words
from yinuo.city.people.masking import mask
from yinuo.city.portal.items import Fee, item_of
from yinuo.city.portal.models import Payment
from yinuo.engine.clauses.flow import Flow
from yinuo.engine.evaluate import evaluate
from yinuo.kernel.instants import microseconds

DECISIONS = ("granted", "refused", "refused_acceptance")
OWN = frozenset(
    {
        "materials",
        "answers",
        "papers",
        "cause",
        "reason",
        "basis",
        "alternative",
        "special",
        "declared",
        "situation",
        "grade",
        "rating_said",
    }
)
"""Fields of an event that are told to the party as they were written."""
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: when, what, the words that were written down, the files."""

    at: datetime
    activity: str
    word: str
    said: tuple[tuple[str, str], ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: a clock of the text, without anybody of the staff."""

    name: str
    basis: str
    state: str
    measure: str
    allowed: float | None
    used: float | None
    paused: float | None
    due_at: datetime | None

    @property
    def left(self) -> float | None:
        """What is left of it while it runs."""
        if self.state not in ("running", "paused") or self.allowed is None or self.used is None:
            return None
        return max(self.allowed - self.used, 0.0)


class Standing:
    """Reads on asking; a page that shows less asks less."""

    def __init__(self, case: Case, words: Words, *, now: datetime, party: str) -> None:
        self.case, self.words, self.now, self.party = case, words, now, party

    @cached_property
    def events(self) -> Sequence[StoredEvent]:
        """What people did, as the ledger holds it."""
        return read.stream(f"case/{self.case.case_id}")

    @cached_property
    def steps(self) -> list[Step]:
        """What the party is told of it, the last first."""
        told = (one for one in self.events if one.activity in self._told or self._is_own(one))
        return [self._step(one) for one in sorted(told, key=lambda one: (one.at, one.version), reverse=True)]

    @cached_property
    def _flow(self) -> Flow | None:
        """The flow of the day it was opened; null for a kind that the text in force does not know."""
        way = ways_of(self.words.pack.digest).way(self.case.kind, timezone.localdate(self.case.opened_at))
        return None if way is None else way.flow

    @cached_property
    def _served(self) -> frozenset[str]:
        return frozenset() if self._flow is None else served(self._flow)

    @cached_property
    def _told(self) -> frozenset[str]:
        return self._served | set(self._flow.told if self._flow else ())

    def _is_own(self, event: StoredEvent) -> bool:
        """Whether the party did it, or it is what the case was opened with."""
        return event.actor == self.party or event.version == 1

    def _step(self, event: StoredEvent) -> Step:
        is_own = self._is_own(event)
        is_served = is_own or event.activity in self._served
        fields = (orjson.loads(event.payload).get("fields") or {}) if is_served else {}
        said = tuple((name, _text(fields[name])) for name in sorted(OWN & fields.keys()) if fields[name])
        files = tuple(fields.get("files") or ())
        return Step(event.at, event.activity, self.words.activity(event.activity), said, files)

    @cached_property
    def files(self) -> Mapping[str, Attachment]:
        """Digest → file, of all that were handed in or issued."""
        wanted = {digest for one in self.steps for digest in one.files}
        return {row.digest: row for row in Attachment.objects.filter(digest__in=wanted)} if wanted else {}

    @property
    def asked(self) -> Step | None:
        """The papers that were asked for and have not been brought; None while nothing is asked."""
        if self.case.status != "open":
            return None
        for one in self.steps:
            if one.activity in ("supplemented", "accepted"):
                return None
            if one.activity == "supplement_requested":
                return one
        return None

    @property
    def decision(self) -> Step | None:
        """The decision, when there is one."""
        return next((one for one in self.steps if one.activity in DECISIONS), None)

    @property
    def is_done(self) -> bool:
        """Whether a matter was decided, so that it can be rated."""
        return any(one.activity in ("granted", "refused") for one in self.steps)

    @property
    def rated(self) -> Step | None:
        """How it was rated, when it was."""
        return next((one for one in self.steps if one.activity == "rated"), None)

    @cached_property
    def limits(self) -> list[Limit]:
        """What the text in force says of its limits now, the nearest first."""
        log = log_of([line_of(one) for one in self.events], ways_of(self.words.pack.digest))
        said = evaluate(log, self.words.rules, as_of=max(self.now, self.case.changed_at))
        rows = said.clocks.filter(said.clocks["case_id"] == self.case.case_id).iter_rows(named=True)
        found = [_limit(row, self.words) for row in rows if row["basis"] in ("statutory", "promised")]
        return sorted((one for one in found if one.state != "void"), key=lambda one: (one.due_at is None, one.due_at))

    @property
    def counted_from(self) -> date:
        """The first working day that counts after the day of the receipt."""
        return next_workday(self.words, timezone.localdate(self.case.opened_at))

    @property
    def was_open(self) -> bool:
        """Whether it was sent within office hours."""
        calendar = self.words.rules.calendar
        local = np.array([_local(self.case.opened_at)], np.int64)
        return bool(calendar.next_opening(local)[0] == local[0])

    @cached_property
    def papers(self) -> tuple[tuple[str, str], ...]:
        """The papers that were issued: name in the address, what it is called."""
        happened = {one.activity for one in self.steps}
        issued = {
            "receipt": (_("收件回执"), True), "supplement": (_("补正告知书"), "supplement_requested" in happened),
            "acceptance": (_("受理通知书"), "accepted" in happened),
            "refusal": (_("不予受理决定书"), "refused_acceptance" in happened),
            "decision": (_("决定书"), not happened.isdisjoint({"granted", "refused"})),
            "delivery": (_("送达回证"), not happened.isdisjoint({"granted", "refused"})),
        }  # fmt: skip
        return tuple((name, word) for name, (word, was_issued) in issued.items() if was_issued)

    @cached_property
    def delivery(self) -> Mapping[str, Any] | None:
        """How the decision is delivered: the way, the number of the letter, whether it is there. None before it is under way."""
        found = rows(__file__, "beside", {"case_id": self.case.case_id, "kind": "delivery"}) if self.is_done else []
        if not found:
            return None
        fields = found[0]["fields"]
        return {
            "status": found[0]["status"],
            "way": "",
            "tracking_no": "",
            **(orjson.loads(fields) if isinstance(fields, str) else fields),
        }

    @cached_property
    def fees(self) -> tuple[Fee, ...]:
        """What the fee catalogue asks for this item, as it was on the day of the receipt."""
        item = item_of(self.case.item or "", self.words, day=timezone.localdate(self.case.opened_at))
        return item.fees if item else ()

    @cached_property
    def payments(self) -> Mapping[str, Payment]:
        """Fee → what was ordered and paid of it."""
        return {row.fee: row for row in Payment.objects.filter(case_id=self.case.case_id)} if self.fees else {}

    @property
    def pays_online(self) -> bool:
        """Whether something takes payments here."""
        return bool(settings.PAYMENT_GATEWAY)

    @cached_property
    def applicant(self) -> str:
        """Whose case it is, masked."""
        sealed = private.unseal(self.case.person_ref) if self.case.person_ref else None
        return mask("name", sealed["name"]) if sealed and sealed.get("name") else ""


def served(flow: Flow) -> frozenset[str]:
    """What the party hands in or is served with, told with its words and files: all else of a flow is among offices.

    How the case begins and ends, what the steps of the party itself do, and what the flow names.
    """
    own = (name for step in flow.steps if is_of_party(step) for name in step.does)
    return frozenset({flow.opens, *flow.ends, *flow.served, *own})


def next_workday(words: Words, after: date) -> date:
    """The first working day after a day, by the calendar of the text."""
    calendar, day = words.rules.calendar, after + timedelta(days=1)
    while not calendar.is_workday(np.array([(day - EPOCH).days], np.int64))[0]:
        day += timedelta(days=1)
    return day


def _local(at: datetime) -> int:
    """Microseconds on the clock on the wall, as calendars count."""
    return microseconds(timezone.localtime(at).replace(tzinfo=UTC))


def _text(value: Any) -> str:
    return "\n".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _limit(row: Mapping[str, Any], words: Words) -> Limit:
    return Limit(
        name=words.clause(row["institution"], row["clause"]), basis=row["basis"], state=row["state"], measure=row["measure"],
        allowed=row["allowed"], used=row["used"], paused=row["paused"], due_at=row["due_at"],
    )  # fmt: skip
