"""What each paper is made of. Texts are shown as they are, never read as markup; a moment is shown in the city's time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What stands on every paper: who issues it, its number, its day. `is_demo` marks it as invented."""

    organ: str
    number: str
    issued_at: datetime
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Paper):
    """督办单: supervision order for a limit that was broken. Not a form any law prescribes."""

    to_unit: str
    case: str
    item: str
    clause: str
    """The title of the promise that was broken."""
    text: str
    source: str
    broken_due: datetime | date | str
    sentence: str
    """Why: the sentence `explain` gives."""
    answer_by: datetime | date | str
    requirements: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Paper):
    """收件回执: what was handed in, until when it is decided, and the proof that the record is in the ledger.

    `proof` is `ledger.roots.Proof.as_json()`, None before the first root after the record.
    """

    applicant: str
    item: str
    unit: str
    received_at: datetime
    due: datetime | date | None
    limit: str
    """The limit in words, such as 20 个工作日."""
    why: str
    """How the due date was counted."""
    materials: Sequence[str] = ()
    clerk: str = ""
    contact: str = ""
    track: str = ""
    """Where the case can be followed."""
    code: str = ""
    """What opens it there, beside its number."""
    rate: str = ""
    """Where it can be rated once it is decided."""
    digest: str = ""
    """The digest of the record of receipt, in hexadecimal."""
    proof: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card(Paper):
    """监察通知: what was found on a case, by which text, until when to answer, and how to appeal."""

    level: str
    unit: str
    case: str
    item: str
    sentence: str
    clause: str
    text: str
    source: str
    version: date | str
    raised_at: datetime
    person: str = ""
    answer_by: datetime | date | None = None
    evidence: Sequence[tuple[str, str | datetime]] = ()
    """What the finding rests on: (name, value)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectification(Paper):
    """整改通知: what was found wrong and until when it is to be put right. Not a form any law prescribes."""

    to_unit: str
    problem: str
    basis: str
    deadline: datetime | date | str
    requirements: Sequence[str] = ()
    about: str = ""
    """The case it is about, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet(Paper):
    """责任书: what a leader answers for, his signature, and the result written on it (E006). Not a form any law prescribes."""

    leader: str
    unit: str
    year: str
    duties: Sequence[str]
    signed_at: datetime | None = None
    """Null while it is not signed: then there is a line to sign on."""
    digest: str = ""
    """The digest of the record of the signature, in hexadecimal."""
    grade: str = ""
    flags: Sequence[str] = ()
    graded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge(Paper):
    """工作牌 and 窗口标示: who serves, as what, for what, and where to complain (E050). A place is left for the photograph."""

    name: str
    job: str
    unit: str
    duties: Sequence[str]
    complaint_phone: str
    desk_no: str = ""
    """The window, where the book names one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter(Paper):
    """What stands on every paper for an applicant: who applied for what, when and where it was received."""

    applicant: str
    item: str
    unit: str
    case: str
    """The receipt number; `number` is the paper's own."""
    received_at: datetime
    clerk: str = ""
    contact: str = ""
    track: str = ""
    """Where the case can be followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance(Letter):
    """受理通知书: the application is accepted, and until when it is decided."""

    accepted_at: datetime
    due: datetime | date | None
    limit: str
    why: str
    """How the due date was counted."""
    basis: str
    is_deemed: bool = False
    """Whether silence accepted it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement(Letter):
    """补正告知书: everything that is missing, told once."""

    told_at: datetime
    cause: str
    papers: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Letter):
    """不予受理决定书: why an application is not accepted, by which rule, and how it could be done."""

    decided_at: datetime
    basis: str
    alternative: str
    reason: str = ""
    forbidden_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Letter):
    """准予决定书 or 不予许可决定书: what was decided, when, by which rule and for which reasons."""

    is_granted: bool
    decided_at: datetime
    basis: str
    reason: str = ""
    alternative: str = ""
    forbidden_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(Letter):
    """送达回证: which papers were handed to whom; signed by hand."""

    documents: Sequence[str]
    """Each with its day."""


CONTEXTS: Mapping[str, type[Paper]] = {
    "order": Order,
    "receipt": Receipt,
    "card": Card,
    "rectification": Rectification,
    "acceptance": Acceptance,
    "supplement": Supplement,
    "refusal": Refusal,
    "decision": Decision,
    "delivery": Delivery,
    "sheet": Sheet,
    "badge": Badge,
    "window-sign": Badge,
}
"""Name of the paper → what it is made of. The template is templates/<name>.typ."""
