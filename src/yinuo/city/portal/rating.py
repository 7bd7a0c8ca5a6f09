"""好差评: five grades, one rating of a matter or a visit, by whoever it was done for; a bad one opens what puts it right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.cases.acts import Act, Done, Refused
from yinuo.city.cases.commands import act
from yinuo.city.cases.models import Case
from yinuo.city.cases.queries import state_of
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words
from yinuo.city.people import units
from yinuo.city.people.actor import Actor, applicant

GRADES = ("非常满意", "满意", "基本满意", "不满意", "非常不满意")
"""The five of 国办发〔2019〕51号, as the text in force words them."""
BAD = frozenset(GRADES[3:])
KIND = "bad-rating"
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a bad rating: what was put right, the reply, how it ended."""

    status: str
    activity: str
    measure: str
    reply: str
    decision: str


def grades(words: Words) -> Mapping[str, str]:
    """The grades and their words in the reader's language."""
    return {grade: words.choice("application", "grade", grade) for grade in GRADES}


def holder_of_receipt(case: Case, *, now: datetime) -> Actor:
    """Whoever holds the receipt of a case, as commands know him: an applicant who is party to this case and no other."""
    roots = units.tree(timezone.localdate(now)).roots
    return applicant(f"receipt:{case.receipt}", roots, cases=frozenset({case.case_id}))


def rate(case_id: str, *, grade: str, said: str, actor: Actor, now: datetime) -> Done:
    """Rate a matter; a bad rating is opened to be put right in the same transaction. Raises Refused, NotAllowed.

    Twice is refused by the clause that says one matter is rated once; the first stands.
    """
    if grade not in GRADES:
        raise Refused("no_grade", _("请选择一档评价。"), field="grade")
    state = state_of(case_id)
    if state is not None and "rated" in state.seen:
        raise Refused("rated_before", _("这件已经评价过，一事只评一次。"), field="grade")
    said = said.strip()[:LONGEST]
    with transaction.atomic():
        unit = state.unit if state is not None else None
        fields = {"grade": grade, "rating_said": said}
        rated = Act(case_id, "rated", now, fields, unit=unit, event_id=f"rated-{case_id}")
        done = act(rated, actor=actor, now=now)
        if grade in BAD:
            opening = Act(
                None, "bad_rating_received", now, {**fields, "about": case_id}, kind=KIND, unit=unit,
                event_id=f"bad-{case_id}",
            )  # fmt: skip
            act(opening, actor=actor, now=now)
    return done


def answer_to(case_id: str) -> Answer | None:
    """How the bad rating of a case was dealt with so far, None when there was none."""
    found = rows(__file__, "beside", {"case_id": case_id, "kind": KIND})
    if not found:
        return None
    row = found[0]
    fields = json.loads(row["fields"]) if isinstance(row["fields"], str) else row["fields"]
    done = json.loads(row["state"]) if isinstance(row["state"], str) else row["state"]
    last = max(done["seen"].items(), key=lambda one: (one[1][2], one[1][0]))[0]
    return Answer(
        row["status"], last, str(fields.get("measure", "")), str(fields.get("reply", "")),
        str(fields.get("appeal_decision", "")),
    )  # fmt: skip


def may_be_rated(case: Case) -> bool:
    """Whether it was decided or answered, and nobody has rated it."""
    seen = json.loads(case.state)["seen"]
    return "rated" not in seen and any(name in seen for name in ("granted", "refused", "answered", "declined"))
