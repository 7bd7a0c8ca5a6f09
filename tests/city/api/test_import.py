"""`yinuo import`: the same events as the API, the same checks; the same file again changes nothing (peers row 20)."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.utils import timezone
from typer.testing import CliRunner

from tests.city.api.conftest import event, received
from tests.city.cases import town
from yinuo.city.api import incoming
from yinuo.city.cases.deciding.stages import CANONICAL
from yinuo.city.cases.models import Case
from yinuo.city.ledger import read
from yinuo.cli import main
from yinuo.cli.city import import_ as module
from yinuo.logs import read_log, write_log
from yinuo.rulebook.codes import code_lists, load_codes

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.fixture
def run(founded, monkeypatch, tmp_path):
    """`yinuo import`, in this process."""
    monkeypatch.setattr(module, "setup", lambda: None)

    def run_(file, *more):
        said = CliRunner().invoke(
            main.app, ["import", str(file), "--unit", "market", "--out", str(tmp_path / "out"), *more]
        )
        if said.exception is not None and not isinstance(said.exception, SystemExit):
            raise said.exception
        return said

    return run_


def rejected(tmp_path):
    with (tmp_path / "out" / "rejected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of(stream):
    """What the ledger says of a case, but for source, receipt and moment of record."""
    found = []
    for one in read.stream(stream):
        payload = json.loads(one.payload)
        payload.pop("receipt", None)
        found.append((one.version, one.event_id, one.activity, one.at, one.unit, payload))
    return found


def history(case):
    return [
        event(case, "received", at=AT, kind="application", item="food-permit", unit="market", applicant="市民甲"),
        event(case, "accepted", at=AT + timedelta(hours=1), number=2),
        event(case, "special_started", at=AT + timedelta(days=1), number=3, special="s1", procedure="听证",
              declared="5 workdays", notice_no="告〔2026〕1号", special_basis="许可法第四十七条"),
        event(case, "granted", at=AT + timedelta(days=9), number=4),
    ]  # fmt: skip


def write_lines(path, events):
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in events), encoding="utf-8")
    return path


@pytest.mark.holds("regression 23", shows="yinuo import")
def test_regression_23_an_import_and_the_api_write_the_same_events_but_for_source(run, market, tmp_path):
    posted = history("posted")
    market.report(*posted)
    lines = write_lines(tmp_path / "log.jsonl", history("imported"))
    assert run(lines, "--source", "file").exit_code == 0
    table = tmp_path / "log.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        names = ["case_id", "activity", "at", "event_id", "kind", "item", "unit", "applicant", "special", "procedure",
                 "declared", "notice_no", "special_basis"]  # fmt: skip
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        for one in history("tabled"):
            data = dict(one["data"])
            writer.writerow(
                {"case_id": "tabled", "activity": one["type"], "at": one["time"], "event_id": one["id"], **data}
            )
    assert run(table).exit_code == 0

    def plain(case):
        return json.loads(json.dumps(of(f"case/{case}"), default=str).replace(case, "CASE"))

    assert plain("posted") == plain("imported")
    assert [one[1:4] for one in plain("tabled")] == [one[1:4] for one in plain("posted")]
    assert [one[5] for one in plain("tabled")] == [one[5] for one in plain("posted")]
    rows = Case.objects.filter(case_id__in=["posted", "imported", "tabled"])
    assert len({(one.stage, one.status, one.title, tuple(one.scope), json.dumps(one.fields)) for one in rows}) == 1


def test_the_same_file_twice_changes_nothing(run, tmp_path):
    lines = write_lines(tmp_path / "log.jsonl", history("a") + history("b"))
    assert "8 events written" in run(lines).output
    before = list(Case.objects.order_by("case_id").values())
    assert "0 events written, 8 known before" in run(lines).output
    assert list(Case.objects.order_by("case_id").values()) == before


@pytest.mark.holds("peer 69", shows="yinuo import")
def test_what_is_refused_stands_in_rejected_csv_with_its_line_and_reason(run, tmp_path):
    events = history("a")
    lines = write_lines(
        tmp_path / "log.jsonl", [events[0], {**events[1], "type": "no-such"}, received("x", unit="police")]
    )
    lines.write_text(lines.read_text("utf-8") + "{oops\n", encoding="utf-8")
    assert run(lines).exit_code == 1
    found = rejected(tmp_path)
    assert [one["line"] for one in found] == ["2", "3", "4"]
    assert all(one["reason"] for one in found)
    assert not read.stream("case/x")


def test_a_row_of_a_table_that_is_refused_is_named_by_its_line(run, tmp_path):
    table = tmp_path / "log.csv"
    table.write_text(
        "case_id,activity,at,kind,item,unit\n"
        "a,received,2026-03-02T10:00:00+08:00,application,food-permit,market\n"
        "a,no-such,2026-03-02T11:00:00+08:00,,,market\n"
        "b,received,2026-03-02T09:00:00+08:00,application,no-item,market\n"
        "c,received,yesterday,application,food-permit,market\n",
        encoding="utf-8",
    )
    assert run(table).exit_code == 1
    assert {one["line"] for one in rejected(tmp_path)} == {"3", "4", "5"}


def test_no_file_no_unit_and_no_log_are_refused(run, tmp_path):
    assert run(tmp_path / "none.csv").exit_code == 2
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    assert run(empty).exit_code == 2
    assert run(write_lines(tmp_path / "log.jsonl", []), "--unit", "no-such").exit_code == 2


@pytest.mark.holds("E266", "E268", shows="yinuo import")
def test_rows_of_the_engineering_platform_become_our_acts_and_void_rows_none(run, tmp_path):
    table = tmp_path / "SPGL_XMSPSXBLXXXXB.csv"
    table.write_text(
        "LSH,DFSJZJ,SPSXSLBM,BLZT,BLSJ,SJYXBS\n"
        "1,k1,SX-1,1,2026-03-02 09:00:00,1\n"
        "2,k2,SX-1,3,2026-03-02 10:00:00,1\n"
        "3,k3,SX-1,13,2026-03-05 10:00:00,0\n"
        "4,k4,SX-1,11,2026-03-06 10:00:00,1\n"
        "5,k5,SX-1,16,2026-03-06 11:00:00,1\n"
        "6,k6,SX-1,99,2026-03-06 12:00:00,1\n",
        encoding="utf-8",
    )
    said = run(table, "--codes", "blzt", "--kind", "application")
    assert said.exit_code == 1, said.output
    assert [one.activity for one in read.stream("case/SX-1")] == ["received", "accepted", "granted"]
    assert [one["line"] for one in rejected(tmp_path)] == ["4", "6", "7"]
    case = Case.objects.get(case_id="SX-1")
    assert (case.stage, case.opened_at) == ("granted", datetime(2026, 3, 2, 1, tzinfo=UTC))


def test_every_code_list_leads_to_canonical_states_and_back_and_says_what_is_lost():
    assert set(code_lists()) >= {"blzt", "hunan", "shandong", "guangdong"}
    for name in code_lists():
        codes = load_codes(name)
        assert {one.state for one in codes.code} - {None} <= CANONICAL
        for one in codes.code:
            assert one.state or one.does or one.lossy
            if one.state is not None:
                back = codes.out(one.state)
                assert codes.of(back.code).state == one.state
                assert back.code == one.code or one.lossy or codes.of(back.code).lossy or back.lossy
    blzt = load_codes("blzt")
    assert blzt.of("3").state == "accepted"
    assert blzt.out("accepted").code == "3"
    assert blzt.out("accepted").lossy
    assert not blzt.out("supplemented").lossy


@pytest.mark.holds("regression 21", shows="yinuo import")
def test_a_case_of_another_unit_is_out_of_reach(run, market, city, tmp_path):
    city.report(received("theirs", unit="police"))
    lines = write_lines(tmp_path / "log.jsonl", [event("theirs", "granted", number=7)])
    assert run(lines).exit_code == 1
    assert len(read.stream("case/theirs")) == 1


def test_poison_in_a_batch_takes_nothing_with_it(founded):
    now = timezone.now()
    found = incoming.take([received("a"), 7, None, received("b")], actor=town.SYSTEM, now=now)
    assert [one.status for one in found] == ["stored", "refused", "refused", "stored"]


@pytest.mark.parametrize("form", ["csv", "parquet", "xes", "json", "sqlite", "jsonl"])
def test_every_format_of_a_log_becomes_the_same_events(run, tmp_path, form):
    lines = write_lines(tmp_path / "first.jsonl", history("a"))
    log = read_log(lines, town.demo_city()).log
    write_log(log, tmp_path / f"log.{form}")
    said = run(tmp_path / f"log.{form}", "--source", "department")
    assert said.exit_code == 0, said.output
    found = of("case/a")
    assert [(one[2], one[3]) for one in found] == [
        (event["type"], datetime.fromisoformat(event["time"])) for event in history("a")
    ]
    assert {**found[0][5]["fields"], **found[2][5]["fields"]} == {
        name: value
        for event in history("a")
        for name, value in event["data"].items()
        if name not in ("kind", "item", "unit")
    }
    assert "0 events written, 4 known before" in run(tmp_path / f"log.{form}", "--source", "department").output


@pytest.mark.django_db(transaction=True)
def test_two_processes_share_a_file_and_end_without_a_word(founded, tmp_path):
    lines = write_lines(tmp_path / "log.jsonl", [one for number in range(6) for one in history(f"case-{number}")])
    here = {name: quote(value, safe="") for name, value in connection.settings_dict.items() if isinstance(value, str)}
    address = "postgresql://{USER}:{PASSWORD}@{HOST}/{NAME}".format_map(here)
    command = [sys.executable, "-m", "yinuo.cli.main", "import", str(lines), "--unit", "market", "--workers", "2"]
    done = subprocess.run(
        command, env={**os.environ, "DATABASE_URL": address}, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "24 events written, 0 known before, 0 rejected\n", "")
    assert Case.objects.count() == 6
