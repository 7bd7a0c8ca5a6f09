"""Dated tables and decision tables: what holds on a day, what changed, and how much was granted of the published cap."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace

import polars as pl
import pytest
from django.utils import timezone

from tests.city.board import small_city
from tests.city.board.small_city import NOW, SYSTEM
from tests.city.registers.test_desk import text
from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.granting.shares import period
from yinuo.city.pages.words import Words
from yinuo.city.registers import tables

LANE = "/registers/tables/priority-lanes/lane"


class Pack:
    """As much of a pack as a dated table needs."""

    def __init__(self, rows):
        self.rules = SimpleNamespace(tables={"items": {"zh": "text", "promised": "limit"}})
        self.tables = {
            "items": pl.DataFrame(
                rows, schema={"id": str, "from": pl.Date, "until": pl.Date, "zh": str, "promised": str}, orient="row"
            )
        }


@pytest.fixture
def words(founded, db, monkeypatch):
    """The words of the town, with a table of items that was changed twice."""
    made, first, then = Words("zh"), date(2025, 1, 1), date(2026, 1, 1)
    rows = [
        ("a", first, then, "甲证", "20 workdays"),
        ("a", then, None, "甲证", "5 workdays"),
        ("b", then, None, "乙证", "3 workdays"),
        ("c", first, date(2026, 3, 1), "丙证", "1 workday"),
    ]
    monkeypatch.setattr(Words, "pack", property(lambda _self: Pack(rows)))
    return made


def ids(found):
    return [row["id"] for row in found.rows]


def test_a_dated_table_shows_what_holds_on_a_day(words):
    assert ids(tables.dated(words, "items", on=date(2025, 6, 1))) == ["a", "c"]
    assert ids(tables.dated(words, "items", on=date(2026, 3, 20))) == ["a", "b"]
    assert ids(tables.dated(words, "items", on=date(2026, 3, 20), search="乙")) == ["b"]
    assert tables.dated(words, "items", on=date(2026, 3, 20)).rows[0]["cells"]["promised"] == "5 个工作日"
    assert tables.dated(words, "nothing", on=date(2026, 3, 20)) is None


def test_a_dated_table_says_what_changed_on_which_day(words):
    changes = tables.dated(words, "items", on=date(2026, 3, 20)).changes
    assert [(str(one.day), one.id, one.what) for one in changes] == [
        ("2026-03-01", "c", "went"), ("2026-01-01", "b", "came"), ("2026-01-01", "a", "changed"), ("2025-01-01", "c", "came"),
        ("2025-01-01", "a", "came"),
    ]  # fmt: skip
    moved = next(one for one in changes if one.what == "changed").columns
    assert [one[1:] for one in moved] == [("20 个工作日", "5 个工作日")]


def test_the_pages_of_tables_are_read_with_their_dates(sign_in):
    zhao = sign_in("zhao")
    page = text(zhao.get("/registers/tables"))
    assert "事项清单" in page and "加急资格" in page and "有上限" in page
    assert "食品经营许可" in text(zhao.get("/registers/tables/items?q=食品经营许可"))
    assert "没有符合这些条件的" in text(zhao.get("/registers/tables/items?on=2020-01-01"))
    assert zhao.get("/registers/tables/items?on=yesterday").status_code == 400
    assert zhao.get("/registers/tables/nothing").status_code == 404


def requested(number, *, at, unit="market"):
    """A lane asked for and granted as the hall's system reports it."""
    fields = {"asked_lane": "急事", "ground": "救治病人"}
    name = f"lane-{unit}-{number}"
    first = Act(name, "lane_asked", at, fields, kind="lane-request", unit=unit, source="hall", event_id=f"{name}-0")
    given = {"lane": "urgent", "lane_reason": "住院", "lane_approver": "周局"}
    return [first, Act(name, "lane_granted", at, given, source="hall", event_id=f"{name}-1", unit=unit)]


def received(number, *, at, unit="market"):
    return small_city.one_case(f"S{number:03d}", "food-permit", unit, at=at, turn=5)[:1]


def reported(acts):
    results = commands.record(acts, actor=SYSTEM, now=NOW)
    assert not [one.sentence for one in results if isinstance(one, Refused)]


@pytest.mark.holds("E039", "peer 7", shows="/registers/tables/priority-lanes/lane")
def test_e039_what_a_unit_granted_this_month_stands_beside_the_published_cap(sign_in):
    """The green channel counted in public: granted, of how many, the share, and that it is above the cap."""
    this_month, before = datetime(2026, 3, 10, 2, tzinfo=UTC), datetime(2026, 2, 10, 2, tzinfo=UTC)
    reported([act for n in range(10) for act in received(n, at=this_month)])
    reported([act for n in (90, 91) for act in received(n, at=before)])
    reported([act for n in range(1) for act in requested(n, at=this_month)])
    reported([act for n in (8, 9) for act in requested(n, at=before)])
    chen = sign_in("chen")
    page = text(chen.get(LANE))
    assert "公布的上限：10.0 %" in page and "2026-03-01 起" in page
    assert "10.0 %" in page.partition("和上限比")[2] and "在上限之内" in page and "超过上限" not in page
    reported([act for n in (5,) for act in requested(n, at=this_month)])
    page = text(chen.get(LANE))
    assert "20.0 %" in page and "超过上限" in page
    given = page[page.index("授予了什么") :]
    assert (
        'href="/cases/lane-market-5"' in given and "通道 <strong>急事急办</strong>" in given and "2026-03-10" in given
    )
    assert "本期还没有授予过" in text(sign_in("wu").get(LANE)), "only what the reader may see is counted"


@pytest.mark.parametrize(
    ("per", "begin", "end"),
    [
        ("day", "2026-03-20", "2026-03-21"), ("week", "2026-03-16", "2026-03-23"), ("month", "2026-03-01", "2026-04-01"),
        ("quarter", "2026-01-01", "2026-04-01"), ("half", "2026-01-01", "2026-07-01"), ("year", "2026-01-01", "2027-01-01"),
    ],
)  # fmt: skip
def test_the_period_of_a_cap_is_the_one_that_runs(per, begin, end):
    first, after = period(NOW, per, timezone.get_default_timezone())
    assert (f"{first:%Y-%m-%d}", f"{after:%Y-%m-%d}") == (begin, end)


def test_an_institution_says_its_registers_and_tables_in_sentences(sign_in):
    zhao = sign_in("zhao")
    page = text(zhao.get("/institutions/disclosure"))
    assert "必须写明：公开事项、类别、公开主体、公开周期、依据。" in page
    assert "登记以后由“市政府办公室”审核，不能是登记的人。" in page
    assert 'href="/registers/disclosure/catalogue"' in page
    lanes = text(zhao.get("/institutions/priority-lanes"))
    assert "不符合任何一行的，不得“准予加急”。" in lanes and "每月最多占“收件”的 10%" in lanes
    assert 'href="/registers/tables/priority-lanes/lane"' in lanes
    english = text(sign_in("zhao", "en").get("/institutions/disclosure"))
    assert "Must say: subject, class, owner, interval, legal basis." in english
