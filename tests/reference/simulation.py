"""A simulated year of a service hall: suspensions, extensions, repeated openers, late records, rows in any order."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.reference.comparison import History, Text

START = datetime(2025, 1, 1, tzinfo=UTC)
AS_OF = datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC)
LADDER = [
    {"level": "notice", "left": "2 workdays"},
    {"level": "warning", "share": "0.8"},
    {"level": "yellow", "late": 0},
    {"level": "red", "late": "5 workdays"},
]
PAUSE = [
    {"from": "suspended", "to": "resumed", "cap": {"field": "days"}},
    {"from": "special", "to": "special_ended", "match": {"order": "order"}, "needs": ["reason"]},
]
STATUTORY = {
    "on": "accepted",
    "until": ["decided", "refused"],
    "void": "withdrawn",
    "within": "20 workdays",
    "pause": PAUSE,
    "extend": {
        "on": "extended", "by": {"field": "more"}, "max": "10 workdays", "needs": ["reason"], "if_void": "extension-void",
    },
    "levels": [{"level": "yellow", "late": 0}],
    "basis": "statutory",
}  # fmt: skip
TEXTS = [
    Text.always("statutory", "promise", **STATUTORY),
    Text.always("promised", "promise", **{**STATUTORY, "within": "12 workdays", "levels": LADDER, "again": "restart"}),
    Text.always(
        "notice", "promise", on="received", until=["accepted", "returned"], within="5 workdays",
        silence={"means": "acceptance_deemed", "dated": "start"},
    ),
    Text.always(
        "opinion", "promise", on="asked", until="answered", match={"order": "order"}, again="stack", within="72 hours",
        levels=[{"level": "warning", "share": "0.5"}, {"level": "yellow", "late": 0}, {"level": "red", "late": "1 day"}],
    ),
    Text.always(
        "whole", "promise", on="received", until=["decided", "refused"], void=["withdrawn", "returned"], again="stack",
        within="60 days", pause=[PAUSE[0]], levels=[{"level": "yellow", "late": 0}],
    ),
    Text.always(
        "desk", "promise", on="accepted", until="asked", within="14 office hours", levels=[{"level": "yellow", "late": 0}],
    ),
    Text.always("one-extension", "constraint", rule="absence", event="extended", max=1, level="broken"),
    Text.always("accept-first", "constraint", rule="precedence", first="accepted", then="decided", level="broken"),
]  # fmt: skip


def year(cases: int, *, seed: int, late_known: bool = True) -> History:
    """The log of one year; the same seed gives the same log."""
    draw = random.Random(seed)
    rows: list[dict[str, Any]] = []
    folders = []
    for number in range(cases):
        case_id = f"{seed:04}-{number:06}"
        folders.append({"case_id": case_id, "kind": "permit"})
        rows += _case(draw, case_id)
    draw.shuffle(rows)
    known_at = AS_OF if late_known else None
    return History(rows, folders, AS_OF, known_at)


def _case(draw: random.Random, case_id: str) -> list[dict[str, Any]]:
    at = START + timedelta(minutes=draw.randrange(365 * 24 * 60))
    rows: list[dict[str, Any]] = []

    def happens(activity: str, after: float, **fields: Any) -> None:
        nonlocal at
        at += timedelta(minutes=round(draw.expovariate(1 / (after * 24 * 60))) if after else 0)
        late = timedelta(days=draw.choice((1, 4, 15))) if draw.random() < 0.04 else timedelta()
        blank = {"order": None, "days": None, "more": None, "reason": None}
        number = len(rows)
        rows.append(
            {
                "case_id": case_id, "activity": activity, "at": at, "recorded_at": at + late,
                "event_id": f"{case_id}-{number:02}", "sequence": number, "unit": "hall", "actor": "li", **blank, **fields,
            }
        )  # fmt: skip

    happens("received", 0)
    if draw.random() < 0.05:
        happens("returned", 2)
        happens("received", 3)
    if draw.random() < 0.9:
        happens("accepted", 2.5)
    if draw.random() < 0.06:
        happens("accepted", 2)
    for order in range(draw.choice((0, 1, 1, 2))):
        happens("asked", 0.6, order=f"o{order}")
        if draw.random() < 0.9:
            happens("answered", 1.8, order=f"o{order}")
    for _ in range(draw.choice((0, 0, 0, 1, 1, 2))):
        happens("suspended", 1.5, days=draw.choice((None, "3 workdays", "10 workdays")))
        if draw.random() < 0.3:
            happens("special", 1, order="s", reason=draw.choice(("tests", "tests", None)))
        if draw.random() < 0.9:
            happens("resumed", 4)
        if rows[-2]["activity"] == "special" and draw.random() < 0.8:
            happens("special_ended", 2, order="s")
    for _ in range(draw.choice((0, 0, 0, 1, 2))):
        more, reason = draw.choice(("5 workdays", "10 workdays", "15 workdays")), draw.choice(("flood", "flood", None))
        happens("extended", 3, more=more, reason=reason)
    if draw.random() < 0.93:
        happens(draw.choice(("decided", "decided", "decided", "decided", "refused", "withdrawn")), 6)
    return rows
