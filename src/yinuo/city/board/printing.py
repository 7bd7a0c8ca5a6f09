"""What the printed papers say: every value read from the case, the text and the ledger (papers.contexts)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.board.dossier import Dossier, Promised
from yinuo.city.pages.public import is_public
from yinuo.city.pages.reading import Reader
from yinuo.city.pages.showing import called
from yinuo.city.pages.words import Words
from yinuo.engine.clauses.flow import FieldType
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.clauses.register import CLOSED, STRUCK, VERIFIED
from yinuo.engine.rules import Edition

Context = dict[str, Any]
RECEIPT, ORDER, RECTIFICATION, SHEET = "receipt", "order", "rectification", "sheet"
RESPONSIBILITY = "responsibility-sheet"
"""The kind of case a sheet is printed of."""
BADGE, BADGES = "badges/badge", ("badge", "window-sign")
"""The book whose entries are worn and stand at the window, and what is printed of one."""
STANDING = frozenset({"open", "cleared"})
"""Cards a notice is printed of: not those taken back as mistaken or cancelled on appeal."""
_OFFICER = FieldType.model_validate({"is": "person"})
_MEANT = ("promised", "statutory")


def offered(found: Dossier) -> tuple[str, ...]:
    """The papers there are of a case: the receipt of what the public may follow, an order's, a rectification's, a leader's sheet."""
    kind = found.case["kind"]
    if not found.words.is_there:
        return ()
    if kind in (ORDER, RECTIFICATION):
        return (kind,) if day_named(found) else ()
    if kind == RESPONSIBILITY:
        return (SHEET,)
    if kind == BADGE:
        return BADGES if _checked(found) else ()
    return (RECEIPT,) if is_public(kind, found.case["opened_at"], found.words) else ()


def receipt(found: Dossier, *, applicant: str, track: str, proof: Mapping[str, Any] | None) -> Context:
    """收件回执. `applicant` is masked as pages show it; `proof` is that of the case's stream, null before its first root."""
    case, words, first = found.case, found.words, found.streams[f"case/{found.case['case_id']}"][0]
    limits = limits_of(found)
    given = fields_of(found, upto=first.version).get("materials") or []
    return {
        "organ": words.unit(first.unit) or words.unit(case["unit"]) or words.city,
        "number": number_of(case),
        "applicant": applicant,
        "item": words.item(case["item"]) or case["title"] or words.kind(case["kind"]),
        "unit": words.unit(case["unit"]),
        "received_at": case["opened_at"],
        "due": by(limits[0].row["due_at"]) if limits else None,
        "limit": "；".join(f"{one.name} {words.amount(one.row['allowed'], one.row['measure'])}" for one in limits),
        "why": counted(limits[0], words) if limits else "",
        "materials": [str(one) for one in given] if isinstance(given, list) else str(given).splitlines(),
        "clerk": found.person(first.actor),
        "track": track,
        "digest": first.digest.hex(),
        "proof": proof,
    }


def order(found: Dossier, about: Dossier | None) -> Context | None:
    """督办单. `about` is the case whose limit was broken, null when the reader may not see it: then only the order's own words.

    Null when the order names no day to answer by.
    """
    fields, words, answer_by = fields_of(found), found.words, day_named(found)
    if answer_by is None:
        return None
    wanted, due = fields.get("broken_clause", ""), fields.get("broken_due", "")
    card = _lapse(about, wanted, due) if about else None
    title, edition = _promise(words, wanted, card, on=timezone.localdate(found.case["opened_at"]))
    return {
        "organ": _keeper(words, found.case["kind"]),
        "number": number_of(found.case),
        "to_unit": words.unit(fields.get("to_unit")),
        "case": _about(found),
        "item": (words.item(about.case["item"]) or about.case["title"]) if about else "",
        "clause": title,
        "text": text_of(edition, words),
        "source": source_of(edition),
        "broken_due": _day(due),
        "sentence": card["why"] if card else "",
        "answer_by": answer_by,
    }


def rectification(found: Dossier) -> Context | None:
    """整改通知. Null when it names no day to put right by."""
    fields, words, deadline = fields_of(found), found.words, day_named(found)
    if deadline is None:
        return None
    home, edition = _flow(words, found.case["kind"], found.case["opened_at"])
    return {
        "organ": _keeper(words, found.case["kind"]),
        "number": number_of(found.case),
        "to_unit": words.unit(found.case["unit"]),
        "problem": str(fields.get("problem", "")),
        "basis": f"{words.institution(home)}（{source_of(edition)}）"
        if source_of(edition)
        else words.institution(home),
        "deadline": deadline,
        "about": _about(found),
    }


