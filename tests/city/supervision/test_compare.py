"""What is said is exactly the difference between what was said and what is so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from yinuo.city.supervision.cards import Card, card_of
from yinuo.city.supervision.compare import apply, compare

START = datetime(2026, 3, 2, tzinfo=UTC)
RAISED = datetime(2026, 3, 10, tzinfo=UTC)
CLEARED = RAISED + timedelta(days=3)


def finding(number: int = 1, *, raised: int = 0, cleared: int | None = None, unit: str = "market") -> dict:
    raised_at = RAISED + timedelta(days=raised)
    return {
        "finding_id": f"{number:016x}", "case_id": "c", "thread": None, "key": None, "institution": "time-limit",
        "clause": "promised", "opener": "e1", "occurrence": 1, "version": "2025-01-01", "level": "yellow",
        "raised_at": raised_at, "unit": unit, "actor": None, "why_code": "late", "why_args": '{"used":5.5}',
        "evidence": '["e1"]', "cleared_at": None if cleared is None else raised_at + timedelta(days=cleared),
    }  # fmt: skip


findings = st.lists(
    st.builds(
        finding, st.integers(1, 3), raised=st.integers(0, 2), cleared=st.none() | st.integers(0, 2),
        unit=st.sampled_from(["market", "water"]),
    ),
    max_size=6,
    unique_by=lambda row: (row["finding_id"], row["raised_at"]),
)  # fmt: skip


def shown(cards: dict[str, Card]) -> set[tuple]:
    return {
        (card.card, card.content["unit"], card.cleared_at)
        for card in cards.values()
        if card.status in ("open", "cleared")
    }


def so(rows: list[dict]) -> set[tuple]:
    return {(card_of(row["finding_id"], row["raised_at"]), row["unit"], row["cleared_at"]) for row in rows}


@settings(max_examples=400, deadline=None)
@given(st.lists(findings, min_size=1, max_size=5))
def test_what_is_said_gives_exactly_what_is_so_and_saying_it_again_adds_nothing(answers):
    cards: dict[str, Card] = {}
    for turn, rows in enumerate(answers):
        now = START + timedelta(days=30 + turn)
        cards = apply(cards.values(), compare(cards.values(), rows, at=now), said_at=now)
        assert shown(cards) == so(rows)
        assert compare(cards.values(), rows, at=now) == []


@settings(max_examples=200, deadline=None)
@given(st.lists(findings, min_size=1, max_size=5))
def test_no_event_is_said_twice(answers):
    cards: dict[str, Card] = {}
    said: list[str] = []
    for turn, rows in enumerate(answers):
        now = START + timedelta(days=30 + turn)
        sayings = compare(cards.values(), rows, at=now)
        said += [saying.event_id for saying in sayings]
        cards = apply(cards.values(), sayings, said_at=now)
    assert len(said) == len(set(said))


def test_a_finding_raised_again_after_an_extension_is_another_card():
    first, again = finding(raised=0, cleared=1), finding(raised=5)
    cards = apply([], compare([], [finding()], at=RAISED), said_at=RAISED)
    later = RAISED + timedelta(days=6)
    sayings = compare(cards.values(), [first, again], at=later)
    assert [(one.activity, one.at) for one in sayings] == [
        ("finding_cleared", RAISED + timedelta(days=1)),
        ("finding_raised", RAISED + timedelta(days=5)),
    ]
    assert {card.status for card in apply(cards.values(), sayings, said_at=later).values()} == {"open", "cleared"}


def test_what_was_never_true_is_withdrawn_with_its_cause_and_not_cleared():
    cards = apply([], compare([], [finding()], at=RAISED), said_at=RAISED)
    now = RAISED + timedelta(days=2)
    (saying,) = compare(cards.values(), [], at=now, cause="recorded_late")
    assert (saying.activity, saying.at, saying.payload["cause"]) == ("finding_withdrawn", now, "recorded_late")


def test_a_rung_passed_while_nobody_looked_is_raised_and_cleared_in_order():
    now = RAISED + timedelta(days=9)
    lower, higher = finding(1, raised=0, cleared=2), finding(2, raised=2)
    assert [(one.activity, one.card[:16]) for one in compare([], [higher, lower], at=now)] == [
        ("finding_raised", lower["finding_id"]),
        ("finding_cleared", lower["finding_id"]),
        ("finding_raised", higher["finding_id"]),
    ]


def test_payloads_hold_no_floats():
    (saying,) = compare([], [finding()], at=RAISED)
    assert not any(isinstance(value, float) for value in saying.payload.values())
