"""Rows become events and cases: moments, case columns, openings, ends, constants, vocabulary, types."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from yinuo.logs import LogError

CASES = "id,type,opened,closed,target\n"
TICKETS = {
    "table": "cases",
    "case_id": "id",
    "item": "type",
    "kind": {"value": "ticket"},
    "fields": {"target": "target"},
    "event": [{"do": "opened", "at": "opened"}, {"do": "closed", "at": "closed"}],
    "zone": "UTC",
}
TURNS = {"ticket": ("opened", "closed")}


def said(found) -> list[tuple[str, str, str, int | None]]:
    events = found.log.events.sort("case_id", "at", "sequence")
    days = events["at"].dt.strftime("%m-%d").to_list()
    return list(zip(events["case_id"], events["activity"], days, events["sequence"], strict=True))


def test_a_table_of_cases_gives_an_event_per_moment_and_none_for_an_empty_cell(read, csv):
    text = CASES + "1,pothole,2026-01-05T09:00:00,2026-01-07T09:00:00,2026-01-08\n2,tree,2026-01-05T09:00:00,,\n"
    found = read(csv(text), types={"target": "date"}, **TICKETS)
    assert said(found) == [("1", "opened", "01-05", 0), ("1", "closed", "01-07", 1), ("2", "opened", "01-05", 0)]
    assert found.log.cases.to_dicts()[0] == {
        "case_id": "1", "kind": "ticket", "item": "pothole", "unit": None, "region": None, "target": date(2026, 1, 8),
    }  # fmt: skip


def test_a_bad_end_loses_only_itself_and_a_bad_opening_its_case(read, csv):
    text = CASES + "1,a,2026-01-05T09:00:00,soon,\n2,a,never,2026-01-06T09:00:00,\n3,a,2026-01-05T09:00:00,,\n"
    found = read(csv(text), types={"target": "date"}, turns=TURNS, **TICKETS)
    assert [one[:2] for one in said(found)] == [("1", "opened"), ("3", "opened")]
    assert found.log.cases["case_id"].to_list() == ["1", "3"]
    assert found.rejected.select("line", "case_id", "column", "value").rows() == [
        (2, "1", "closed", "soon"), (3, "2", "opened", "never")
    ]  # fmt: skip


def test_a_field_that_cannot_be_read_rejects_its_case(read, csv):
    text = CASES + "1,a,2026-01-05T09:00:00,,tomorrow\n2,a,2026-01-05T09:00:00,,2026-01-09\n"
    found = read(csv(text), types={"target": "date"}, turns=TURNS, **TICKETS)
    assert found.log.cases["case_id"].to_list() == ["2"]
    assert found.rejected.row(0)[2:5] == ("target", "tomorrow", "not a date between 1900 and 2199")


def test_an_end_before_its_start_is_rejected_or_read_directly_after_it(read, csv):
    text = CASES + "1,a,2026-01-05T09:00:00,2026-01-04T09:00:00,\n2,a,2026-01-05T09:00:00,2026-01-06T09:00:00,\n"
    path = csv(text)
    rejected = read(path, types={"target": "date"}, turns=TURNS, **TICKETS)
    assert said(rejected) == [("1", "opened", "01-05", 0), ("2", "opened", "01-05", 0), ("2", "closed", "01-06", 1)]
    assert rejected.rejected.rows() == [(2, "1", "closed", "2026-01-04T09:00:00", "an end before its start", False)]
    moved = read(path, types={"target": "date"}, turns=TURNS, backwards="end_at_start", **TICKETS)
    assert said(moved)[:2] == [("1", "opened", "01-05", 0), ("1", "closed", "01-05", 1)]
    assert moved.rejected["kept"].to_list() == [True]
    assert moved.counts["rejected"] == 0


def test_a_case_that_reopens_is_not_backwards(read, csv):
    text = "case_id,activity,at,kind\n" + "".join(
        f"1,{activity},2026-01-{day:02}T09:00:00,ticket\n"
        for activity, day in (("opened", 1), ("closed", 2), ("opened", 3))
    )
    assert not len(read(csv(text), turns=TURNS).rejected)


def test_openings_and_ends_are_those_of_the_kind(read, csv):
    text = (
        "case_id,activity,at,kind\n"
        "1,opened,2026-01-05T09:00:00,ticket\n1,closed,2026-01-04T09:00:00,ticket\n"
        "2,opened,2026-01-05T09:00:00,permit\n2,closed,2026-01-04T09:00:00,permit\n3,opened,x,permit\n3,other,2026-01-04T09:00:00,permit\n"
    )
    found = read(csv(text), turns=TURNS | {"permit": ("received", "decided")})
    assert [(row["case_id"], row["activity"]) for row in found.log.events.sort("case_id", "at").to_dicts()] == [
        ("1", "opened"), ("2", "closed"), ("2", "opened"), ("3", "other")
    ]  # fmt: skip


def test_rejecting_the_opener_lists_every_row_of_its_case(read, csv):
    text = "case_id,activity,at,kind\n1,opened,x,ticket\n1,closed,2026-01-04T09:00:00,ticket\n2,opened,2026-01-04T09:00:00,ticket\n"
    found = read(csv(text), turns=TURNS)
    assert found.rejected.select("line", "reason").rows() == [
        (2, "not a time in ISO 8601 (such as 2026-02-11 09:30:00+08:00)"),
        (3, "its case is rejected: see line 2"),
    ]
    assert found.log.cases["case_id"].to_list() == ["2"]


def test_moments_in_a_table_of_events_come_once_per_case_and_before_the_rows(read, csv):
    text = (
        "case_id,activity,at,case:start,case:end\n"
        "1,noted,2026-01-05T09:00:00,2026-01-05T09:00:00,\n1,asked,2026-01-06T09:00:00,2026-01-05T09:00:00,\n"
        "2,noted,2026-01-05T09:00:00,2026-01-05T09:00:00,2026-01-09T09:00:00\n"
    )
    moments = [{"do": "received", "at": "case:start"}, {"do": "decided", "at": "case:end"}]
    assert said(read(csv(text), event=moments)) == [
        ("1", "received", "01-05", -2), ("1", "noted", "01-05", 0), ("1", "asked", "01-06", 0),
        ("2", "received", "01-05", -2), ("2", "noted", "01-05", 0), ("2", "decided", "01-09", -1),
    ]  # fmt: skip


def test_a_row_with_neither_activity_nor_time_is_its_case_alone(read, csv):
    text = "case_id,activity,at,case:item\n1,a,2026-01-05T09:00:00,x\n2,,,y\n3,a,,x\n4,,2026-01-05T09:00:00,x\n"
    found = read(csv(text))
    assert found.log.cases.select("case_id", "item").rows() == [("1", "x"), ("2", "y"), ("3", "x"), ("4", "x")]
    assert found.counts["events"] == 1
    assert found.rejected.select("line", "reason").rows() == [(4, "no time"), (5, "no activity")]


def test_the_order_of_rows_says_nothing_even_where_case_columns_vary(read, csv):
    lines = [
        f"{case},a,2026-01-{day:02}T09:00:00,{item},{item}2\n"
        for case in "12"
        for day, item in ((3, "q"), (1, "z"), (2, "b"))
    ]
    head = "case_id,activity,at,case:item,case:place\n"
    forth = read(csv(head + "".join(lines)))
    back = read(csv(head + "".join(reversed(lines))))
    assert forth.log.cases.sort("case_id").equals(back.log.cases.sort("case_id"))
    assert forth.log.cases.select("item", "place").rows() == [("z", "z2")] * 2


def test_a_case_on_two_rows_that_differ_is_rejected_and_on_two_equal_ones_read(read, csv):
    text = (
        CASES
        + "1,a,2026-01-05T09:00:00,,\n1,a,2026-01-05T09:00:00,,\n2,a,2026-01-05T09:00:00,,\n2,b,2026-01-05T09:00:00,,\n"
    )
    found = read(csv(text), **TICKETS)
    assert found.log.cases["case_id"].to_list() == ["1"]
    assert found.rejected.select("line", "reason").rows() == [
        (4, "the case id stands on several rows that differ"), (5, "the case id stands on several rows that differ")
    ]  # fmt: skip


def test_vocabulary_puts_their_words_into_ours(read, csv):
    text = "case_id,activity,at,unit,case:channel,case:lead\n1,受理,2026-01-05T09:00:00,PWDx,Self Service,PWDx\n1,other,2026-01-05T09:00:00,q,Self Service,PWDx\n"
    words = {
        "activities": {"受理": "accepted"}, "units": {"PWDx": "public-works"}, "values": {"channel": {"Self Service": "web"}}
    }  # fmt: skip
    found = read(csv(text), types={"channel": "choice", "lead": "unit"}, vocabulary=words)
    assert found.log.events.select("activity", "unit").rows() == [("accepted", "public-works"), ("other", "q")]
    assert found.log.cases.select("channel", "lead").rows() == [("web", "public-works")]


def test_fields_take_the_type_of_their_flow(read, csv):
    text = (
        "case_id,activity,at,n,i,y,b,d,m,l,limit,t\n"
        '1,a,2026-01-05T09:00:00,1.5,7,2026,true,2026-01-05T23:00:00Z,2026-01-05T09:00:00,"[""x"",""y""]",5 workdays,007\n'
        "1,b,2026-01-05T09:00:00,,,,,,,x,,\n"
    )
    types = {
        "n": "number", "i": "int", "y": "year", "b": "bool", "d": "date", "m": "moment",
        "l": "list:unit", "limit": "limit", "t": "text",
    }  # fmt: skip
    found = read(csv(text), types=types)
    first, second = found.log.events.to_dicts()
    assert (first["n"], first["i"], first["y"], first["b"], first["d"]) == (1.5, 7, 2026, True, date(2026, 1, 6))
    assert (first["l"], first["limit"], first["t"], first["m"].isoformat()) == (
        ["x", "y"], "5 workdays", "007", "2026-01-05T01:00:00+00:00"
    )  # fmt: skip
    assert second["l"] == ["x"]
    assert second["n"] is None


@pytest.mark.parametrize(
    ("word", "cell"),
    [
        ("number", "1.000,5"), ("number", "nan"), ("money", "¥5"), ("int", "1.5"), ("year", "MMXX"), ("bool", "yes"),
        ("date", "1.2.2026"), ("date", "9999-12-31"), ("moment", "noon"), ("limit", "5 werkdagen"), ("list:text", "[1"),
    ],
)  # fmt: skip
def test_a_value_of_another_type_rejects_its_event(read, csv, word, cell):
    quoted = '"' + cell.replace('"', '""') + '"'
    text = f"case_id,activity,at,f\n1,a,2026-01-05T09:00:00,{quoted}\n1,b,2026-01-05T09:00:00,\n"
    found = read(csv(text), types={"f": word})
    assert found.log.events["activity"].to_list() == ["b"]
    assert found.rejected.select("column", "value").rows() == [("f", cell)]


def test_what_cannot_be_a_name_is_refused(read, tmp_path):
    path = tmp_path / "log.parquet"
    pl.DataFrame({"case_id": [1.5], "activity": ["b"], "at": ["2026-01-05T09:00:00"]}).write_parquet(path)
    with pytest.raises(LogError, match=r'"case_id" holds Float64 where names are needed'):
        read(path)


def test_numbers_and_categories_are_names(read, tmp_path):
    path = tmp_path / "log.parquet"
    frame = pl.DataFrame({"case_id": [17], "activity": ["b"], "at": ["2026-01-05T09:00:00"]})
    frame.with_columns(pl.col("activity").cast(pl.Categorical)).write_parquet(path)
    found = read(path)
    assert found.log.events.select("case_id", "activity").rows() == [("17", "b")]


def test_missing_columns_are_named_with_what_there_is(read, csv):
    path = csv("case,activity,at\n1,a,2026-01-05T09:00:00\n")
    with pytest.raises(
        LogError, match=r"no column is known to hold case_id.*Its columns are: case, activity, at.*\[log\]"
    ):
        read(path)
    with pytest.raises(LogError, match=r'there is no column "cases" \(is it "case"\?\)'):
        read(path, case_id="cases")
    with pytest.raises(LogError, match=r'there is no column "TARGET"'):
        read(path, case_id="case", fields={"target": "TARGET"})


def test_a_field_mapped_to_its_own_name_may_be_absent(read, csv):
    assert read(csv("case_id,activity,at\n1,a,2026-01-05T09:00:00\n"), fields={"note": "note"}).counts["events"] == 1


def test_ids_of_events_have_no_place_in_a_table_of_cases(read, csv):
    with pytest.raises(LogError, match=r"event_id.*one row per case"):
        read(csv(CASES + "1,a,2026-01-05T09:00:00,,\n"), **(TICKETS | {"event_id": "id"}))


def test_constants_and_own_columns_of_moments(read, csv):
    text = "id,opened,by,closed,closer\n1,2026-01-05T09:00:00,wang,2026-01-06T09:00:00,li\n"
    found = read(
        csv(text), table="cases", case_id="id", unit={"value": "hall"},
        event=[{"do": "opened", "at": "opened", "actor": "by"}, {"do": "closed", "at": "closed", "actor": "closer"}],
    )  # fmt: skip
    assert found.log.events.sort("at")["actor"].to_list() == ["wang", "li"]
    assert found.log.cases["unit"].to_list() == ["hall"]


def test_an_end_moved_to_its_start_comes_directly_after_the_opening(read, csv):
    text = (
        "case_id,activity,at,sequence,kind\n1,closed,2026-01-04T09:00:00,1,ticket\n"
        "1,opened,2026-01-05T09:00:00,3,ticket\n1,noted,2026-01-05T09:00:00,9,ticket\n"
    )
    found = read(csv(text), turns=TURNS, backwards="end_at_start")
    events = found.log.events.sort("at", "sequence")
    assert events.select("activity", "sequence").rows() == [("opened", 3), ("closed", 4), ("noted", 9)]
    assert events["at"].n_unique() == 1
    unordered = read(csv(text.replace("sequence", "x")), turns=TURNS, backwards="end_at_start").log.events
    assert unordered.filter(activity="closed")["sequence"].to_list() == [1]
