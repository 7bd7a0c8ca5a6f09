"""Files that are no log: each gives a sentence that says what, where and what to do; never a traceback or a hang."""

from __future__ import annotations

import gzip
import random
import sqlite3
import zipfile
from contextlib import suppress

import polars as pl
import pytest

from yinuo.engine.log import Log
from yinuo.logs import LogError, write_log
from yinuo.logs.unpack import Allowance

EVENT = "case_id,activity,at\nc,a,2026-01-05T09:00:00Z\n"
XES = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0" xmlns="http://www.xes-standard.org/">\n<trace>\n'
    '<string key="concept:name" value="c"/>\n<event><string key="concept:name" value="a"/>'
    '<date key="time:timestamp" value="2026-01-05T09:00:00Z"/></event>\n</trace>\n</log>\n'
)
FORMATS = ["csv", "parquet", "xes", "json", "jsonocel", "sqlite", "jsonl", "ndjson", "csv.gz", "xes.gz", "zip"]


@pytest.fixture
def file(tmp_path):
    def written(name: str, content: bytes | str):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


@pytest.mark.parametrize("ending", FORMATS)
def test_an_empty_file(read, file, ending):
    with pytest.raises(LogError, match=r"log.*(empty|damaged)"):
        read(file(f"log.{ending}", b""))


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize(
    "seed", [b"\x00\x01\xfe\xff", b"\x89PNG\r\n\x1a\n", b"PAR1", b"\x1f\x8b\x08\x00", b"{[(", b"a,b\n"]
)
def test_garbage(read, file, ending, seed):
    with pytest.raises(LogError, match=r"log"):
        read(file(f"log.{ending}", seed + bytes(range(256)) * 40))


def test_garbage_never_gets_past_as_csv(read, file):
    for seed in range(20):
        with pytest.raises(LogError, match=r"log.csv, line"):
            read(file("log.csv", random.Random(seed).randbytes(3000)))


def test_a_header_alone(read, file):
    with pytest.raises(LogError, match=r"the log is empty"):
        read(file("log.csv", "case_id,activity,at\n"))


def test_a_log_of_which_no_event_can_be_read_says_the_first_reason(read, file):
    with pytest.raises(LogError, match=r'not one event.*line 2, column "at": not a time in ISO 8601.*\'soon\''):
        read(file("log.csv", "case_id,activity,at\nc,a,soon\n"))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_xes_names_its_line(read, file, share):
    with pytest.raises(LogError, match=r"log.xes, line \d+: this is no whole XES file"):
        read(file("log.xes", XES[: int(len(XES) * share)]))


def test_a_truncated_gzip(read, file):
    packed = gzip.compress(XES.encode() * 3)
    with pytest.raises(LogError, match=r"damaged or cut short"):
        read(file("log.xes.gz", packed[: len(packed) // 2]))


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE log SYSTEM "http://localhost/xes.dtd">',
        "<!DOCTYPE log>",
    ],
)
def test_entities_and_document_types_are_refused(read, file, declared):
    text = XES.replace("?>\n", f"?>\n{declared}\n", 1).replace('value="c"', 'value="&x;"')
    with pytest.raises(LogError, match=r"line 2: declares a document type or an entity"):
        read(file("log.xes", text))


def test_other_xml_is_no_xes(read, file):
    with pytest.raises(LogError, match=r"begins with <html>"):
        read(file("log.xes", "<html><body/></html>"))


def test_a_truncated_parquet(read, tmp_path):
    path = tmp_path / "log.parquet"
    pl.DataFrame({"case_id": ["c"] * 999, "activity": "a", "at": "2026-01-05T09:00:00Z"}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(LogError, match=r"no whole Parquet file"):
        read(path)


def test_a_parquet_without_the_columns(read, tmp_path):
    path = tmp_path / "log.parquet"
    pl.DataFrame({"x": [1]}).write_parquet(path)
    with pytest.raises(LogError, match=r"no column is known to hold case_id.*Its columns are: x"):
        read(path)


@pytest.mark.parametrize("name", ["log.csv.gz", "log.zip"])
def test_what_unpacks_to_far_too_much(read, tmp_path, name):
    path = tmp_path / name
    bomb = b"case_id,activity,at\n" + b"a" * 3_000_000
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(bomb))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("log.csv", bomb)
    with pytest.raises(LogError, match=r"unpacks to more than .* bytes .at most 200 times.*unpack it yourself"):
        read(path)
    with pytest.raises(LogError, match=r"unpacks to more than 1,000 bytes"):
        read(path, allowance=Allowance(ratio=10**6, size=1000))


def test_packed_logs_are_read(read, tmp_path):
    (tmp_path / "log.csv.gz").write_bytes(gzip.compress(EVENT.encode()))
    with zipfile.ZipFile(tmp_path / "log.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/log.xes", XES)
        archive.writestr("__MACOSX/._log.xes", b"x")
    assert read(tmp_path / "log.csv.gz").counts["events"] == 1
    assert read(tmp_path / "log.zip").counts["events"] == 1


def test_a_zip_holds_one_file_that_is_not_packed_again(read, tmp_path):
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", EVENT)
        archive.writestr("b.csv", EVENT)
    with pytest.raises(LogError, match=r"holds 2 files"):
        read(tmp_path / "two.zip")
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        archive.writestr("log.csv.gz", gzip.compress(EVENT.encode()))
    with pytest.raises(LogError, match=r"no format that is read|gzip"):
        read(tmp_path / "twice.zip")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("log.csv", b"PAR1" + b"\0" * 99, "a Parquet file"),
        ("log.json", b"SQLite format 3\0" + b"\0" * 99, "an SQLite file"),
        ("log.csv", gzip.compress(b"x", mtime=0), "a gzip file"),
        ("log.xlsx", b"PK\x03\x04" + b"\0" * 99, "a zip archive"),
    ],
)
def test_a_file_of_another_format_than_its_name(read, file, name, content, said):
    with pytest.raises(LogError, match=f"by its content this is {said}"):
        read(file(name, content))


