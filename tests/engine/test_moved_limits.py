"""A running clock's limit is that of its opener (invariant 3) unless the text names an event that takes it anew."""

from __future__ import annotations

import pytest

from tests.engine.told import at, end, expect, told

FIELD = {"within": {"field": "promised"}, "moved": "noted"}


def opened(day: str, promised: str) -> tuple[str, dict[str, str]]:
    return f"{day} accepted", {"promised": promised}


@pytest.mark.holds("invariant 3", shows="yinuo replay")
def test_only_the_named_event_moves_a_limit_and_it_counts_from_the_old_start() -> None:
    changed = [opened("03-02 10:00", "7 workdays"), ("03-04 10:00 noted", {"promised": "10 workdays"})]
    clocks, _ = told(changed, "03-05", **FIELD)
    expect(clocks, started_at=at("03-02 10:00"), due_at=end("03-16"), allowed=10, used=3, state="running")
    clocks, _ = told(changed, "03-05", within={"field": "promised"})
    expect(clocks, due_at=end("03-11"), allowed=7)
    clocks, _ = told(changed, "03-05", known_at="03-03", **FIELD)
    expect(clocks, due_at=end("03-11"), allowed=7)


def test_the_last_move_holds_and_none_after_the_end_or_without_a_limit() -> None:
    twice = [
        opened("03-02 10:00", "7 workdays"), ("03-03 10:00 noted", {"promised": "10 workdays"}),
        ("03-04 10:00 noted", {"promised": "5 workdays"}), "03-06 10:00 decided", ("03-07 10:00 noted", {"promised": "1 workday"}),
    ]  # fmt: skip
    clocks, _ = told(twice, "03-09", **FIELD)
    expect(clocks, due_at=end("03-09"), allowed=5, state="kept")


def test_a_moved_limit_may_be_in_another_unit_and_keeps_its_pauses() -> None:
    events = [
        opened("03-02 10:00", "7 workdays"), "03-03 10:00 held", "03-05 10:00 released",
        ("03-06 10:00 noted", {"promised": "20 days"}),
    ]  # fmt: skip
    clocks, _ = told(events, "03-09", **FIELD, pause=[{"from": "held", "to": "released"}])
    expect(clocks, allowed=20, paused=2, due_at=end("03-24"))
