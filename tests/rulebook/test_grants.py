"""Decision tables whose rows stand in a file or a register, and grants with a number, a term and benefits."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from tests.rulebook.conftest import Town
from yinuo.city.texts.archive import packed, unpacked
from yinuo.engine.decisions import decide
from yinuo.engine.log import Log
from yinuo.rulebook.loader import load_pack
from yinuo.rulebook.mutation import survivors
from yinuo.rulebook.refusals import PackRefused

FILED = """
[version.table.fee]
zh = "资费"
for = { kind = "letter" }
on = "received"
rows_from = "fee.csv"
otherwise = { topic = "none" }
"""
ROWS = "when.urgent,when.colour,then.topic,zh\ntrue,红;蓝,fast,急\nfalse,红,slow,\n"
BOOKED = """
[version.register.rate]
zh = "资费簿"
key = ["colour"]
enter = "clerk"
level = "yellow"
strike = { by = "clerk" }
fields = { colour = "text!", price = "text!" }

[version.table.fee]
zh = "资费"
for = { kind = "letter" }
on = "received"
gives = "answered"
rows_from = { register = "rate", on = { colour = "colour" }, then = { topic = "price" } }
level = "yellow"
grant = {}
"""
STORY = """
[[story]]
name = "fees"
zh = "资费"
case = { kind = "letter" }
today = 2026-03-04
events = [
  { case = "a", at = 2026-03-02T10:00:00, do = "received", urgent = true, colour = "蓝" },
  { case = "b", at = 2026-03-02T10:00:00, do = "received", urgent = false, colour = "红" },
  { case = "c", at = 2026-03-02T10:00:00, do = "received", urgent = false, colour = "蓝" },
]
expect.decisions = [
  { case_id = "a", clause = "fee", row = 1, results = '{"topic": "fast"}' },
  { case_id = "b", clause = "fee", row = 2, results = '{"topic": "slow"}' },
  { case_id = "c", clause = "fee", row = { known = false }, results = '{"topic": "none"}' },
]
"""
BOOK_STORY = """
[[story]]
name = "fees"
zh = "资费"
case = { kind = "letter", colour = "红" }
today = 2026-03-04
tables.rate = [{ id = "r", colour = "红", price = "十元" }]
events = [
  { case = "right", at = 2026-03-02T10:00:00, do = "received" },
  { case = "right", at = 2026-03-03T10:00:00, do = "answered", topic = "十元" },
  { case = "wrong", at = 2026-03-02T10:00:00, do = "received" },
  { case = "wrong", at = 2026-03-03T10:00:00, do = "answered", topic = "五元" },
]
expect.decisions = [{ case_id = "right", clause = "fee", row = 1, results = '{"topic": "十元"}' }, { case_id = "wrong", clause = "fee", row = 1 }]
expect.findings = [{ case_id = "wrong", clause = "fee.given", level = "yellow", raised = 2026-03-03 }]
"""
CARD = """
[version.table.card]
zh = "金卡"
for = { kind = "letter" }
on = "received"
gives = "answered"
rows = [{ when = { urgent = true } }]
level = "yellow"
grant = { number = { field = "topic", as = "JK-{year}-{seq:4}" }, valid = "1 year", ends = "ran_out" }
"""


def with_rows(town: Town, rows: str = ROWS) -> Town:
    town.add(FILED)
    town.files["institutions/letters/fee.csv"] = rows
    town.files["institutions/letters/stories.toml"] += STORY
    return town


def test_rows_in_a_file_decide_as_if_they_stood_in_the_text(town: Town):
    assert [error for error in with_rows(town).problems() if "fee" in error.message] == []


def test_rows_of_a_register_decide_and_hold_the_giving_to_what_they_say(town: Town):
    town.add(BOOKED)
    town.files["institutions/letters/stories.toml"] += BOOK_STORY
    assert [str(error) for error in town.problems() if "fees" in error.message] == []


def test_of_several_entries_in_force_the_newest_gives_the_result_and_numbers_are_equal_as_numbers(town: Town):
    """A number of the book (5.0) is the whole number that was asked (5); none in force gives nothing."""
    booked = BOOKED.replace('colour = "text!", price', 'colour = "text!", size = "number", price')
    town.add(booked.replace('on = { colour = "colour" }', 'on = { size = "pages" }'))
    town.policy('topic = "text"', 'topic = "text", pages = "int"')
    moment = datetime(2026, 3, 2, 2, tzinfo=UTC)
    events = [
        {"case_id": name, "activity": "received", "at": moment, "event_id": name, "pages": pages}
        for name, pages in (("five", 5), ("six", 6))
    ]
    cases = pl.DataFrame({"case_id": ["five", "six"], "kind": ["letter", "letter"]})
    rates = pl.DataFrame({
        "id": ["new", "old", "past"], "from": [date(2026, 2, 1), date(2026, 1, 1), date(2025, 1, 1)],
        "until": [None, None, date(2026, 1, 1)], "size": [5.0, 5.0, 5.0], "price": ["十元", "八元", "五元"],
    })  # fmt: skip
    rules = town.load().rules
    found = decide(Log(pl.DataFrame(events), cases, {"rate": rates}), rules, as_of=datetime(2026, 3, 9, tzinfo=UTC))
    assert found.select("case_id", "row", "results").rows() == [("five", 1, '{"topic": "十元"}'), ("six", None, "{}")]


@pytest.mark.parametrize(
    ("rows", "line", "message"),
    [
        (ROWS.replace("when.urgent", "wenn.urgent"), 1, '"wenn.urgent" says nothing'),
        (ROWS.replace("true,红;蓝", "true"), 2, "has 3 cells, the first line 4"),
        (ROWS + ",,none,\n", 4, "the row says not when it holds"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_with_its_line(town: Town, rows: str, line: int, message: str):
    (error,) = with_rows(town, rows).problems()[:1]
    assert (error.path.name, error.line) == ("fee.csv", line)
    assert message in error.message
    assert error.remedy


def test_a_file_counts_as_one_number(town: Town):
    town.add(FILED.replace('for = { kind = "letter" }\n', ""))
    town.policy('topic = "text"', 'topic = "text", pages = "int"')
    town.files["institutions/letters/fee.csv"] = "when.pages.min,then.topic\n10,long\n"
    town.files["institutions/letters/stories.toml"] += STORY[: STORY.index("events")].replace("fees", "pages") + (
        'events = [{ at = 2026-03-02T10:00:00, do = "received", pages = 12 }]\n'
        """expect.decisions = [{ clause = "fee", row = 1, results = '{"topic": "long"}' }]\n"""
    )
    left = [error.message for error in survivors(town.load()) if error is not None]
    assert [one for one in left if "fee.csv" in one] == [
        "no story notices when fee: all numbers of fee.csv change by +1",
        "no story notices when fee: all numbers of fee.csv change by -1",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "../letters/fee.csv",
        "/etc/passwd",
        "/srv/fee.csv",
        "fee.txt",
        "sub/fee.csv",
        ".csv",
        "fee.csv\\u0000",
        "..\\\\fee.csv",
    ],
)
def test_a_text_reads_no_file_but_one_of_its_own_institution(town: Town, name: str):
    with_rows(town).policy('rows_from = "fee.csv"', f'rows_from = "{name}"')
    policy = town.files["institutions/letters/policy.toml"]
    (error,) = [one for one in town.problems() if "is no file of this institution" in one.message]
    assert error.path.name == "policy.toml"
    assert policy.splitlines()[error.line - 1].startswith("rows_from")
    assert "in the institution's own folder" in error.remedy


def test_a_link_to_a_file_elsewhere_is_no_file_of_the_institution(town: Town, tmp_path: Path):
    secret = tmp_path / "secret.csv"
    secret.write_text(ROWS, "utf-8")
    root = with_rows(town).load().root
    beside = root / "institutions" / "letters" / "fee.csv"
    beside.unlink()
    beside.symlink_to(secret)
    with pytest.raises(PackRefused, match="is no file of this institution"):
        load_pack(root)


def test_a_file_of_rows_is_part_of_the_digest_and_of_what_is_installed(town: Town, tmp_path: Path):
    pack = with_rows(town).load()
    record = packed(pack)
    assert record["packs"]["town"]["institutions/letters/fee.csv"] == ROWS
    assert unpacked(record, tmp_path / "texts").digest == pack.digest
    town.files["institutions/letters/fee.csv"] = ROWS.replace("fast", "quick")
    assert town.load().digest != pack.digest


def test_a_cell_is_read_by_the_type_of_its_field_and_not_by_its_look(town: Town):
    """A topic "2026" is text, a colour "红" one of the field's words, days "5 workdays" a limit."""
    rows = "when.topic,when.days.max,when.told_on.min,then.topic\n2026;true,5 workdays,2026-03-02,a;b\n"
    with_rows(town, rows)
    town.files["institutions/letters/stories.toml"] = town.files["institutions/letters/stories.toml"].replace(STORY, "")
    (table,) = town.load().rules.of_kind("table")
    (row,) = table.editions[0].clause.rows
    ((tests,),) = [row.when.any_of]
    assert dict(tests)["topic"].equal == ("2026", "true")
    assert dict(tests)["told_on"].min == date(2026, 3, 2)
    assert row.then == {"topic": "a;b"}


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("true,红", "yes,红", 2, 'when.urgent: "yes" is no bool → write true or false'),
        ("true,红", "1,红", 2, 'when.urgent: "1" is no bool → write true or false'),
        ("false,红", "false,绿", 3, 'when.colour: "绿" is no choice'),
    ],
)
def test_a_cell_that_is_none_of_its_field_is_named_with_file_and_line(
    town: Town, old: str, new: str, line: int, message: str
):
    found = with_rows(town, ROWS.replace(old, new)).problems()
    (error,) = [one for one in found if one.path.name == "fee.csv"]
    assert error.line == line
    assert message in f"{error.message} → {error.remedy}"


