"""The papers an applicant is handed: acceptance, request for papers, refusal to accept, decision, proof of delivery (papers.contexts).

They are issued in Chinese, whatever the reader's language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from yinuo.city.board import printing
from yinuo.city.board.dossier import Dossier
from yinuo.city.cases.kept import kept_row
from yinuo.city.ledger.events import StoredEvent

ACCEPTANCE, SUPPLEMENT, REFUSAL, DECISION, DELIVERY = "acceptance", "supplement", "refusal", "decision", "delivery"
ACTS: Mapping[str, str] = {
    ACCEPTANCE: "accepted", SUPPLEMENT: "supplement_requested", REFUSAL: "refused_acceptance",
}  # fmt: skip
"""Paper → the activity it tells of."""
DECISIONS = ("granted", "refused")


def offered(found: Dossier) -> tuple[str, ...]:
    """The letters there are of a case: of what happened to an application the public may follow, and its delivery."""
    if printing.RECEIPT not in printing.offered(found):
        return ()
    told = tuple(paper for paper in ACTS if _told(found, paper) is not None)
    decided = (DECISION,) if _happened(found, *DECISIONS) else ()
    return (*told, *decided, DELIVERY) if told or decided else ()


def letter(found: Dossier, paper: str, *, applicant: str, track: str) -> printing.Context | None:
    """What a letter says; null for one that is not offered. `applicant` is masked as pages show it."""
    if paper == DELIVERY:
        return _head(found, "送", None, applicant=applicant, track=track) | {"documents": _documents(found)}
    if paper == DECISION:
        return _decision(found, applicant=applicant, track=track)
    told = _told(found, paper)
    if told is None:
        return None
    event, at = told
    fields = json.loads(event.payload).get("fields") or {}
    if paper == ACCEPTANCE:
        return _head(found, "受", event, applicant=applicant, track=track) | _accepted(found, event, at)
    if paper == SUPPLEMENT:
        times = len(_happened(found, ACTS[SUPPLEMENT]))
        head = _head(found, f"补{times}", event, applicant=applicant, track=track)
        papers = [line for line in str(fields.get("papers", "")).splitlines() if line.strip()]
        return head | {"told_at": at, "cause": str(fields.get("cause", "")), "papers": papers}
    said = {name: str(fields.get(name, "")) for name in ("basis", "alternative", "reason", "forbidden_by")}
    head = _head(found, "不受", event, applicant=applicant, track=track)
    return head | said | {"decided_at": at, "reason": said["reason"] or str(fields.get("ground", ""))}


def _decision(found: Dossier, *, applicant: str, track: str) -> printing.Context | None:
    """What was decided last: granted on the basis of its item, refused on the basis that was written down."""
    events = _happened(found, *DECISIONS)
    if not events:
        return None
    event = events[-1]
    fields = json.loads(event.payload).get("fields") or {}
    said = {name: str(fields.get(name, "")) for name in ("reason", "alternative", "forbidden_by")}
    is_granted = event.activity == DECISIONS[0]
    head = _head(found, "准" if is_granted else "不准", event, applicant=applicant, track=track)
    basis = str(fields.get("basis", "")) or _basis(found)
    return head | said | {"is_granted": is_granted, "decided_at": event.at, "basis": basis}


def _head(found: Dossier, mark: str, event: StoredEvent | None, *, applicant: str, track: str) -> printing.Context:
    """What every letter begins with. Its number is the case's, with a mark of its own."""
    case, words = found.case, found.words
    number = printing.number_of(case)
    return {
        "organ": words.unit(case["unit"]) or words.city,
        "number": f"{number}-{mark}",
        "applicant": applicant,
        "item": words.item(case["item"]) or case["title"] or words.kind(case["kind"]),
        "unit": words.unit(case["unit"]),
        "case": number,
        "received_at": case["opened_at"],
        "clerk": found.person(event.actor) if event is not None and event.actor else "",
        "track": track,
    }


def _accepted(found: Dossier, event: StoredEvent, at: datetime) -> printing.Context:
    """When it was accepted, by silence too, and until when it is decided."""
    limits = printing.limits_of(found)
    is_deemed = event.activity != ACTS[ACCEPTANCE]
    words = found.words
    return {
        "accepted_at": at,
        "due": printing.by(limits[0].row["due_at"]) if limits else None,
        "limit": "；".join(f"{one.name} {words.amount(one.row['allowed'], one.row['measure'])}" for one in limits),
        "why": printing.counted(limits[0], words) if limits else "",
        "basis": _basis(found),
        "is_deemed": is_deemed,
    }


def _basis(found: Dossier) -> str:
    """The legal basis of the item as the table had it on the day the case was opened."""
    row = kept_row(found.words.pack, "items", found.case["item"] or "", timezone.localdate(found.case["opened_at"]))
    return str((row or {}).get("basis") or "")


def _told(found: Dossier, paper: str) -> tuple[StoredEvent, datetime] | None:
    """The event a letter tells of, the last of its kind, and when it happened.

    What silence accepted is no event: the letter then tells of the receipt, from which the acceptance is dated.
    """
    events = _happened(found, ACTS[paper])
    if events:
        return events[-1], events[-1].at
    if paper == ACCEPTANCE and any(row["state"] == "deemed" for row in _silences(found)):
        first = found.streams[f"case/{found.case['case_id']}"][0]
        return first, first.at
    return None


def _silences(found: Dossier) -> Sequence[Mapping[str, Any]]:
    """The clocks whose lapse is an acceptance."""
    clocks = found.promises
    return [one.row for one in clocks if one.row["clause"] == "accept-or-tell"]


def _happened(found: Dossier, *activities: str) -> list[StoredEvent]:
    stream = found.streams[f"case/{found.case['case_id']}"]
    return [event for event in stream if event.activity in activities]


def _documents(found: Dossier) -> list[str]:
    """The papers there are to deliver, each with its day: the letters, then the decision."""
    names = {ACCEPTANCE: "受理通知书", SUPPLEMENT: "补正告知书", REFUSAL: "不予受理决定书"}
    told = [(names[paper], one[1]) for paper in ACTS if (one := _told(found, paper)) is not None]
    told += [(f"{found.words.activity(event.activity)}决定书", event.at) for event in _happened(found, *DECISIONS)]
    return [
        f"{name}（{day.year}年{day.month}月{day.day}日）"
        for name, day in ((name, timezone.localdate(at)) for name, at in told)
    ]
