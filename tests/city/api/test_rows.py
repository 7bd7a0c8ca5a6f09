"""Regression 21: list, search, expand, export, import, feed and webhooks show the same rows, and a foreign department none."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import polars as pl
import pytest
from django.db import connection
from django.utils import timezone

from tests.city.api.conftest import SECRETS, System, event, received
from tests.city.cases import town
from yinuo.city.api import commands
from yinuo.city.cases.models import Case
from yinuo.city.figures.commands import measure_figures
from yinuo.city.ledger import read
from yinuo.city.notices import commands as notices
from yinuo.city.notices.webhooks import new_secret
from yinuo.city.people.actor import OPERATOR
from yinuo.city.supervision.sweep import sweep
from yinuo.logs import read_plain

MINE = {"m1", "m2", "m3"}
THEIRS = {"p1", "p2"}
LONG_AGO = timedelta(days=60)


@pytest.fixture
def filled(founded, settings):
    """Three cases of the market office, two of the police; all of them long overdue."""
    settings.WEBHOOK_PRIVATE = True
    now = timezone.now()
    for unit, cases in (("market", MINE), ("police", THEIRS)):
        notices.open_webhook(
            f"hook-{unit}", name=unit, unit=unit, url="http://127.0.0.1:9/", secret=new_secret(), activities=[],
            actor=OPERATOR, now=now,
        )  # fmt: skip
        commands.begin()
        system = System(SECRETS[unit])
        for case in sorted(cases):
            results = system.report(
                received(case, unit=unit, at=now - LONG_AGO),
                event(case, "accepted", at=now - LONG_AGO, number=2),
            )
            assert [one["status"] for one in results] == ["stored"] * 2
    while not sweep(timezone.now()).is_idle:
        pass
    measure_figures(timezone.now(), whole=True)


def cases_of(rows, name="case_id"):
    return {row[name] for row in rows if row.get(name)}


def truth(unit):
    """The cases that belong to a unit: its own, and the supervision orders that were opened about them."""
    return set(Case.objects.filter(scope__contains=[unit]).values_list("case_id", flat=True))


def lists(system):
    """Every way to a list of cases, as the cases it shows."""
    everybody = Case.objects.values_list("case_id", flat=True)
    text = b"".join(system.get("export/cases.csv")).decode("utf-8-sig")
    return {
        "list": cases_of(system.rows("cases", limit=2)),
        "one": {case for case in everybody if system.get(f"cases/{case}").status_code == 200},
        "csv": cases_of(csv.DictReader(io.StringIO(text))),
        "parquet": set(pl.read_parquet(system.get("export/cases.parquet").content)["case_id"]),
        "log": {json.loads(line)["subject"] for line in b"".join(system.get("export/log.jsonl")).splitlines()},
    }


def about(system):
    """Every way to what stands about cases, as the cases it is about."""
    shown = {
        "search": cases_of(system.rows("cases", q="食品经营")),
        "clocks": cases_of(system.rows("clocks", limit=2, kind="application")),
        "findings": cases_of(system.rows("findings", limit=1, kind="application")),
    }
    for name in ("clocks", "findings"):
        text = b"".join(system.get(f"export/{name}.csv", kind="application")).decode("utf-8-sig")
        shown[f"{name}.csv"] = cases_of(csv.DictReader(io.StringIO(text)))
        table = pl.read_parquet(system.get(f"export/{name}.parquet", kind="application").content)
        shown[f"{name}.parquet"] = set(table["case_id"])
    return shown


@pytest.mark.holds("regression 21", "peer 98", shows="GET /api/cases")
@pytest.mark.parametrize(("unit", "own"), [("market", MINE), ("police", THEIRS), ("city", MINE | THEIRS)])
def test_regression_21_every_way_out_shows_the_same_rows_and_a_foreign_department_none(filled, unit, own):
    system = System(SECRETS[unit])
    assert truth(unit) >= own
    for way, cases in lists(system).items():
        assert cases == truth(unit), way
    for way, cases in about(system).items():
        assert cases == own, way
    assert truth("market").isdisjoint(truth("police"))


@pytest.mark.holds("regression 21", "peer 98", shows="GET /api/cases/<id>?expand=clocks")
def test_regression_21_expanding_a_case_adds_its_own_and_a_foreign_one_is_not_there(filled):
    market = System(SECRETS["market"])
    case = market.get("cases/m1", expand="clocks,findings,tasks").json()
    assert cases_of(case["clocks"]) == cases_of(case["findings"]) == {"m1"}
    assert case["tasks"]
    assert all(one["why"] for one in case["findings"])
    foreign, missing = market.get("cases/p1", expand="clocks"), market.get("cases/no-such")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    for path in ("cases", "clocks", "findings", "indicators"):
        assert market.rows(path, unit="police") == []


@pytest.mark.holds("E268", shows="GET /api/export/log.xes")
@pytest.mark.parametrize("form", ["xes", "json", "jsonl", "csv", "parquet"])
def test_the_event_log_goes_out_in_every_format_and_reads_back(filled, tmp_path, form):
    answer = System(SECRETS["market"]).get(f"export/log.{form}")
    path = tmp_path / f"log.{form}"
    path.write_bytes(b"".join(answer))
    log = read_plain(path).log
    assert set(log.cases["case_id"]) == truth("market")
    assert len(
        log.events.filter(pl.col("case_id").is_in(list(MINE)) & (pl.col("activity") != "order_opened"))
    ) == 2 * len(MINE)


@pytest.mark.holds("peer 100", "regression 21", shows="POST /api/webhooks")
@pytest.mark.django_db(transaction=True)
def test_webhooks_hear_of_their_unit_only_and_of_each_event_once(filled):
    while commands.enqueue(timezone.now()):
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT target, body FROM notices_outbox WHERE channel = 'webhook'")
        told = [(hook, json.loads(body)) for hook, body in cursor.fetchall()]
    for hook, own in (("hook-market", MINE), ("hook-police", THEIRS)):
        bodies = [body for target, body in told if target == hook]
        assert {body["subject"] for body in bodies} == truth(hook.removeprefix("hook-")) >= own
        assert "finding_raised" in {body["type"] for body in bodies}
        assert len({(body["source"], body["id"], body["stream"]) for body in bodies}) == len(bodies)
    count = len(told)
    assert commands.enqueue(timezone.now()) == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM notices_outbox WHERE channel = 'webhook'")
        assert cursor.fetchone()[0] == count


@pytest.mark.django_db(transaction=True)
def test_the_feed_goes_on_where_it_was_left_and_says_nothing_personal(filled):
    market = System(SECRETS["market"])
    assert cases_of(market.rows("feed", limit=3), "subject") == truth("market") >= MINE
    assert cases_of(System(SECRETS["police"]).rows("feed"), "subject") == truth("police")
    first = market.get("feed", limit=5).json()
    assert market.get("feed", limit=5, cursor=first["next"]).json()["rows"][0] not in first["rows"]
    end = market.get("feed", limit=500).json()
    again = market.get("feed", cursor=end["next"]).json()
    assert (again["rows"], again["next"]) == ([], end["next"])
    market.report(event("m1", "reviewed", number=3, person={"name": "张三"}))
    (new,) = market.get("feed", cursor=end["next"]).json()["rows"]
    assert new["type"] == "reviewed"
    assert "person" not in new["data"]
    assert "张三" not in json.dumps(new, ensure_ascii=False)


def test_pages_stay_stable_while_cases_come(filled):
    market = System(SECRETS["market"])
    first = market.get("cases", limit=2).json()
    market.report(received("m0", at=timezone.now() - timedelta(hours=1)))
    second = market.get("cases", limit=2, cursor=first["next"]).json()
    found = cases_of(first["rows"]) | cases_of(second["rows"])
    assert len(found) == 4
    assert "m0" not in found
    assert market.get("clocks", cursor=first["next"]).status_code == 422
    assert market.get("cases", cursor="x%00").status_code == 422


def test_a_page_that_has_not_changed_is_not_sent_again(filled):
    market = System(SECRETS["market"])
    tag = market.get("cases")["ETag"]
    again = market.client.get("/api/cases", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_figures_come_with_n_and_interval(filled):
    rows = System(SECRETS["city"]).rows("indicators")
    assert rows
    assert all(row["low"] <= row["value"] <= row["high"] for row in rows if row["low"] is not None)


def test_what_is_taken_away_leaves_a_trace(filled):
    System(SECRETS["market"]).get("export/cases.csv", kind="application")
    last = json.loads(read.stream("people/exports")[-1].payload)
    assert (last["what"], last["filters"]) == ("api/cases", ["kind"])


@pytest.mark.holds("peer 54", shows="GET /api/due")
def test_row_54_if_accepted_now_due_when(founded):
    market = System(SECRETS["market"])
    start = "2026-03-02T10:00:00+08:00"
    said = market.get("due", item="food-permit", start=start).json()
    town.receive(at=town.NOW)
    due = {one["clause"]: one["due_at"] for one in said["clocks"]}
    assert due["statutory"] == "2026-03-30T15:59:59.999999Z"
    assert due["promised"] == "2026-03-11T15:59:59.999999Z"
    assert {one["measure"] for one in said["clocks"]} == {"workdays"}
    assert market.get("due", item="no-such").status_code == 422
    assert market.get("due", kind="no-such").status_code == 422
    assert market.get("due", activity="no-such").status_code == 422
    assert market.get("due", start="1800-01-01T00:00:00Z").status_code == 422
