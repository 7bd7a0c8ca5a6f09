"""The worked examples of the grammar: engine and reference must both say what is written there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from tests.engine.told import Row, at, end, expect, history, told
from tests.reference.comparison import Answer, Custom, History, Text, differences, engine_says, reference_says
from yinuo.engine.explain import explain

LATE = [{"level": "yellow", "late": 0}]


def test_1_holiday_and_working_saturday() -> None:
    clocks, findings = told(["02-11 16:00 accepted", "02-25 23:10 decided"], "03-20", within="5 workdays", levels=LATE)
    expect(clocks, due_at=end("02-25"), state="kept", used=5)
    assert not findings
    clocks, findings = told(["02-11 16:00 accepted", "02-26 08:00 decided"], "03-20", within="5 workdays", levels=LATE)
    expect(clocks, due_at=end("02-25"), state="late", used=6)
    expect(findings, raised_at=at("02-26 00:00"), cleared_at=at("02-26 08:00"))


def test_2_start_on_a_rest_day() -> None:
    clocks, _ = told(["02-16 accepted"], "02-27", within="5 workdays")
    expect(clocks, due_at=end("02-28"), used=4, state="running")
    clocks, _ = told(
        ["02-16 accepted"], "02-27", conventions={"rest_day_start": "as_next_workday"}, within="5 workdays"
    )
    expect(clocks, due_at=end("03-02"), used=3, state="running")


def test_3_used_equals_limit_and_yet_late() -> None:
    clocks, findings = told(["03-06 accepted", "03-14 10:00 decided"], "03-20", within="5 workdays", levels=LATE)
    expect(clocks, due_at=end("03-13"), used=5, state="late")
    expect(findings, raised_at=at("03-14 00:00"), cleared_at=at("03-14 10:00"))


EXTEND = {"on": "extended", "by": "30 days", "max": "30 days", "if_void": "extension-void"}


@pytest.mark.parametrize(
    ("events", "as_of", "due", "state", "used", "levels"),
    [
        ([], "10-07", "10-08", "running", 61, []),
        (["10-08 16:00 extended"], "10-20", "11-05", "running", 74, []),
        (["10-09 09:00 extended", "10-12 decided"], "10-20", "10-08", "late", 66, ["extension-void", "yellow"]),
        (["10-08 16:00 extended", "11-02 extended"], "11-06", "11-05", "overdue", 91, ["extension-void", "yellow"]),
    ],
)
def test_4_roll_and_extension(
    events: list[str], as_of: str, due: str, state: str, used: int, levels: list[str]
) -> None:
    clocks, findings = told(["08-07 accepted", *events], as_of, within="60 days", extend=EXTEND, levels=LATE)
    expect(clocks, due_at=end(due), state=state, used=used)
    assert sorted(row["level"] for row in findings) == levels


def test_5_deemed_acceptance_backwards() -> None:
    texts = [
        Text.always(
            "accept", "promise", on="received", until="accepted", within="5 workdays",
            silence={"means": "accepted", "dated": "start"},
        ),
        Text.always("statutory", "promise", on="accepted", until="decided", within="20 workdays"),
        Text.always("promised", "promise", on="accepted", until="decided", within="3 workdays", levels=LATE),
    ]  # fmt: skip
    before = history(["03-02 15:00 received"], "03-09 23:59:59")
    assert not (wrong := differences(before, texts)), str(wrong)
    assert [row[6] for row in reference_says(before, texts, Custom()).clocks] == ["running"]
    for events in (["03-02 15:00 received"], ["03-02 15:00 received", "03-12 accepted"]):
        after = history(events, "03-10 00:00:01" if len(events) == 1 else "03-20")
        assert not (wrong := differences(after, texts)), str(wrong)
        clocks, findings, _ = reference_says(after, texts, Custom())
        assert [(row[0], row[4]) for row in clocks] == [
            ("accept", end("03-09")), ("statutory", end("03-30")), ("promised", end("03-05"))
        ]  # fmt: skip
        assert [row[4] for row in findings] == [at("03-10 00:00")]


PAUSE = [{"from": "suspended", "to": "resumed", "match": {"order": "order"}, "cap": {"field": "days"}}]


@pytest.mark.holds("peer 46", shows="yinuo replay")
@pytest.mark.parametrize(
    ("as_of", "state", "used", "due"),
    [("03-12", "paused", 3, None), ("03-14", "paused", 3, "04-14"), ("03-26", "running", 8, "04-14")],
)
def test_6_overlapping_pauses_one_capped(as_of: str, state: str, used: int, due: str | None) -> None:
    events = [
        ("03-02 accepted", {}),
        ("03-05 suspended", {"order": "1", "days": "10 workdays"}),
        ("03-10 suspended", {"order": "2"}),
        ("03-13 resumed", {"order": "2"}),
        ("03-25 resumed", {"order": "1"}),
    ]
    clocks, _ = told(events, as_of, within="20 workdays", pause=PAUSE)
    expect(clocks, state=state, used=used, due_at=due and end(due))


@pytest.mark.parametrize(
    ("days", "as_of", "state", "used", "due"),
    [
        (None, "03-12", "paused", 3, None),
        (None, "06-01", "paused", 3, None),
        ("5 workdays", "03-06", "paused", 3, "04-07"),
        ("5 workdays", "03-13", "running", 4, "04-07"),
    ],
)
def test_7_open_pause(days: str | None, as_of: str, state: str, used: int, due: str | None) -> None:
    pause = [{"from": "suspended", "to": "resumed", "cap": {"field": "days"}}]
    clocks, _ = told(
        [("03-02 accepted", {}), ("03-05 suspended", {"days": days})], as_of, within="20 workdays", pause=pause
    )
    expect(clocks, state=state, used=used, due_at=due and end(due))


PLAIN_PAUSE = [{"from": "suspended", "to": "resumed"}]
WARNING = [{"level": "warning", "left": "0 workdays"}, *LATE]


def test_8_pause_on_the_last_day() -> None:
    start = ["03-02 accepted", "03-09 16:00 suspended"]
    clocks, findings = told(start, "03-11", within="5 workdays", pause=PLAIN_PAUSE, levels=WARNING)
    expect(clocks, state="paused", used=5, due_at=None)
    expect(findings, level="warning", raised_at=at("03-09 00:00"), cleared_at=None)
    done = [*start, "03-12 09:00 resumed", "03-12 17:00 decided"]
    clocks, findings = told(done, "03-20", within="5 workdays", pause=PLAIN_PAUSE, levels=WARNING)
    expect(clocks, state="kept", used=5, due_at=end("03-12"))
    same_day = ["03-02 accepted", "03-04 09:00 suspended", "03-04 16:00 resumed"]
    clocks, _ = told(same_day, "03-06", within="5 workdays", pause=PLAIN_PAUSE)
    expect(clocks, paused=0, due_at=end("03-09"))


@pytest.mark.parametrize(
    ("again", "states"),
    [
        ("ignore", [("06-01", "06-30", "late"), ("07-02", "07-30", "running")]),
        ("restart", [("06-01", "06-30", "void"), ("06-10", "07-09", "kept"), ("07-02", "07-30", "running")]),
        ("stack", [("06-01", "06-30", "late"), ("06-10", "07-09", "kept"), ("07-02", "07-30", "running")]),
    ],
)
def test_9_opener_twice(again: str, states: list[tuple[str, str, str]]) -> None:
    events = ["06-01 accepted", "06-10 accepted", "07-01 decided", "07-02 accepted"]
    clocks, _ = told(events, "07-03", within="20 workdays", again=again)
    found = [(row["started_at"], row["due_at"], row["state"]) for row in clocks]
    assert found == [(at(start), end(due), state) for start, due, state in states]


def test_10_same_second() -> None:
    clocks, _ = told(["06-15 10:00 accepted", "06-15 10:00 decided"], "06-30", within="5 workdays")
    expect(clocks, state="kept", used=0, due_at=end("06-23"))


def test_11_recorded_late() -> None:
    events = [("06-01 accepted", {}), ("06-05 decided", {"recorded_at": at("06-12")})]
    clocks, findings = told(events, "06-10", "06-10", within="5 workdays", levels=LATE)
    expect(clocks, state="overdue", due_at=end("06-08"))
    expect(findings, raised_at=at("06-09 00:00"), cleared_at=None)
    clocks, findings = told(events, "06-12", "06-12", within="5 workdays", levels=LATE)
    expect(clocks, state="kept", used=4)
    assert not findings


def test_12_withdrawal() -> None:
    clocks, _ = told(["06-01 accepted", "06-05 withdrawn"], "06-20", within="5 workdays", void="withdrawn", levels=LATE)
    expect(clocks, state="void")
    late = ["06-01 accepted", "06-09 10:00 withdrawn"]
    clocks, findings = told(late, "06-20", within="5 workdays", void="withdrawn", levels=LATE)
    expect(clocks, state="late")
    expect(findings, raised_at=at("06-09 00:00"), cleared_at=at("06-09 10:00"))


@pytest.mark.holds("peer 60", "peer 61", "peer 48", shows="yinuo replay")
def test_13_extension_clears_a_warning() -> None:
    ladder = [{"level": "warning", "share": "0.8"}, *LATE, {"level": "red", "late": "5 workdays"}]
    events = ["06-01 accepted", "06-12 10:00 extended", "07-03 10:00 decided"]
    extend = {"on": "extended", "by": "5 workdays"}
    clocks, findings = told(events, "07-10", within="10 workdays", extend=extend, levels=ladder)
    expect(clocks, state="late", due_at=end("06-23"))
    assert [(row["level"], row["raised_at"], row["cleared_at"]) for row in findings] == [
        ("warning", at("06-11 00:00"), at("06-12 10:00")),
        ("warning", at("06-17 00:00"), at("06-24 00:00")),
        ("yellow", at("06-24 00:00"), at("07-01 00:00")),
        ("red", at("07-01 00:00"), at("07-03 10:00")),
    ]


def test_14_hours() -> None:
    clocks, _ = told(["05-01 22:00 accepted", "05-02 22:00 decided"], "05-10", within="24 hours")
    expect(clocks, due_at=at("05-02 22:00"), state="kept")


def test_15_heartbeat() -> None:
    events = ["06-01 batch", "06-02 batch", "06-05 batch"]
    clocks, findings = told(events, "06-05", on="batch", until="batch", within="2 workdays", levels=LATE)
    assert [row["state"] for row in clocks] == ["kept", "late", "running"]
    expect(findings, raised_at=at("06-05 00:00"), cleared_at=at("06-05"))
    assert clocks[2]["due_at"] == end("06-09")


GAPS = {
    "zh": "限期补齐", "on": {"event": "accepted", "missing": {"known": True}}, "until": "supplemented",
    "within": {"field": "term"}, "party": True,
}  # fmt: skip
AMENDED = [
    Text.always(
        "permit", "flow", opens="accepted", ends=["granted", "withdrawn", "refused"], holder={"accepted": "unit"}
    ),
    Text("bring", "promise", (
        (date(2019, 1, 1), date(2026, 7, 1), {**GAPS, "silence": {"means": "withdrawn"}}),
        (date(2026, 7, 1), None, {**GAPS, "silence": {"means": "refused"}}),
    )),
    Text.always("hand-back", "promise", on="withdrawn", until="handed_back", within="3 workdays"),
    Text.always("deliver", "promise", on="refused", until="delivered", within="3 workdays"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("accepted", "lapse", "version", "follows"),
    [("06-29", "07-07 00:00", "2019-01-01", "hand-back"), ("07-01", "07-09 00:00", "2026-07-01", "deliver")],
)
def test_17_amendment_between_clocks(accepted: str, lapse: str, version: str, follows: str) -> None:
    """What silence means shows in the promise that starts from it, and in the end of the holding."""
    log = history([(f"{accepted} accepted", {"missing": "身份证复印件", "term": "5 workdays"})], "07-10")
    for as_of, states, over in (
        (at(lapse) - timedelta(microseconds=1), {"bring": "running"}, None),
        (at(lapse), {"bring": "deemed", follows: "running"}, at(lapse)),
    ):
        now = replace(log, as_of=as_of)
        assert not (wrong := differences(now, AMENDED)), str(wrong)
        said = engine_says(now, AMENDED, Custom())
        assert dict(said.clocks.select("clause", "state").rows()) == states
        assert said.clocks.filter(clause="bring").select("version", "ended_at").row(0) == (version, over)
        assert said.clocks.filter(clause=follows)["started_at"].to_list() == ([over] if over else [])
        assert said.holdings["to"].to_list() == [over]
        assert said.findings.is_empty()


RETURNED = [
    Text.always(
        "ticket", "flow", opens="received", ends=["closed"], fields={"to_unit": "unit"},
        holder={"received": "unit", "signed_for": "unit", "return_upheld": "unit"},
    ),
    Text.always(
        "reply", "promise", on="dispatched", until="replied", void="return_upheld", match={"order": "order"},
        again="stack", within="5 workdays", answers="to_unit", levels=LATE,
    ),
    Text.always("citizen", "promise", on="received", until="replied", within="7 workdays", levels=LATE),
]  # fmt: skip


def ticket(replied: str, as_of: str) -> History:
    """The order that went to A, came back, and went to B."""
    a, b = {"order": "1", "to_unit": "A"}, {"order": "2", "to_unit": "B"}
    centre: Row = {"unit": "centre"}
    events: list[Any] = [
        ("06-01 08:50 received", centre),
        ("06-01 09:00 dispatched", centre | a),
        ("06-03 09:00 signed_for", a | {"unit": "A"}),
        ("06-03 11:00 returned", a | {"unit": "A"}),
        ("06-03 15:00 return_upheld", centre | a),
        ("06-04 10:00 dispatched", centre | b),
        ("06-04 11:00 signed_for", b | {"unit": "B"}),
        (f"{replied} replied", b | {"unit": "B"}),
    ]
    return replace(history(events, as_of), cases=[{"case_id": "c", "kind": "ticket"}])


def returned(replied: str, as_of: str) -> tuple[Answer, pl.DataFrame]:
    """What the reference says and the engine's findings, both agreeing on clocks, findings and holdings."""
    log = ticket(replied, as_of)
    assert not (wrong := differences(log, RETURNED)), str(wrong)
    return reference_says(log, RETURNED, Custom()), engine_says(log, RETURNED, Custom()).findings


