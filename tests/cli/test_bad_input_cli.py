"""Bad input through the commands as one types them: a sentence that says what, where and what to do, or a row
that is listed; exit 0, 1 or 2 as promised; never a traceback."""

from __future__ import annotations

import gzip
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from tests.rulebook.conftest import Town
from yinuo.cli.main import app

HEAD = "case_id,kind,activity,at,unit\n"
GOOD = "a,letter,received,2026-03-02T10:00:00,民政科\na,letter,answered,2026-03-04T10:00:00,民政科\n"
XES = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0" xmlns="http://www.xes-standard.org/">\n<trace>\n'
    '<string key="concept:name" value="a"/>\n<event><string key="concept:name" value="received"/>'
    '<date key="time:timestamp" value="2026-03-02T10:00:00+08:00"/></event>\n</trace>\n</log>\n'
)


@pytest.fixture
def town(tmp_path: Path) -> Path:
    return Town(tmp_path / "town").write()


@pytest.fixture
def replay(town: Path, tmp_path: Path) -> Callable[..., Result]:
    """Write a log and replay it; anything but an orderly end is the test's failure."""

    def run(name: str, content: str | bytes, *options: str) -> Result:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return typed("replay", path, "--pack", town, *options)

    return run


def typed(*arguments: object) -> Result:
    done = CliRunner().invoke(app, [str(one) for one in arguments], env={"COLUMNS": "200"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    assert "Traceback" not in done.output
    assert done.exit_code in (0, 1, 2)
    return done


ENTITY = '<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n'
REFUSED: list[tuple[str, str | bytes, str]] = [
    ("log.csv", "", "empty"),
    ("log.csv", HEAD, "empty"),
    ("log.csv", random.Random(1).randbytes(3000), "log.csv, line"),
    ("log.parquet", random.Random(2).randbytes(3000), "no whole Parquet file"),
    ("log.csv", "case_id,activity\n1,2\n", "no column is known to hold at"),
    ("log.xes", XES[: len(XES) * 2 // 3], "no whole XES file"),
    ("log.xes", XES.replace("<log", ENTITY + "<log", 1), "entity"),
    ("log.csv.gz", gzip.compress(HEAD.encode() + b"a" * 3_000_000), "unpacks to more than"),
    ("log.csv.gz", gzip.compress(HEAD.encode() * 50)[:40], "damaged or cut short"),
    ("log.csv", gzip.compress(HEAD.encode()), "gzip"),
    ("log.docx", "x", "no format that is read"),
    ("log.csv", (HEAD + GOOD).encode("gb18030"), "--encoding gb18030"),
    ("log.csv", HEAD + "a,letter,received,soon,x\n", "line 2"),
]


@pytest.mark.parametrize(("name", "content", "says"), REFUSED, ids=range(len(REFUSED)))
def test_a_file_that_is_no_log_is_refused_by_name(replay, name: str, content: str | bytes, says: str):
    done = replay(name, content)
    assert done.exit_code == 2, done.output
    assert says in done.output
    assert "log" in done.output


def test_a_zip_bomb_is_refused(replay, tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "made.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("log.csv", HEAD.encode() + b"a" * 3_000_000)
    done = replay("log.zip", (tmp_path / "made.zip").read_bytes())
    assert done.exit_code == 2
    assert "unpacks to more than" in done.output


def test_a_bad_row_is_told_with_its_line_and_the_rest_is_judged(replay):
    done = replay("log.csv", HEAD + GOOD + "b,letter,answered,2026-02-30T10:00:00,x\n")
    assert done.exit_code == 1, done.output
    assert 'line 4, case b, at "2026-02-30T10:00:00"' in done.output
    assert "letters/answer" in done.output


def test_a_date_of_1900_is_judged_or_told(replay):
    done = replay("log.csv", HEAD + GOOD + "b,letter,received,1900-01-01T00:00:00,x\n", "--json")
    assert done.exit_code in (0, 1), done.output
    outside = replay("log.csv", HEAD + GOOD + "b,letter,received,0001-01-01T00:00:00,x\n")
    assert outside.exit_code == 1, outside.output
    assert "line 4, case b" in outside.output


def test_an_end_before_its_start_is_told(replay):
    rows = "b,letter,received,2026-03-04T10:00:00,x\nb,letter,answered,2026-03-03T10:00:00,x\n"
    done = replay("log.csv", HEAD + GOOD + rows)
    assert done.exit_code == 1, done.output
    assert "an end before its start" in done.output


def test_an_id_of_200_characters_is_kept_whole(replay, tmp_path: Path):
    long = "号" * 200
    done = replay("log.csv", HEAD + GOOD.replace("a,", f"{long},"), "--out", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    assert pl.read_parquet(tmp_path / "out" / "clocks.parquet")["case_id"].unique().to_list() == [long]
    assert long in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_what_looks_like_markup_or_a_formula_stays_text(replay, tmp_path: Path):
    nasty = "<script>alert(1)</script>[red]=1+1"
    done = replay("log.csv", HEAD + GOOD.replace("a,", f"{nasty},"), "--out", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    assert "<script>alert(1)" not in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_a_hundred_thousand_events_in_one_case(replay):
    rows = "".join(
        f"a,letter,asked,2026-03-02T10:{second // 60 % 60:02}:{second % 60:02},x\n" for second in range(3600)
    )
    done = replay("log.csv", HEAD + GOOD + rows * 30, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["log"]["events"] == 108_002


@pytest.mark.parametrize(
    "moment", ["yesterday", "2026-13-01", "9999-12-31T23:59:59", "0001-01-01T00:00:00+14:00", "１"]
)
@pytest.mark.parametrize("option", ["--as-of", "--known-at"])
def test_a_moment_that_is_none_or_beyond_the_calendar_is_refused(replay, option: str, moment: str):
    done = replay("log.csv", HEAD + GOOD, option, moment)
    assert done.exit_code == 2
    assert moment in done.output


def test_a_moment_before_the_log_begins_is_told(replay):
    done = replay("log.csv", HEAD + GOOD, "--as-of", "2020-01-01")
    assert done.exit_code == 0
    assert "Nothing had happened yet" in done.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("replay", "no-such.csv", "--pack", "nl-wabo"),
        ("replay", ".", "--pack", "nl-wabo"),
        ("replay", "no-such.csv", "--pack", ""),
        ("replay", "no-such.csv", "--pack", "."),
        ("check", "/dev/null"),
        ("stories", "nl-wabo", "no-such"),
        ("diff", "nl-wabo", "atlantis", "no-such.csv"),
        ("schema", "no-such"),
        ("due", "--calendar", "no-such", "--start", "2026-02-11", "--limit", "1 day"),
        ("due", "--calendar", "cn", "--in", "/no-such.csv", "--out", "/no-such/out.csv"),
        ("no-such-command",),
        ("replay",),
    ],
)
def test_what_is_not_there_is_refused(arguments: tuple[str, ...]):
    done = typed(*arguments)
    assert done.exit_code == 2
    assert done.output.strip()


@pytest.mark.parametrize(
    ("start", "limit", "says"),
    [
        ("2026-02-11", "99999 workdays", "longer than a hundred years"),
        ("2026-02-11", "9" * 30 + " workdays", "longer than a hundred years"),
        ("2026-02-11", "101 years", "longer than a hundred years"),
        ("2180-02-11", "20000 workdays", "where the calendar ends"),
        ("2180-02-11", "30 years", "where the calendar ends"),
        ("2180-02-11", "800000 hours", "where the calendar ends"),
    ],
)
def test_a_limit_that_reaches_beyond_the_calendar_is_refused(start: str, limit: str, says: str):
    done = typed("due", "--calendar", "cn", "--start", start, "--limit", limit)
    assert done.exit_code == 2
    assert says in done.output


def test_a_table_that_is_no_table_is_refused_by_due(tmp_path: Path):
    source = tmp_path / "in.csv"
    for content, says in ((b"", "columns are missing"), (b"start,limit\n\xb0\xb0,1 day\n", "not UTF-8")):
        source.write_bytes(content)
        done = typed("due", "--calendar", "cn", "--in", source, "--out", tmp_path / "out.csv")
        assert done.exit_code == 2
        assert says in done.output


def test_halves_of_working_days_end_at_noon():
    done = typed("due", "--calendar", "cn", "--start", "2026-02-11 13:00", "--limit", "4 half-workdays")
    assert done.output.startswith("due 2026-02-13 12:00:00\n")