def sheet(found: Dossier) -> Context:
    """责任书: what a leader answers for, signed or to be signed, with the result once it is written on it."""
    fields, words, case = fields_of(found), found.words, found.case
    last = {event.activity: event for event in found.streams[f"case/{case['case_id']}"]}
    signed, graded = last.get("sheet_signed"), last.get("sheet_result")
    return {
        "organ": _keeper(words, case["kind"]),
        "number": number_of(case),
        "leader": found.person(str(fields.get("leader", ""))),
        "unit": words.unit(case["unit"]),
        "year": str(fields.get("sheet_year", "")),
        "duties": [line.strip() for line in str(fields.get("duties", "")).splitlines() if line.strip()],
        "signed_at": signed.at if signed else None,
        "digest": signed.digest.hex() if signed else "",
        "grade": str(fields.get("result_grade", "")) if graded else "",
        "flags": [str(one) for one in fields.get("result_flags") or ()],
        "graded_at": graded.at if graded else None,
    }


def badge(found: Dossier) -> Context:
    """工作牌 and 窗口标示 of somebody who serves at a window, as the check saw the entry: a change waits for the next."""
    fields, words, case = fields_of(found, upto=_checked(found)), found.words, found.case
    officer = str(fields.get("officer", ""))
    return {
        "organ": _keeper(words, case["kind"]),
        "number": number_of(case),
        "name": called([(_OFFICER, officer)], actor=None).word("person", officer),
        "job": str(fields.get("job", "")),
        "unit": words.unit(case["unit"]),
        "duties": [line.strip() for line in str(fields.get("duties", "")).splitlines() if line.strip()],
        "complaint_phone": str(fields.get("complaint_phone", "")),
        "desk_no": str(fields.get("desk_no") or ""),
    }


def _checked(found: Dossier) -> int | None:
    """The version of the last check of an entry; null for one never checked, written off or struck."""
    events = found.streams[f"case/{found.case['case_id']}"]
    is_over = any(one.activity in (CLOSED, STRUCK) for one in events)
    return None if is_over else max((one.version for one in events if one.activity == VERIFIED), default=None)


def notice(found: Dossier, card: Mapping[str, Any]) -> Context:
    """监察通知 of one of the case's cards."""
    case, words = found.case, found.words
    known = words.edition(card["institution"], card["clause"], card["version"])
    edition, level = known[1] if known else None, words.level(card["level"])
    home = words.institution_of(card["institution"])
    return {
        "organ": words.unit(home.owner if home else None) or words.city,
        "number": card["card"],
        "level": level.word if level else "",
        "unit": words.unit(card["unit"]),
        "person": found.person(card["actor"]) if card["actor"] else "",
        "case": number_of(case),
        "item": words.item(case["item"]) or case["title"] or words.kind(case["kind"]),
        "sentence": card["why"],
        "clause": words.clause(card["institution"], card["clause"]),
        "text": text_of(edition, words),
        "source": source_of(edition),
        "version": edition.version if edition else "",
        "raised_at": card["raised_at"],
        "answer_by": by(card["answer_by"]) if card["status"] == "open" and card["answer_by"] else None,
        "evidence": [(one.word, one.at) for one in found.evidence(card)],
    }


def number_of(case: Mapping[str, Any]) -> str:
    """The number people know a case by."""
    return case["receipt"] or case["case_id"]


def by(due: datetime) -> date | datetime:
    """A due moment as one says it: the day, when the whole day is in time."""
    local = timezone.localtime(due)
    return local.date() if local.time() >= time(23, 59, 59) else due


def limits_of(found: Dossier) -> list[Promised]:
    """The limits the matter itself is decided within, the promise first; before one runs, those that run."""
    flow = found.words.flow(found.case["kind"], found.case["opened_at"])
    ends = set(flow.ends) if flow else set()
    told = [
        one for one in found.promises if one.row["basis"] in _MEANT and one.row["due_at"] and one.row["state"] != "void"
    ]
    final = [one for one in told if _until(one, found.words) <= ends]
    return sorted(final or told, key=lambda one: (_MEANT.index(one.row["basis"]), one.row["due_at"]))