WRONG = [
    (FILED, 'rows_from = "fee.csv"', 'rows_from = "fees.csv"', "there is no such file beside the text"),
    (FILED, 'rows_from = "fee.csv"', 'rows_from = "fee.csv"\nrows = [{ when = { urgent = true }, then = { topic = "x" } }]',
     "rows stand here and elsewhere → keep one of rows and rows_from"),
    (BOOKED, 'register = "rate"', 'register = "rates"', 'there is no register "rates" → did you mean "rate"?'),
    (BOOKED, 'topic = "price"', 'topic = "prise"', 'the register has no field "prise" → did you mean "price"?'),
    (CARD, "{seq:4}", "", "every number would be the same"),
    (CARD, "{year}", "{town}", "a number has no {town}"),
    (CARD, 'field = "topic"', 'field = "days"', 'the field "days" is of type limit → it must be of type text'),
    (CARD, ', ends = "ran_out"', "", "nothing says that it has run out"),
    (CARD, 'valid = "1 year", ', "", "what has no end neither runs out nor is renewed"),
    (CARD, 'ends = "ran_out"', 'ends = "ran_out", benefits = ["优先"]', "nothing says when a benefit is used"),
    (CARD, 'ends = "ran_out"', 'ends = "ran_out", uses = ["benefited"]', 'names the activity "benefited"'),
]  # fmt: skip


@pytest.mark.parametrize(("clause", "old", "new", "message"), WRONG, ids=[f"{old}: {new}" for _, old, new, _ in WRONG])
def test_what_cannot_be_meant_is_refused_with_its_place_and_a_remedy(
    town: Town, clause: str, old: str, new: str, message: str
):
    assert old in clause
    town.add(clause.replace(old, new, 1))
    town.files["institutions/letters/fee.csv"] = ROWS
    errors = [f"{error.message} → {error.remedy}" for error in town.problems() if not error.warning]
    assert any(message in error for error in errors), errors