def test_an_unknown_ending_no_file_and_a_folder(read, file, tmp_path):
    with pytest.raises(LogError, match=r'"\.docx" is no format that is read. Known: \.csv'):
        read(file("log.docx", b"hello"))
    with pytest.raises(LogError, match=r"there is no such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(LogError, match=r"is a folder"):
        read(tmp_path)


def test_half_a_character_is_refused(read, file):
    line = '{"specversion":"1.0","id":"1","source":"s","type":"a","subject":"\\ud800","time":"2026-01-05T09:00:00Z"}'
    with pytest.raises(LogError, match=r"holds half a character"):
        read(file("log.jsonl", line))


def test_a_header_with_an_open_quote_is_refused(read, file):
    with pytest.raises(LogError, match=r"line of column names has a quote"):
        read(file("log.csv", 'case_id,activity,at,"x"y\nc,a,2026-01-05T09:00:00Z,1\n'))


@pytest.mark.parametrize(
    "content", ["[]", "{}", '{"events": 1, "objects": []}', '{"events": [1], "objects": []}', "[" * 99_999]
)
def test_json_that_is_no_ocel(read, file, content):
    with pytest.raises(LogError, match=r"log.json: this is no (OCEL 2.0 log|whole JSON file)"):
        read(file("log.json", content))


def test_sqlite_that_is_no_ocel(read, tmp_path):
    path = tmp_path / "log.sqlite"
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE x (y)")
    base.commit()
    base.close()
    with pytest.raises(LogError, match=r"no whole OCEL 2.0 SQLite file .no such table"):
        read(path)


def test_lines_that_are_no_cloudevents_are_rejected_alone(read, file):
    good = '{"specversion":"1.0","id":"1","source":"s","type":"a","subject":"c","time":"2026-01-05T09:00:00Z"}'
    lines = [good, "{", '"x"', '{"id":"2"}', "", good.replace('"subject":"c",', "").replace('"1",', '"3",')]
    found = read(file("log.jsonl", "\n".join(lines)))
    assert found.counts["events"] == 1
    assert found.rejected["line"].to_list() == [2, 3, 4, 6]
    assert found.rejected["reason"][1:].to_list() == [
        "not a JSON object", "not a CloudEvent: it has no specversion, source, type", "no case id"
    ]  # fmt: skip


def test_a_million_events_in_one_case(read, tmp_path):
    path = tmp_path / "log.parquet"
    frame = pl.DataFrame({"at": pl.int_range(1_700_000_000_000_000, 1_700_001_000_000_000, 1000, eager=True)})
    frame.select(
        pl.lit("c").alias("case_id"), pl.lit("a").alias("activity"), pl.col("at").cast(pl.Datetime("us", "UTC"))
    ).write_parquet(path)
    found = read(path, turns={"k": ("a", "z")})
    assert (found.counts["events"], found.counts["cases"]) == (1_000_000, 1)


def test_a_hundred_thousand_bad_rows_are_all_listed(read, file):
    rows = "".join(f"c{n},a,{'soon' if n % 2 else '2026-01-05T09:00:00Z'}\n" for n in range(200_000))
    found = read(file("log.csv", "case_id,activity,at\n" + rows))
    assert found.counts["rejected"] == 100_000
    assert found.rejected["line"][0] == 3


def test_progress_is_told(read, file):
    seen = []
    read(file("log.xes", XES), progress=lambda done, total, what: seen.append((done, total, what)))
    assert all(0 <= done <= total for done, total, _ in seen)
    assert {what for _, _, what in seen} == {"reading log.xes", "putting the log in our words"}


@pytest.mark.parametrize("ending", ["csv", "xes", "json", "sqlite", "jsonl", "parquet"])
def test_any_damage_is_an_error_or_a_rejected_row(read, tmp_path, ending):
    rows = {
        "case_id": ["c", "d"],
        "activity": ["受理", "办结"],
        "at": ["2026-01-05T09:00:00Z"] * 2,
        "docs": [["a"], ["b"]],
    }
    events = pl.DataFrame(rows).with_columns(pl.col("at").str.to_datetime("%+"))
    log = Log(events, pl.DataFrame({"case_id": ["c", "d"], "kind": ["k", None]}))
    whole, torn = tmp_path / f"whole.{ending}", tmp_path / f"torn.{ending}"
    write_log(log, whole)
    chance = random.Random(ending)
    for _ in range(60):
        content = bytearray(whole.read_bytes())
        place, other = chance.randrange(len(content)), chance.randrange(len(content))
        piece = chance.choice([b'"', b"<", b"null", b"\n", b"\0", b"\xff", bytes(content[other : other + 20]), b""])
        content[place : place + chance.randrange(30)] = piece
        torn.write_bytes(content)
        with suppress(LogError):
            assert read(torn, types={"docs": "list:text"}).counts["events"] <= 3