def counted(one: Promised, words: Words) -> str:
    """How a due date was counted, in a sentence."""
    row, measure = one.row, one.row["measure"]
    start, limit = timezone.localtime(row["started_at"]), words.amount(row["allowed"], measure)
    parts = [_("%(name)s自 %(start)s 起算") % {"name": one.name, "start": f"{start:%Y-%m-%d %H:%M}"}]
    if measure in ("workdays", "days") and words.rules.conventions.first_day == "excluded":
        parts.append(_("首日不计"))
    parts.append(_("时限 %(limit)s") % {"limit": limit})
    if row["extended"]:
        parts.append(_("延长 %(length)s") % {"length": words.amount(row["extended"], measure)})
    if row["paused"]:
        parts.append(_("至今暂停 %(length)s 不计") % {"length": words.amount(row["paused"], measure)})
    if row["provisional"]:
        parts.append(_("日历未定，暂计"))
    return _("，").join(parts) + _("。")


def fields_of(found: Dossier, *, upto: int | None = None) -> dict[str, Any]:
    """What was written down on the case, the last word of each field; up to a version, when one is given."""
    made: dict[str, Any] = {}
    for event in found.streams[f"case/{found.case['case_id']}"]:
        if upto is None or event.version <= upto:
            made |= json.loads(event.payload).get("fields") or {}
    return made


def day_named(found: Dossier) -> date | datetime | str | None:
    """The day by which an order or a rectification is answered: of its clock (moved days included), else as it was written."""
    days = [
        one
        for one in found.promises
        if one.row["state"] != "void" and one.row["due_at"] and _is_named(one, found.words)
    ]
    if days:
        return by(max(days, key=lambda one: one.row["started_at"]).row["due_at"])
    written = fields_of(found).get("deadline")
    return _day(written) if written else None


def text_of(edition: Edition | None, words: Words) -> str:
    """A clause in sentences."""
    return "".join(Reader(words).sentences(edition.clause)) if edition else ""


def source_of(edition: Edition | None) -> str:
    """Where a clause is from."""
    return (edition.clause.source or edition.source) if edition else ""


def _clause(one: Promised, words: Words) -> Promise | None:
    found = words.edition(one.row["institution"], one.row["clause"], one.row["version"])
    return found[1].clause if found and isinstance(found[1].clause, Promise) else None


def _until(one: Promised, words: Words) -> set[str]:
    clause = _clause(one, words)
    return {name for event in clause.until for name in event.activities} if clause else {""}


def _is_named(one: Promised, words: Words) -> bool:
    clause = _clause(one, words)
    return clause is not None and bool(clause.due_on)


def _lapse(about: Dossier, clause: str, due: str) -> Mapping[str, Any] | None:
    """The card of the limit an order is about: that clause, due on that day; the last one said of it."""
    said = [
        one
        for one in about.cards
        if one["why_code"] == "late" and one["status"] in STANDING and clause in (one["clause"], f"{one['institution']}/{one['clause']}")
        and timezone.localdate(datetime.fromisoformat(json.loads(one["why_args"])["due_at"])).isoformat() == due
    ]  # fmt: skip
    return max(said, key=lambda one: one["raised_at"], default=None)


def _promise(words: Words, wanted: str, card: Mapping[str, Any] | None, *, on: date) -> tuple[str, Edition | None]:
    """The title and the text of a broken promise: in the version that governed the card, else as it was on a day."""
    if card is not None:
        known = words.edition(card["institution"], card["clause"], card["version"])
        return words.clause(card["institution"], card["clause"]), known[1] if known else None
    for ruling in words.rules.of_kind("promise"):
        if wanted in (ruling.id, ruling.name):
            return words.clause(ruling.institution, ruling.id), _on(ruling.editions, on)
    return wanted, None


def _flow(words: Words, kind: str, opened_at: datetime) -> tuple[str, Edition | None]:
    ruling = next((one for one in words.rules.of_kind("flow") if one.id == kind), None)
    return (ruling.institution, _on(ruling.editions, timezone.localdate(opened_at))) if ruling else ("", None)


def _on(editions: tuple[Edition, ...], day: date) -> Edition:
    return ([one for one in editions if one.start <= day] or list(editions))[-1]


def _keeper(words: Words, kind: str) -> str:
    """The unit that keeps the institution of a kind of case."""
    ruling = next((one for one in words.rules.of_kind("flow") if one.id == kind), None)
    home = words.institution_of(ruling.institution) if ruling else None
    return words.unit(home.owner if home else None) or words.city


def _about(found: Dossier) -> str:
    """The number of the case a case is about."""
    about = fields_of(found).get("about")
    return next((number_of(one) for one in found.case["relatives"] if one["case_id"] == about), about or "")


def _day(text: str) -> date | str:
    """A day that was written down; as it was written, when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
