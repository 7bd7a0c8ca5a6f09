"""What clauses bring about and others start from, in which order, who held a case, and what was known when (grammar 2.1, 2.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.engine.told import Row, at, end, history
from tests.reference.comparison import Custom, History, Text, engine_says
from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.evaluate import evaluate
from yinuo.engine.log import Said
from yinuo.engine.rules import Edition, Ruling
from yinuo.engine.strata import Circle, strata

NEXT = timedelta(microseconds=1)
LATE = [{"level": "yellow", "late": 0}]


def promise(name: str, on: Any, until: Any, within: str = "5 workdays", **raw: Any) -> Text:
    return Text.always(name, "promise", on=on, until=until, within=within, **raw)


def rule(name: str, **raw: Any) -> Text:
    return Text.always(name, "constraint", level="broken", **raw)


def says(events: list[Any], as_of: str | datetime, *texts: Text, known_at: str | None = None) -> Said:
    """What the engine says of one case; `as_of` a date means its end."""
    log = history(events, as_of if isinstance(as_of, str) else "01-01", known_at)
    return engine_says(log if isinstance(as_of, str) else replace(log, as_of=as_of), texts, Custom())


def clocks(said: Said, clause: str) -> list[Row]:
    return said.clocks.filter(clause=clause).sort("started_at").to_dicts()


def one(said: Said, clause: str, *columns: str) -> Any:
    (row,) = clocks(said, clause)
    return row[columns[0]] if len(columns) == 1 else tuple(row[name] for name in columns)


def accept(dated: str, **silence: Any) -> Text:
    return promise(
        "accept", "received", ["accepted", "refused"], silence={"means": "accepted", "dated": dated, **silence}
    )


DECIDE = promise("decide", "accepted", "decided", "20 workdays", levels=LATE)
RECEIVED = ["03-02 15:00 received"]


def test_silence_speaks_at_the_first_instant_after_the_due_moment() -> None:
    still = says(RECEIVED, end("03-09"), accept("start"), DECIDE)
    assert one(still, "accept", "state", "ended_at") == ("running", None)
    assert clocks(still, "decide") == []
    over = says(RECEIVED, end("03-09") + NEXT, accept("start"), DECIDE)
    assert one(over, "accept", "state", "used", "ended_at") == ("deemed", 5, at("03-10 00:00"))
    assert len(clocks(over, "decide")) == 1


@pytest.mark.parametrize(
    ("dated", "started", "due"), [("start", "03-02 15:00", "03-30"), ("lapse", "03-10 00:00", "04-08")]
)
def test_what_silence_means_counts_from_the_start_or_from_the_lapse(dated: str, started: str, due: str) -> None:
    said = says(RECEIVED, "03-20", accept(dated), DECIDE)
    assert one(said, "decide", "started_at", "due_at", "state") == (at(started), end(due), "running")
    assert said.clocks.filter(clause="decide")["opener"].to_list() == ["accepted:deemed:test/accept:e00"]


def test_a_deemed_beginning_that_is_late_at_once_is_raised_only_when_it_is_known() -> None:
    short = promise("decide", "accepted", "decided", "3 workdays", levels=LATE)
    said = says(RECEIVED, "03-20", accept("start"), short)
    assert one(said, "decide", "due_at") == end("03-05")
    assert said.findings["raised_at"].to_list() == [at("03-10 00:00")]
    assert says(RECEIVED, "03-09", accept("start"), short).findings.is_empty()


@pytest.mark.parametrize(
    ("answer", "state", "decides"),
    [
        ("03-09 23:59:59.999999 accepted", "kept", ["03-09 23:59:59.999999"]),
        ("03-10 00:00 accepted", "deemed", ["03-02 15:00"]),
        ("03-12 refused", "deemed", ["03-02 15:00"]),
        ("03-05 refused", "kept", []),
    ],
)  # fmt: skip
def test_a_real_answer_in_time_leaves_nothing_to_silence_and_one_after_it_undoes_nothing(
    answer: str, state: str, decides: list[str]
) -> None:
    said = says([*RECEIVED, answer], "03-20", accept("start"), DECIDE)
    assert one(said, "accept", "state") == state
    assert [row["started_at"] for row in clocks(said, "decide")] == [at(text) for text in decides]


def test_after_silence_a_second_opener_opens_nothing_until_somebody_really_answered() -> None:
    again = [*RECEIVED, "03-12 received", "03-13 accepted", "03-16 received"]
    said = says(again, "03-20", accept("lapse"))
    assert [(row["started_at"], row["state"]) for row in clocks(said, "accept")] == [
        (at("03-02 15:00"), "deemed"),
        (at("03-16"), "running"),
    ]


def test_a_deemed_event_carries_its_openers_fields_and_what_the_text_adds() -> None:
    received = [("03-02 15:00 received", {"unit": "fire", "channel": "web"})]
    kept = promise("kept", {"event": "accepted", "deemed": True, "channel": "web", "grade": "default"}, "decided")
    other = promise("other", {"event": "accepted", "grade": "good"}, "decided")
    real = promise("real", {"event": "accepted", "deemed": False}, "decided")
    said = says(received, "03-20", accept("lapse", **{"with": {"grade": "default"}}), kept, other, real)
    assert one(said, "kept", "started_at", "unit") == (at("03-10 00:00"), "fire")
    assert clocks(said, "other") == clocks(said, "real") == []


def test_a_limit_on_the_citizen_has_a_clock_and_silence_but_never_a_finding() -> None:
    text = promise(
        "supplement", "asked", "answered", levels=LATE, party=True, silence={"means": "withdrawn", "dated": "lapse"}
    )
    said = says(["03-02 asked"], "03-20", text, promise("close", "withdrawn", "closed"))
    assert one(said, "supplement", "state") == "deemed"
    assert one(said, "close", "started_at") == at("03-10 00:00")
    assert said.findings.is_empty()


@pytest.mark.parametrize("clause", [{"clause": "decide"}, {"clause": "test/decide"}, {}])
def test_a_lapse_starts_a_clock_at_the_first_instant_after_the_due_moment(clause: Row) -> None:
    explain = promise("explain", {"event": "lapsed", **clause}, "explained", "2 workdays")
    decide = promise("decide", "accepted", "decided")
    for as_of, states in ((end("03-09"), []), (end("03-09") + NEXT, ["running"])):
        said = says([("03-02 accepted", {"unit": "fire"})], as_of, decide, explain)
        assert [row["state"] for row in clocks(said, "explain")] == states
    assert one(said, "explain", "started_at", "due_at", "unit") == (at("03-10 00:00"), end("03-12"), "fire")


@pytest.mark.parametrize(
    ("ended", "lapses"), [("03-09 23:59 decided", 0), ("03-10 09:00 decided", 1), ("03-20 decided", 1)]
)
def test_only_a_clock_that_ran_out_lapses(ended: str, lapses: int) -> None:
    explain = promise("explain", {"event": "lapsed", "clause": "decide"}, "explained")
    said = says(["03-02 accepted", ended], "03-31", promise("decide", "accepted", "decided"), explain)
    assert len(clocks(said, "explain")) == lapses


def test_a_lapse_of_another_clause_starts_nothing() -> None:
    explain = promise("explain", {"event": "lapsed", "clause": "other"}, "explained")
    other = promise("other", "noted", "answered")
    said = says(["03-02 accepted"], "03-20", promise("decide", "accepted", "decided"), other, explain)
    assert clocks(said, "explain") == []


def test_each_level_raised_starts_a_clock_of_its_own_level() -> None:
    ladder = [{"level": "warning", "share": 0.8}, *LATE]
    texts = [promise("decide", "accepted", "decided", levels=ladder)]
    texts += [promise(level, {"event": "raised", "clause": "decide", "level": level}, "replied", "2 workdays")
              for level in ("warning", "yellow")]  # fmt: skip
    said = says(["03-02 accepted"], "03-20", *texts)
    assert one(said, "warning", "started_at") == at("03-06 00:00")
    assert one(said, "yellow", "started_at") == at("03-10 00:00")


def test_a_violation_found_starts_a_clock_and_a_rule_may_read_it() -> None:
    texts = [
        rule("order", rule="precedence", first="accepted", then="decided"),
        promise("reply", {"event": "found", "clause": "order"}, "replied", levels=LATE),
        rule("twice", rule="absence", event={"event": "found", "clause": "order"}, max=1),
    ]
    said = says(["03-02 09:00 decided", "03-03 09:00 decided"], "03-12", *texts)
    assert one(said, "reply", "started_at", "state") == (at("03-02 09:00"), "overdue")
    found = said.findings.sort("raised_at").select("clause", "raised_at").rows()
    assert found == [("order", at("03-02 09:00")), ("order", at("03-03 09:00")), ("twice", at("03-03 09:00")),
                     ("reply", at("03-10 00:00"))]  # fmt: skip


def ruling(name: str, **raw: Any) -> Ruling:
    model = Promise if "on" in raw else Constraint
    clause = model.model_validate({"zh": name, "level": "broken"} | raw if model is Constraint else {"zh": name} | raw)
    return Ruling("test", model.__name__.lower(), name, (Edition(date(2009, 1, 1), None, clause),))


def layers(*rulings: Ruling) -> list[list[str]]:
    return [sorted(one.id for one in layer) for layer in strata(rulings)]


DEEMS = {"within": "1 day", "silence": {"means": "accepted"}}


def test_what_a_clause_starts_from_is_read_before_it_whatever_their_order() -> None:
    first = ruling("first", on="received", until="refused", **DEEMS)
    second = ruling("second", on="accepted", until="decided", within="1 day")
    third = ruling("third", on={"event": "lapsed", "clause": "second"}, until="told", within="1 day")
    beside = ruling("beside", rule="absence", event="noted")
    for order in ((first, second, third, beside), (third, beside, second, first)):
        assert layers(*order) == [["beside", "first"], ["second"], ["third"]]


@pytest.mark.parametrize("word", ["lapsed", "raised", "found"])
def test_a_clause_that_reads_a_reserved_event_of_none_in_particular_comes_after_all(word: str) -> None:
    reads = ruling("reads", on=word, until="told", within="1 day")
    assert layers(reads, ruling("one", on="a", until="b", within="1 day"), ruling("two", rule="absence", event="a")) == [
        ["one", "two"], ["reads"]]  # fmt: skip


def test_clauses_that_start_from_each_other_are_refused_by_name() -> None:
    one_way = ruling("one-way", on={"event": "lapsed", "clause": "other-way"}, until="x", within="1 day")
    other_way = ruling("other-way", on="a", until={"event": "raised", "clause": "one-way"}, within="1 day")
    with pytest.raises(Circle, match=r"in a circle: test/one-way, test/other-way$") as refused:
        strata([one_way, other_way, ruling("innocent", on="a", until="b", within="1 day")])
    assert refused.value.names == ["test/one-way", "test/other-way"]


def test_two_silences_that_answer_each_other_are_a_circle() -> None:
    ping = Text.always("ping", "promise", on="pong", until="x", within="1 day", silence={"means": "ping"})
    pong = Text.always("pong", "promise", on="ping", until="x", within="1 day", silence={"means": "pong"})
    with pytest.raises(Circle):
        says(["03-02 ping"], "03-20", ping, pong)


def test_clauses_on_other_kinds_of_case_and_those_that_ask_for_real_events_make_no_circle() -> None:
    deems = ruling("deems", on="received", until={"event": "accepted", "deemed": False}, **DEEMS)
    assert layers(deems) == [["deems"]]
    here = ruling(
        "here", on="pong", until="x", within="1 day", silence={"means": "ping"}, **{"for": {"kind": "permit"}}
    )
    there = ruling(
        "there", on="ping", until="x", within="1 day", silence={"means": "pong"}, **{"for": {"kind": "ticket"}}
    )
    assert layers(here, there) == [["here", "there"]]


TICKET = Text.always(
    "ticket", "flow", opens="received", ends=["replied"],
    fields={"to": "unit", "clerk": "person"},
    holder={"received": "unit", "sent": "to", "taken": "clerk", "back": "unit"},
)  # fmt: skip


def held(events: list[Any], as_of: str, *texts: Text) -> list[tuple[Any, ...]]:
    log = history(events, as_of)
    ticket = History(log.events, [{"case_id": "c", "kind": "ticket"}], log.as_of)
    said = evaluate(ticket.log(), Custom().rules([TICKET, *texts]), as_of=log.as_of)
    return said.holdings.sort("from").select("unit", "actor", "from", "to", "used").rows()


def test_a_case_is_held_from_one_named_event_to_the_next_and_the_last_until_it_ends() -> None:
    centre = {"unit": "centre"}
    events = [("03-06 10:00 received", centre), ("03-09 09:00 sent", {"to": "fire"}), "03-10 noted", ("03-12 09:00 back", centre),
              ("03-13 09:00 sent", {"to": "water"}), ("03-20 replied", {"unit": "water"})]  # fmt: skip
    assert held(events, "03-31") == [
        ("centre", None, at("03-06 10:00"), at("03-09 09:00"), 1),
        ("fire", None, at("03-09 09:00"), at("03-12 09:00"), 3),
        ("centre", None, at("03-12 09:00"), at("03-13 09:00"), 1),
        ("water", None, at("03-13 09:00"), at("03-20"), 5),
    ]
    assert held(events, "03-16")[-1] == ("water", None, at("03-13 09:00"), None, 1)


def test_a_person_may_hold_and_rest_days_use_nothing() -> None:
    events = [("02-13 10:00 received", {"unit": "centre"}), ("02-14 10:00 taken", {"clerk": "wang"})]
    assert held(events, "02-23") == [
        ("centre", None, at("02-13 10:00"), at("02-14 10:00"), 1),
        (None, "wang", at("02-14 10:00"), None, 0),
    ]


def test_nobody_holds_a_case_whose_flow_names_no_holder_or_whose_event_names_nobody() -> None:
    assert says(["03-02 accepted", "03-03 noted"], "03-20", DECIDE).holdings.is_empty()
    assert held(["03-03 noted"], "03-20") == []
    rows = held([("03-02 received", {"unit": None, "to": None})], "03-04")
    assert [(unit, actor) for unit, actor, *_ in rows] in ([], [(None, None)])


def test_the_holder_at_the_lapse_answers_and_not_whoever_holds_it_later() -> None:
    reply = promise("reply", "received", "replied", levels=LATE)
    events = [
        ("03-02 received", {"unit": "centre"}),
        ("03-09 23:59 sent", {"to": "fire"}),
        ("03-10 09:00 sent", {"to": "water"}),
    ]
    log = history(events, "03-20")
    ticket = History(log.events, [{"case_id": "c", "kind": "ticket"}], log.as_of)
    said = evaluate(ticket.log(), Custom().rules([TICKET, reply]), as_of=log.as_of)
    assert said.findings["unit"].to_list() == ["fire"]


def test_only_what_happened_by_then_exists() -> None:
    events = ["03-02 accepted", "03-06 12:00 decided"]
    for as_of, state in ((at("03-06 12:00") - NEXT, "running"), (at("03-06 12:00"), "kept")):
        assert one(says(events, as_of, DECIDE), "decide", "state") == state


def test_only_what_was_recorded_by_then_is_known_and_it_counts_from_when_it_happened() -> None:
    five = promise("decide", "accepted", "decided", levels=LATE)
    events = ["03-02 accepted", ("03-06 decided", {"recorded_at": at("03-12 09:00")})]
    unknown = says(events, "03-20", five, known_at="03-11")
    assert one(unknown, "decide", "state") == "overdue"
    assert unknown.findings["raised_at"].to_list() == [at("03-10 00:00")]
    for known_at in ("03-12", None):
        said = says(events, "03-20", five, known_at=known_at)
        assert one(said, "decide", "state", "ended_at") == ("kept", at("03-06"))
        assert said.findings.is_empty()


def test_an_opener_recorded_late_is_not_there_before() -> None:
    events = [("03-02 accepted", {"recorded_at": at("03-12 09:00")})]
    assert clocks(says(events, "03-20", DECIDE, known_at="03-11"), "decide") == []
    assert one(says(events, "03-20", DECIDE, known_at="03-12"), "decide", "started_at") == at("03-02")


def test_a_silence_that_was_broken_unrecorded_holds_until_the_record_comes() -> None:
    events = [*RECEIVED, ("03-04 refused", {"recorded_at": at("03-12 09:00")})]
    assert one(says(events, "03-20", accept("start"), DECIDE, known_at="03-11"), "accept", "state") == "deemed"
    known = says(events, "03-20", accept("start"), DECIDE, known_at="03-12")
    assert one(known, "accept", "state") == "kept"
    assert clocks(known, "decide") == []


@pytest.mark.parametrize("fields", [{"kind": "visit"}, {}])
def test_a_clause_speaks_of_the_kind_a_case_or_its_event_says_it_is(fields: dict[str, Any]) -> None:
    of_visits = promise("visits", "received", "decided", **{"for": {"kind": "visit"}})
    of_permits = promise("permits", "received", "decided", **{"for": {"kind": "permit"}})
    said = says([("03-02 15:00 received", fields)], "03-20", of_visits, of_permits)
    assert said.clocks["clause"].to_list() == (["visits"] if fields else ["permits"])


def test_texts_that_take_turns_each_say_their_own() -> None:
    short, long = (promise("p", "received", "decided", within) for within in ("1 workday", "5 workdays"))
    dues = [one(says(RECEIVED, "03-20", text), "p", "due_at") for text in (short, long, short, long)]
    assert dues == [end("03-03"), end("03-09")] * 2
