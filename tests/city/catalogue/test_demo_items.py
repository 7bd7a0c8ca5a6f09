"""What Demo City discloses: every item of its text, whole, and as its text says."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from tests.city.board.small_city import demo_city
from tests.city.catalogue import stock
from yinuo.city.catalogue import queries
from yinuo.city.catalogue.lint import Around, lint
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.units import Span, tree
from yinuo.cli.demo import matters

FIRST = date(2025, 3, 20)


def test_demo_city_publishes_every_item_of_its_text_without_a_fault(town):
    known = tree(stock.DAY).units
    for row in demo_city().tables["units"].iter_rows(named=True):
        if row["id"] not in known:
            people.open_unit(
                Span(row["id"], date(2025, 1, 1), None, row["parent"], row["zh"], row["en"] or "", row["type"]),
                actor=OPERATOR, now=stock.NOW,
            )  # fmt: skip
    items = set(demo_city().tables["items"]["id"])
    now = datetime(2026, 3, 20, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert matters.publish(demo_city(), first=FIRST, now=now) == len(items) + 1
    assert matters.publish(demo_city(), first=FIRST, now=now) == 0
    for key in items:
        found = queries.version_on(key, stock.DAY)
        assert found["is_now"]
        assert lint(found["item"], Around(stock.DAY, queries.text_of(key, stock.DAY))) == (), key
    assert [one["item"].promised for one in queries.versions("food-permit")] == ["7 workdays", "10 workdays"]
