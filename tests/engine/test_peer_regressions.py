"""Bugs that other systems' users reported, each as a test: none of them may come back here (peers, section 6)."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from tests.engine.told import Row, at, end, expect, history, told
from tests.reference.comparison import Custom, Text
from yinuo.engine.clauses.indicator import Indicator
from yinuo.engine.evaluate import evaluate
from yinuo.engine.measure import measure
from yinuo.engine.rules import Edition, Ruling
from yinuo.rulebook.loader import load_pack
from yinuo.rulebook.stories import read_stories
from yinuo.rulebook.telling import tell

LATE = [{"level": "yellow", "late": 0}]
HELD = [{"from": "held", "to": "released"}]


def clock(*events: str, until: str = "04-30", **raw: object) -> Row:
    """The one clock these events open."""
    clocks, _ = told(list(events), until, **raw)
    assert len(clocks) == 1
    return clocks[0]


@pytest.mark.holds("regression 1", shows="yinuo due")
def test_1_a_hold_over_the_weekend_consumes_nothing() -> None:
    row = clock(
        "03-06 10:00 accepted",
        "03-06 17:30 held",
        "03-09 08:30 released",
        "03-10 10:00 decided",
        within="20 office hours",
        pause=HELD,
    )
    assert row["paused"] == 0
    assert row["used"] == clock("03-06 10:00 accepted", "03-10 10:00 decided", within="20 office hours")["used"]


@pytest.mark.holds("regression 2", shows="yinuo due")
@pytest.mark.parametrize(
    ("held", "released", "paused"),
    [
        ("02-13 16:00", "02-24 10:00", 10.5),
        ("03-06 20:00", "03-07 08:00", 0),
        ("03-08 10:00", "03-09 07:00", 0),
    ],
)
def test_2_a_hold_over_a_holiday_or_outside_hours_costs_only_open_time(held: str, released: str, paused: float) -> None:
    row = clock("02-12 09:00 accepted", f"{held} held", f"{released} released", within="300 office hours", pause=HELD)
    open_hours = clock(f"{held} accepted", f"{released} decided", within="300 office hours")["used"]
    assert row["paused"] == open_hours
    if paused == 0:
        assert row["paused"] == 0


@pytest.mark.holds("regression 3", shows="yinuo due")
def test_3_lunch_inside_a_hold_is_not_counted_twice() -> None:
    row = clock(
        "03-02 09:00 accepted",
        "03-02 11:00 held",
        "03-02 15:00 released",
        "03-02 16:00 decided",
        within="8 office hours",
        pause=HELD,
    )
    straight = clock("03-02 09:00 accepted", "03-02 16:00 decided", within="8 office hours")
    assert row["used"] + row["paused"] == straight["used"]


@pytest.mark.holds("regression 4", shows="yinuo due")
def test_4_one_workday_is_a_day_not_twenty_four_office_hours() -> None:
    assert clock("03-02 16:00 accepted", until="03-02", within="1 workday")["due_at"] == end("03-03")


@pytest.mark.holds("regression 5", shows="yinuo due")
def test_5_a_holiday_inside_the_window_delays_and_never_advances() -> None:
    plain = clock("03-02 accepted", until="03-02", within="5 days", roll="none")["due_at"] - at("03-02")
    over_holiday = clock("02-13 accepted", until="02-13", within="5 workdays")["due_at"] - at("02-13")
    assert over_holiday > plain
    assert clock("02-13 accepted", until="02-13", within="5 workdays")["due_at"] == end("02-27")


@pytest.mark.holds("regression 6", "peer 46", shows="yinuo replay")
def test_6_a_release_after_a_long_hold_does_not_fire_at_once() -> None:
    _, findings = told(
        ["03-02 accepted", "03-04 held", "04-20 released"], "04-22", within="5 workdays", pause=HELD, levels=LATE
    )
    assert not findings
    _, findings = told(
        ["03-02 accepted", "03-04 held", "04-20 released"], "04-24", within="5 workdays", pause=HELD, levels=LATE
    )
    expect(findings, raised_at=at("04-24 00:00"))


@pytest.mark.holds("regression 7", "peer 48", shows="yinuo replay")
def test_7_an_extension_in_time_loses_no_days_and_one_after_expiry_is_refused() -> None:
    extend = {"on": "extended", "by": "5 workdays", "if_void": "red"}
    long = clock("03-02 accepted", "03-06 extended", until="03-20", within="5 workdays", extend=extend)
    assert long["due_at"] == clock("03-02 accepted", until="03-20", within="10 workdays")["due_at"]
    clocks, findings = told(["03-02 accepted", "03-10 extended"], "03-20", within="5 workdays", extend=extend)
    expect(clocks, due_at=end("03-09"), state="overdue")
    expect(findings, level="red", raised_at=at("03-10"))


@pytest.mark.holds("regression 8", "peer 53", shows="yinuo due")
@pytest.mark.parametrize(
    ("start", "workdays", "due"),
    [
        ("2025-01-24", 1, "2025-01-26"),
        ("2025-01-27", 1, "2025-02-05"),
        ("2025-02-07", 1, "2025-02-08"),
        ("2025-04-25", 1, "2025-04-27"),
        ("2025-09-26", 1, "2025-09-28"),
        ("2025-10-10", 1, "2025-10-11"),
        ("2025-05-30", 1, "2025-06-03"),
    ],
)
def test_8_a_make_up_day_counts_and_the_day_it_replaces_does_not(start: str, workdays: int, due: str) -> None:
    assert clock(f"{start} accepted", until=start, within=f"{workdays} workdays")["due_at"] == end(due)


@pytest.mark.holds("regression 9", shows="yinuo due")
def test_9_a_year_without_a_calendar_is_provisional_and_never_crashes() -> None:
    log = history(["2026-12-28 accepted"], "2026-12-28")
    text = Text.always("p", "promise", on="accepted", until="decided", within="5 workdays")
    said = evaluate(log.log(), Custom().rules([text]), as_of=log.as_of)
    assert said.clocks["provisional"].to_list() == [True]
    early = history(["2026-12-21 accepted"], "2026-12-21")
    assert evaluate(early.log(), Custom().rules([text]), as_of=early.as_of).clocks["provisional"].to_list() == [False]


@pytest.mark.holds("regression 10", shows="yinuo due")
@pytest.mark.parametrize(
    ("received", "due"),
    [("03-02 19:30", "03-03"), ("02-16 10:00", "02-24"), ("02-14 10:00", "02-24"), ("02-28 10:00", "03-02")],
)
def test_10_day_zero_after_closing_on_a_holiday_on_a_make_up_day(received: str, due: str) -> None:
    assert clock(f"{received} accepted", until=received[:5], within="1 workday")["due_at"] == end(due)


@pytest.mark.holds("regression 11", shows="yinuo replay")
def test_11_silence_after_five_workdays_is_acceptance_from_receipt() -> None:
    receipt = Text.always(
        "receipt",
        "promise",
        on="received",
        until=["accepted", "told"],
        within="5 workdays",
        silence={"means": "accepted", "dated": "start"},
    )
    decide = Text.always("decide", "promise", on="accepted", until="decided", within="20 workdays")
    log = history(["03-02 15:00 received", "03-12 told"], "03-12")
    clocks = evaluate(log.log(), Custom().rules([receipt, decide]), as_of=log.as_of).clocks
    assert clocks.filter(clause="receipt")["state"].to_list() == ["deemed"]
    assert clocks.filter(clause="decide")["started_at"].to_list() == [at("03-02 15:00")]
    assert clocks.filter(clause="decide")["due_at"].to_list() == [end("03-30")]


@pytest.mark.holds("regression 12", shows="yinuo replay")
def test_12_overlapping_suspensions_count_once_and_a_branch_runs_while_the_whole_is_suspended() -> None:
    pauses = [{"from": "held", "to": "released"}, {"from": "asked", "to": "supplemented"}]
    row = clock(
        "03-02 accepted",
        "03-04 held",
        "03-06 asked",
        "03-10 supplemented",
        "03-12 released",
        "03-20 decided",
        within="20 workdays",
        pause=pauses,
    )
    assert (row["paused"], row["used"]) == (6, 8)
    whole = Text.always("whole", "promise", on="accepted", until="decided", within="5 workdays", pause=HELD)
    branch = Text.always("branch", "promise", on="consulted", until="opined", within="2 workdays")
    log = history(["03-02 accepted", "03-03 held", "03-03 consulted"], "03-09")
    states = evaluate(log.log(), Custom().rules([whole, branch]), as_of=log.as_of).clocks
    assert dict(states.select("clause", "state").iter_rows()) == {"whole": "paused", "branch": "overdue"}


@pytest.mark.holds("regression 14", shows="yinuo due")
def test_14_calendar_days_and_working_days_in_one_file() -> None:
    days = clock("02-11 accepted", until="02-11", within="15 days")
    work = clock("02-11 accepted", until="02-11", within="5 workdays")
    assert (days["due_at"], work["due_at"]) == (end("02-26"), end("02-25"))


@pytest.mark.holds("regression 13", "regression 16", shows="yinuo stories")
@pytest.mark.parametrize("name", ["cn-national", "demo-city", "nl-wabo", "us-boston", "us-nyc"])
def test_13_16_every_rule_of_every_pack_can_fire_and_third_parties_differ_from_co_producers(name: str) -> None:
    pack = load_pack(name)
    seen: set[tuple[str, str]] = set()
    stories, wrong = read_stories(pack)
    assert not wrong
    for story in stories:
        telling = tell(pack, story)
        seen |= set(telling.said.clocks.select("institution", "clause").iter_rows())
        seen |= set(telling.said.findings.select("institution", "clause").iter_rows())
    silent = [
        ruling.name
        for ruling in pack.rules.rulings
        if ruling.kind in ("promise", "constraint")
        and ruling.institution in pack.institutions
        and (ruling.institution, ruling.id) not in seen
    ]
    assert not silent


@pytest.mark.holds("regression 19", "peer 51", shows="yinuo replay")
def test_19_returned_time_is_charged_to_the_dispatcher_and_a_second_return_is_found() -> None:
    flow = Text.always(
        "ticket",
        "flow",
        opens="received",
        ends=["replied"],
        holder={"received": "unit", "signed_for": "unit", "return_upheld": "unit"},
    )
    reply = Text.always("reply", "promise", on="received", until="replied", within="7 workdays", levels=LATE)
    again = Text.always(
        "again",
        "constraint",
        rule="not_succession",
        first="return_rejected",
        then="returned",
        same=["unit"],
        level="red",
    )
    a, centre = {"unit": "A"}, {"unit": "centre"}
    log = history(
        [
            ("06-01 09:00 received", centre),
            ("06-01 10:00 signed_for", a),
            ("06-03 09:00 returned", a),
            ("06-03 15:00 return_upheld", centre),
            ("06-04 10:00 signed_for", a),
            ("06-05 10:00 returned", a),
            ("06-05 15:00 return_rejected", a),
            ("06-08 10:00 returned", a),
            ("06-11 10:00 replied", a),
        ],
        "06-12",
    )
    cases = [{"case_id": "c", "kind": "ticket"}]
    said = evaluate(
        type(log)(log.events, cases, log.as_of).log(), Custom().rules([flow, reply, again]), as_of=log.as_of
    )
    held = said.holdings.select("unit", "from", "to").rows()
    assert held[2] == ("centre", at("06-03 15:00"), at("06-04 10:00"))
    assert said.findings.filter(clause="again")["raised_at"].to_list() == [at("06-08 10:00")]
    assert said.findings.filter(clause="reply")["unit"].to_list() == ["A"]


@pytest.mark.holds("regression 20", "peer 72", "decision D05", shows="/figures/time-limit/on-time")
def test_20_the_on_time_share_counts_what_is_overdue_and_still_open_and_small_numbers_have_no_value() -> None:
    promise = Text.always("p", "promise", on="accepted", until="decided", within="5 workdays")
    texts = Custom().rules([promise])
    figure = Indicator.model_validate(
        {
            "zh": "按时办结率",
            "over": "clocks",
            "measure": "share",
            "where": {"state": ["kept", "late", "overdue"]},
            "count": {"state": "kept"},
            "subject": "unit",
            "min_n": 3,
        }
    )
    rules = type(texts)(
        texts.calendar,
        texts.conventions,
        texts.levels,
        texts.ladders,
        (*texts.rulings, Ruling("test", "indicator", "on-time", (Edition(date(2009, 1, 1), None, figure),))),
    )
    events = [
        {**row, "case_id": case, "event_id": f"{case}{row['event_id']}"}
        for case, rows in (
            ("kept", ["03-02 accepted", "03-04 decided"]),
            ("late", ["03-02 accepted", "03-12 decided"]),
            ("open", ["03-02 accepted"]),
        )
        for row in history(rows, "03-20").events
    ]
    base = history(["03-02 accepted"], "03-20")
    log = type(base)(
        events, [{"case_id": name, "kind": "permit"} for name in ("kept", "late", "open")], base.as_of
    ).log()
    said = evaluate(log, rules, as_of=base.as_of)
    row = measure(log, said, rules, as_of=base.as_of).row(0, named=True)
    assert (row["numerator"], row["denominator"], row["value"]) == (1, 3, pytest.approx(1 / 3))
    few = type(log)(log.events.filter(pl.col("case_id") != "open"), log.cases, {})
    row = measure(few, evaluate(few, rules, as_of=base.as_of), rules, as_of=base.as_of).row(0, named=True)
    assert row["denominator"] == 2
    assert row["value"] is None
