"""E006: one responsibility sheet a year for each leader, signed by himself, with the result on it; printed, counted, in its book."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.city.board import small_city
from tests.city.papers.pdftext import text_of
from yinuo.city.board.rounds import listing
from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.models import Case
from yinuo.city.ledger import read
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.units import Span
from yinuo.city.supervision.models import Finding

KIND = "responsibility-sheet"
DRAWN = small_city.NOW - timedelta(days=20)


@pytest.fixture
def organisation(city, db):
    """The organisation department, and somebody of it."""
    one = Span("organisation", small_city.START, None, "city", "市委组织部", "organisation department", "office")
    people.open_unit(one, actor=OPERATOR, now=small_city.NOW)
    small_city.employ("kong", "孔组", "organisation", "handler", "city")
    return small_city.actor("kong")


def drawn(organisation, leader, unit, *, year=2026):
    fields = {"leader": leader, "sheet_year": year, "duties": "窗口作风\n一次告知"}
    opening = Act(None, "sheet_drawn", DRAWN, fields, kind=KIND, unit=unit, event_id=f"sheet-{leader}-{year}")
    return commands.act(opening, actor=organisation, now=DRAWN).case_id


def sign(case_id, who):
    commands.act(Act(case_id, "sheet_signed", small_city.NOW), actor=small_city.actor(who), now=small_city.NOW)


@pytest.fixture
def two(organisation):
    """One signed, one not, and one of last year."""
    drawn(organisation, "zhou", "market", year=2025)
    mine, other = drawn(organisation, "zhou", "market"), drawn(organisation, "wu", "human-resources")
    sign(mine, "zhou")
    small_city.supervised()
    return mine, other


@pytest.mark.holds("E006", shows="/registers/responsibility-sheet")
def test_only_the_leader_named_signs_and_nothing_is_written_on_an_unsigned_sheet(organisation, sign_in):
    case_id = drawn(organisation, "zhou", "market")
    chen, receipt = sign_in("chen"), Case.objects.get(case_id=case_id).receipt

    def row():
        page = chen.get("/registers/responsibility-sheet").content.decode()
        return next(one for one in page.split("<tr>") if receipt in one)

    assert "周局" in row() and "等“签订责任书”" in row()
    with pytest.raises(Refused, match="责任人本人签字"):
        sign(case_id, "sun")
    result = Act(case_id, "sheet_result", small_city.NOW, {"result_grade": "优秀"})
    with pytest.raises(Refused):
        commands.act(result, actor=organisation, now=small_city.NOW)
    sign(case_id, "zhou")
    assert "等“签订责任书”" not in row()
    commands.act(result, actor=organisation, now=small_city.NOW)
    assert "优秀" in row()


@pytest.mark.holds("E006", shows="/cycle")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_signed_and_unsigned_are_counted_by_unit_for_the_newest_year(two, sign_in, language):
    client = sign_in("chen", language)
    client.get("/cycle")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/cycle").content.decode()
    assert len(asked) <= 8
    assert ("已签 1 / 2，未签 1" if language == "zh-hans" else "signed 1 of 2, unsigned 1") in page
    found = listing.sheets(small_city.actor("chen"))
    assert [(row["unit"], row["sheets"], row["signed"], row["late"]) for row in found.rows] == [
        ("human-resources", 1, 0, 1), ("market", 1, 1, 0),
    ]  # fmt: skip
    assert (found.year, found.n, found.signed) == (2026, 2, 1)
    assert not listing.sheets(small_city.actor("sun")).rows or listing.sheets(small_city.actor("sun")).n == 1


@pytest.mark.holds("E006", shows="/registers/responsibility-sheet?step=sign")
def test_the_book_lists_what_is_not_signed_and_the_card_that_follows(two, sign_in):
    mine, other = two
    page = sign_in("chen").get(f"/registers/{KIND}?step=sign").content.decode()
    assert other in page and mine not in page
    card = Finding.objects.get(case_id=other, clause="signed-in-time")
    assert (card.level, card.unit) == ("yellow", "human-resources")


@pytest.mark.holds("E006", shows="/cases/<id>/papers/sheet.pdf")
def test_the_sheet_is_printed_with_its_signature_and_its_result(two, organisation, sign_in):
    mine, other = two
    assert re.search(rf'href="/cases/{mine}/papers/sheet.pdf"', sign_in("chen").get(f"/cases/{mine}").content.decode())
    fields = {"result_grade": "差", "result_flags": ["一票否决"]}
    commands.act(Act(mine, "sheet_result", small_city.NOW, fields), actor=organisation, now=small_city.NOW)
    told = text_of(sign_in("chen").get(f"/cases/{mine}/papers/sheet.pdf").content)
    signature = next(one for one in read.stream(f"case/{mine}") if one.activity == "sheet_signed")
    for said in (
        "作风建设责任书",
        "周局",
        "市市场监督管理局",
        "2026",
        "窗口作风",
        "一次告知",
        signature.digest.hex(),
        "差",
        "一票否决",
    ):
        assert said in told, said
    unsigned = text_of(sign_in("chen").get(f"/cases/{other}/papers/sheet.pdf").content)
    assert "尚未签字" in unsigned and "吴敏" in unsigned and "考核结果" not in unsigned


def test_what_a_case_points_to_is_named_by_one_query(two, sign_in):
    client = sign_in("chen")
    client.get(f"/cases/{two[0]}")
    with CaptureQueriesContext(connection) as asked:
        page = client.get(f"/cases/{two[0]}").content.decode()
    assert page.count(small_city.actor("zhou").name) >= 2
    assert len([one for one in asked if "are called, by their keys" in one["sql"]]) == 1
    assert len(asked) <= 8, [one["sql"][:90] for one in asked]