@pytest.mark.holds("peer 51", shows="yinuo replay")
def test_18_return() -> None:
    answer, findings = returned("06-10", "06-10")
    assert [(row[0], row[4], row[5], row[6]) for row in answer.clocks] == [
        ("reply", end("06-08"), at("06-03 15:00"), "void"),
        ("reply", end("06-11"), at("06-10"), "kept"),
        ("citizen", end("06-10"), at("06-10"), "kept"),
    ]
    assert [(row[1], row[3], row[4]) for row in answer.holdings] == [
        ("centre", at("06-01 08:50"), at("06-03 09:00")),
        ("A", at("06-03 09:00"), at("06-03 15:00")),
        ("centre", at("06-03 15:00"), at("06-04 11:00")),
        ("B", at("06-04 11:00"), None),
    ]
    assert findings.is_empty()


def test_18_return_answered_a_day_later() -> None:
    """The reference names no one who answers and makes no sentence: its holdings at the lapse say both."""
    answer, findings = returned("06-11", "06-11")
    assert [(row[0], row[6]) for row in answer.clocks] == [("reply", "void"), ("reply", "kept"), ("citizen", "late")]
    (finding,) = findings.iter_rows(named=True)
    assert finding["clause"] == "citizen"
    assert (finding["raised_at"], finding["cleared_at"]) == (at("06-11 00:00"), at("06-11"))
    at_lapse = reference_says(replace(ticket("06-11", "06-11"), as_of=end("06-10")), RETURNED, Custom()).holdings
    assert finding["unit"] == at_lapse[-1][1] == "B"
    assert [(row[1], row[5]) for row in at_lapse] == [("centre", 2), ("A", 0), ("centre", 1), ("B", 4)]
    assert explain(finding, Custom().rules(RETURNED)).endswith("由B承担，其间centre持有3个工作日、B持有4个工作日。")
