"""Cases told as words, a letter a day: a(sked), b(ack, the answer), x (something else), . (decided), w(ithdrawn), and so on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.reference.comparison import Custom, History, Text, engine_says

DAY = timedelta(days=1)
FIRST = datetime(2026, 3, 1, 4, tzinfo=UTC)
LETTERS = {
    "a": "asked", "b": "answered", "x": "noted", ".": "decided", "w": "withdrawn",
    "h": "held", "r": "released", "o": "opened", "s": "special",
}  # fmt: skip
FLOW = Text.always("permit", "flow", opens="accepted", ends=["decided", "withdrawn"])
Letters = Iterable[str | tuple[str, dict[str, Any]]]


def log_of(words: dict[str, Letters], *, days: int = 60) -> History:
    """Each word a case of that name, its n-th letter on the n-th day at noon; `days` after the first day is now."""
    rows = []
    for name, letters in words.items():
        for n, one in enumerate(letters):
            letter, fields = one if isinstance(one, tuple) else (one, {})
            row = {"case_id": name, "activity": LETTERS[letter], "at": FIRST + n * DAY, "event_id": f"{name}#{n}"}
            rows.append(
                row | {"recorded_at": row["at"], "sequence": n, "unit": "u", "actor": None, "order": None} | fields
            )
    names = dict.fromkeys(name for row in rows for name in row)
    rows = [{name: row.get(name) for name in names} for row in rows]
    return History(rows, [{"case_id": name, "kind": "permit"} for name in words], FIRST + days * DAY)


def accused_of(words: dict[str, Letters], *, days: int = 60, **raw: Any) -> dict[str, list[int]]:
    """For each case the numbers of its accused letters, as the engine says; the dates are those of the letters."""
    text = Text.always("rule", "constraint", **({"level": "broken"} | raw))
    findings = engine_says(log_of(words, days=days), [FLOW, text], Custom()).findings
    found: dict[str, list[int]] = {name: [] for name in words}
    for case, opener, raised in findings.select("case_id", "opener", "raised_at").iter_rows():
        place = int(opener.rpartition("#")[2])
        assert raised == FIRST + place * DAY
        found[case].append(place)
    return {name: sorted(places) for name, places in found.items()}


def accused(letters: Letters, **raw: Any) -> list[int]:
    """The numbers of the accused letters of one word."""
    return accused_of({"c": letters}, **raw)["c"]
