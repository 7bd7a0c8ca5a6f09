"""The commands as one types them: what they print, what they write, how they end."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from tests.rulebook.conftest import Town
from yinuo.cli.main import app

LOG = """\
case_id,kind,activity,at,unit
a,letter,received,2026-03-02T10:00:00,民政科
a,letter,answered,2026-03-04T10:00:00,民政科
b,letter,received,2026-03-02T10:00:00,建设科
b,letter,answered,2026-03-12T10:00:00,建设科
c,letter,received,2026-03-03T10:00:00,建设科
"""


def yinuo(*arguments: object) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(one) for one in arguments], env={"COLUMNS": "200"})


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A good pack, not yet written."""
    return Town(tmp_path / "town")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Three letters: one answered in time, one late, one open and overdue."""
    path = tmp_path / "letters.csv"
    path.write_text(LOG, encoding="utf-8")
    return path


def test_check_says_nothing_wrong_and_ends_with_0(town: Town):
    done = yinuo("check", town.write())
    assert done.exit_code == 0, done.output
    assert "nothing wrong" in done.output


def test_check_refuses_with_file_line_and_remedy(town: Town):
    town.policy('until = "answered"', 'until = "anwsered"')
    done = yinuo("check", town.write())
    line = town.line("institutions/letters/policy.toml", "anwsered")
    assert done.exit_code == 2
    assert f"policy.toml:{line}" in done.output
    assert 'did you mean "answered"?' in done.output


def test_check_mutate_ends_with_1_when_a_change_goes_unnoticed(town: Town):
    assert yinuo("check", town.write(), "--mutate").exit_code == 0
    town.add(
        '\n[version.constraint.often]\nzh = "不得多问"\nfor = { kind = "letter" }\nrule = "absence"\n'
        'event = "asked"\nmax = 3\nlevel = "yellow"\n'
    )
    done = yinuo("check", town.write(), "--mutate")
    assert done.exit_code == 1, done.output
    assert "no story notices when often: max 3 becomes 4" in done.output
    shared = yinuo("check", town.write(), "--mutate", "--workers", "3")
    assert (shared.exit_code, shared.output) == (done.exit_code, done.output)


def test_an_unknown_pack_is_refused():
    done = yinuo("check", "atlantis")
    assert done.exit_code == 2
    assert "there is no pack of this name" in done.output


def test_stories_are_told(town: Town):
    done = yinuo("stories", town.write())
    assert done.exit_code == 0
    assert "4 of 4 stories hold" in done.output
    assert "1 of 1 stories hold" in yinuo("stories", town.root, "next-day").output
    assert yinuo("stories", town.root, "no-such").exit_code == 2


def test_a_story_that_does_not_hold_ends_with_2(town: Town):
    town.stories("due = 2026-03-09, used = 5", "due = 2026-03-08, used = 5")
    done = yinuo("stories", town.write())
    assert done.exit_code == 2
    assert "stories.toml:1" in done.output


def test_schema_is_json():
    assert json.loads(yinuo("schema").output)["title"] == "Yinuo text"
    assert "Promise" in json.loads(yinuo("schema", "policy").output)["$defs"]
    assert yinuo("schema", "polizy").exit_code == 2


@pytest.mark.holds("peer 54", shows="yinuo due")
def test_due_prints_the_date_and_how_it_was_counted():
    done = yinuo("due", "--calendar", "cn", "--start", "2026-02-11", "--limit", "5 workdays")
    assert done.exit_code == 0
    assert done.output.startswith("due 2026-02-25\n")
    assert "调休上班" in done.output
    assert "   5  2026-02-25 Wed" in done.output


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2026-05-01T22:00", "24 hours", "due 2026-05-02 22:00:00"),
        ("2026-08-07", "60 days", "due 2026-10-08"),
        ("2026-01-31", "1 month", "due 2026-02-28"),
    ],
)
def test_due_knows_every_unit(start: str, limit: str, due: str):
    assert yinuo("due", "--calendar", "cn", "--start", start, "--limit", limit).output.startswith(due)


def test_a_due_date_beyond_the_published_years_is_provisional():
    assert "provisional" in yinuo("due", "--calendar", "cn", "--start", "2026-12-30", "--limit", "5 workdays").output


@pytest.mark.parametrize(
    "arguments",
    [
        ("--start", "2026-02-11"),
        ("--start", "soon", "--limit", "5 workdays"),
        ("--start", "1600-02-11", "--limit", "5 workdays"),
        ("--start", "2026-02-11", "--limit", "5 days or so"),
    ],
)
def test_due_refuses_what_it_cannot_read(arguments: tuple[str, ...]):
    done = yinuo("due", "--calendar", "cn", *arguments)
    assert done.exit_code == 2
    assert done.exception is None or isinstance(done.exception, SystemExit)


def test_due_does_a_table(tmp_path: Path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    rows = ["id,start,limit", "1,2026-02-11,5 workdays", "2,2026-05-01T22:00,24 hours", "3,??,5 days", ""]
    source.write_text("\n".join(rows), encoding="utf-8")
    done = yinuo("due", "--calendar", "cn", "--in", source, "--out", target)
    assert done.exit_code == 1
    assert "in.csv:4" in done.output
    assert target.read_text("utf-8").splitlines() == [
        "id,start,limit,due",
        "1,2026-02-11,5 workdays,2026-02-25",
        "2,2026-05-01T22:00,24 hours,2026-05-02 22:00:00",
        "3,??,5 days,",
    ]


def test_replay_without_out_writes_nothing_and_prints_a_table(town: Town, log: Path):
    before = set(log.parent.iterdir()) | {town.write()}
    done = yinuo("replay", log, "--pack", town.root, "--as-of", "2026-03-12")
    assert done.exit_code == 0, done.output
    assert "letters/answer" in done.output
    assert set(log.parent.iterdir()) == before


def test_replay_json_is_the_summary(town: Town, log: Path):
    done = yinuo("replay", log, "--pack", town.write(), "--as-of", "2026-03-12", "--json")
    summary = json.loads(done.output)
    assert summary["log"] == {"cases": 3, "events": 5, "rejected": 0, "mended": 0, "unknown": {}}
    assert summary["as_of"] == "2026-03-12T15:59:59.999999+00:00"
    assert summary["pack"] == {"name": "town", "digest": town.load().digest}
    assert summary["clocks"] == {"kept": 1, "late": 1, "overdue": 1}
    assert summary["findings"]["yellow"] == 2
    late = summary["late"]["letters/answer"]
    assert (late["n"], late["late"], late["overdue"], late["share"]) == (2, 1, 1, 0.5)
    assert late["low"] < 0.5 < late["high"]
    assert summary["seconds"] > 0


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_replay_writes_every_table_in_the_form_asked_for(town: Town, log: Path, tmp_path: Path, form: str):
    target = tmp_path / "out"
    done = yinuo("replay", log, "--pack", town.write(), "--as-of", "2026-03-12", "--out", target, "--format", form)
    assert done.exit_code == 0, done.output
    tables = {f"{name}.{form}" for name in ("clocks", "findings", "holdings", "indicators")}
    assert {path.name for path in target.iterdir()} == tables | {"summary.json", "rejected.csv", "report.html"}
    read = pl.read_csv if form == "csv" else pl.read_parquet
    clocks = read(target / f"clocks.{form}")
    assert sorted(clocks["state"]) == ["kept", "late", "overdue"]
    assert json.loads((target / "summary.json").read_text("utf-8"))["log"]["cases"] == 3


def test_a_rejected_row_ends_with_1_and_the_rest_is_judged(town: Town, log: Path, tmp_path: Path):
    log.write_text(LOG + "d,letter,received,some day,建设科\n", encoding="utf-8")
    done = yinuo("replay", log, "--pack", town.write(), "--out", tmp_path / "out", "--format", "csv")
    assert done.exit_code == 1
    assert "some day" in (tmp_path / "out" / "rejected.csv").read_text("utf-8")
    assert pl.read_csv(tmp_path / "out" / "clocks.csv").height == 3


def test_activities_no_text_names_are_counted(town: Town, log: Path):
    log.write_text(LOG + "a,letter,filed away,2026-03-05T10:00:00,民政科\n", encoding="utf-8")
    done = yinuo("replay", log, "--pack", town.write(), "--json")
    assert json.loads(done.output)["log"]["unknown"] == {"filed away": 1}


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe garbage \x9c", b"case_id,activity\n1,2\n"])
def test_a_log_that_cannot_be_read_is_refused_without_a_traceback(town: Town, log: Path, content: bytes):
    log.write_bytes(content)
    done = yinuo("replay", log, "--pack", town.write())
    assert done.exit_code == 2, done.output
    assert isinstance(done.exception, SystemExit)


def test_a_moment_that_is_none_is_refused(town: Town, log: Path):
    done = yinuo("replay", log, "--pack", town.write(), "--as-of", "yesterday")
    assert done.exit_code == 2
    assert "is no moment" in done.output


def test_diff_shows_whose_clocks_and_levels_change(town: Town, log: Path, tmp_path: Path):
    slower = Town(tmp_path / "slower" / "town")
    slower.policy("5 workdays", "10 workdays")
    done = yinuo(
        "diff", town.write(), slower.write(), log, "--as-of", "2026-03-12", "--json", "--out", tmp_path / "what-if"
    )
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert found["cases"] == 3
    assert [(one["state_before"], one["state_after"], one["cases"]) for one in found["clocks"]] == [
        ("kept", "kept", 1), ("late", "kept", 1), ("overdue", "running", 1),
    ]  # fmt: skip
    assert pl.read_csv(tmp_path / "what-if" / "clocks.csv").height == 3
    assert "overdue" in yinuo("diff", town.root, slower.root, log, "--as-of", "2026-03-12").output


TABLE = """
[version.table.lane]
zh = "绿色通道"
for = { kind = "letter" }
on = "received"
gives = "answered"
rows = [{ when = { urgent = true } }]
level = "yellow"
grant = { cap = { share = 0.5, of = "received" } }
"""


def test_replay_writes_what_tables_decided_and_the_share_that_was_granted(town: Town, tmp_path: Path):
    town.add(TABLE)
    town.write()
    log = tmp_path / "log.csv"
    log.write_text(LOG, encoding="utf-8")
    yinuo("replay", log, "--pack", town.root, "--out", tmp_path / "out", "--as-of", "2026-03-20", "--format", "csv")
    decisions = pl.read_csv(tmp_path / "out" / "decisions.csv")
    assert decisions.select("clause", "row", "nearest").unique().rows() == [("lane", None, 1)]
    assert '"field": "urgent"' in decisions["lacks"][0]
    shares = pl.read_csv(tmp_path / "out" / "shares.csv")
    assert shares["granted"].sum() <= shares["of"].sum()
    assert shares["cap"].unique().to_list() == [0.5]


def test_check_spells_out_what_a_table_means(town: Town):
    town.add(TABLE)
    town.write()
    assert '[version.constraint."lane.given"]' in yinuo("check", town.root, "--expand").output
