"""CSV: encodings, line numbers, rows of the wrong length."""

from __future__ import annotations

import polars as pl
import pytest

from yinuo.logs import LogError

HEAD = "case_id,activity,at,note\n"


def row(case: str = "c1", note: str = "") -> str:
    return f"{case},received,2026-01-05T09:00:00+08:00,{note}\n"


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(read, csv):
    plain = read(csv(HEAD + row(note="好"), name="a.csv"))
    dressed = read(csv("\ufeff" + (HEAD + row(note="好")).replace("\n", "\r\n"), name="b.csv"))
    assert dressed.log.events.equals(plain.log.events)
    assert plain.log.events["note"].to_list() == ["好"]


def test_a_file_without_a_last_line_end_loses_nothing(read, csv):
    assert read(csv((HEAD + row("a") + row("b"))[:-1])).counts["events"] == 2


def test_gb18030_is_read_when_said_and_refused_with_line_byte_and_option_when_not(read, csv):
    path = csv(HEAD + row() + row("c2", "补正通知"), encoding="gb18030")
    with pytest.raises(LogError, match=r"log.csv, line 3, byte \d+: 0x.. is not UTF-8.*--encoding.*\[log\]"):
        read(path)
    assert read(path, encoding="gb18030").log.events["note"].to_list() == [None, "补正通知"]
    assert read(path, override="gb18030").counts["events"] == 2


def test_the_byte_named_is_the_first_wrong_one_of_the_file(read, csv):
    content = (HEAD + row(note="好")).encode() + b"c2,received,2026-01-05T09:00:00Z,\xb2\xb9\n"
    with pytest.raises(LogError, match=f"line 3, byte {content.index(0xB2)}: 0xB2"):
        read(csv(content))


@pytest.mark.parametrize("unknown", ["gbk2312", "rot13", "hex"])
def test_an_encoding_nobody_knows_is_refused(read, csv, unknown):
    with pytest.raises(LogError, match=f'"{unknown}" is no encoding'):
        read(csv(HEAD + row()), encoding=unknown)


def test_line_numbers_count_lines_of_the_file_also_after_quoted_line_breaks(read, csv):
    text = HEAD + row("a", '"two\nlines"') + row("b", '"x, ""y"""') + ",received,2026-01-05T09:00:00Z,\n"
    found = read(csv(text))
    assert found.rejected.select("line", "column", "reason").rows() == [(5, "case_id", "no case id")]
    assert found.log.events["note"].to_list() == ["two\nlines", 'x, "y"']


def test_rows_of_the_wrong_length_are_rejected_alone(read, csv):
    text = HEAD + row("a") + "b,received\n" + row("c") + "d,received,2026-01-05T09:00:00Z,x,y\n" + row("e")
    found = read(csv(text))
    assert found.log.events["case_id"].to_list() == ["a", "c", "e"]
    assert found.rejected.select("line", "reason").rows() == [
        (3, "2 fields where the header has 4"),
        (5, "5 fields where the header has 4"),
    ]


def test_a_stray_quote_loses_no_row(read, csv):
    text = HEAD + row("a", '5" pipe') + row("b", '"q"') + row("c")
    found = read(csv(text))
    assert found.log.events["case_id"].to_list() == ["a", "b", "c"]
    assert found.log.events["note"].to_list() == ['5" pipe', "q", None]


def test_a_quote_never_closed_loses_one_row(read, csv):
    text = HEAD + row("a") + row("b", '"open') + row("c", '"q"') + row("d") + row("e", '"also open') + row("f")
    found = read(csv(text))
    assert found.log.events["case_id"].to_list() == ["a", "c", "d", "f"]
    assert found.rejected["line"].to_list() == [3, 6]
    assert "not closed" in found.rejected["reason"][0]


def test_a_quote_closed_too_early_loses_one_row(read, csv):
    found = read(csv(HEAD + row("a", '"x"y') + row("b", '"x,\n""y"""') + row("c")))
    assert found.log.events["case_id"].to_list() == ["b", "c"]
    assert found.rejected["line"].to_list() == [2]


@pytest.mark.parametrize("last", ["c", "c,received", '"c'])
def test_a_cut_last_line_is_rejected(read, csv, last):
    found = read(csv(HEAD + row("a", '"q"') + row("b") + last))
    assert found.log.cases["case_id"].to_list() == ["a", "b"]
    assert found.rejected["line"].to_list() == [4]


def test_a_quoted_header_behind_a_byte_order_mark(read, csv):
    found = read(csv('\ufeff"case_id","activity","at"\r\n"c","a","2026-01-05T09:00:00Z"\r\n'))
    assert found.counts["events"] == 1


@pytest.mark.parametrize("step", [1, 2, 3, 5, 7])
def test_blocks_of_any_size_find_the_same(read, csv, monkeypatch, step):
    text = HEAD + row("a", '"x, ""y""\n"') + row("b", '""') + ",a,2026-01-05T09:00:00Z,\n" + row("c", '"q"')
    monkeypatch.setattr("yinuo.logs.delimited._STEP", step)
    monkeypatch.setattr("yinuo.logs.delimited.read_row_by_row", None)
    found = read(csv(text))
    assert found.log.events["note"].to_list() == ['x, "y"\n', None, "q"]
    assert found.rejected["line"].to_list() == [5]


def test_blank_lines_are_no_rows(read, csv):
    found = read(csv(HEAD + "\n" + row("a") + "\n\n" + ",x,2026-01-05T09:00:00Z,\n" + "\n"))
    assert found.log.events["case_id"].to_list() == ["a"]
    assert found.rejected["line"].to_list() == [6]


def test_old_line_ends_are_read(read, csv):
    assert read(csv((HEAD + row("a") + row("b")).replace("\n", "\r"))).counts["events"] == 2


def test_another_delimiter_is_asked_for(read, csv):
    path = csv((HEAD + row()).replace(",", ";"))
    with pytest.raises(LogError, match=r"only one column.*delimiter = ';'"):
        read(path)
    assert read(path, delimiter=";").counts["events"] == 1
    assert read(csv((HEAD + row()).replace(",", "\t"), name="log.tsv")).counts["events"] == 1


def test_two_columns_of_one_name_are_refused(read, csv):
    with pytest.raises(LogError, match=r'two columns are called "at"'):
        read(csv("case_id,activity,at,at\na,b,2026-01-05T09:00:00Z,\n"))


def test_a_200_character_id_is_kept_whole(read, csv):
    long = "号" * 200
    assert read(csv(HEAD + row(long))).log.cases["case_id"].to_list() == [long]


def test_large_fields_and_many_blocks_are_counted_right(read, csv):
    blocks = 9 << 20
    text = HEAD + row("a", '"' + "x,\n" * (blocks // 3) + '"') + row("b", '"y"') + ",z,2026-01-05T09:00:00Z,\n"
    found = read(csv(text))
    assert found.counts["events"] == 2
    assert found.rejected["line"].to_list() == [2 + blocks // 3 + 2]


def test_fields_nobody_declared_are_not_read(read, csv):
    path = csv("case_id,activity,at,wanted,other,case:kind\nc,a,2026-01-05T09:00:00Z,1,2,k\n")
    found = read(path, types={"wanted": "int"})
    assert found.log.events.schema["wanted"] == pl.Int64
    assert "other" not in found.log.events.columns
    assert found.log.cases["kind"].to_list() == ["k"]
