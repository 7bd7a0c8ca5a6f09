"""Lists: the page, its count, its cursors and both exports show the same rows, and only those one may see."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html import escape

import pytest
from django.core.cache import cache
from python_calamine import load_workbook

from tests.city.board import small_city
from tests.city.board.test_shown import reported
from yinuo.city.board import lists, polling
from yinuo.city.board.lights import kept
from yinuo.city.board.lists import cases
from yinuo.city.cases import numbers
from yinuo.city.cases.models import Case
from yinuo.city.pages import listing
from yinuo.city.pages.listing import listed
from yinuo.city.pages.spreadsheets import harmless
from yinuo.city.pages.words import Words
from yinuo.city.people.may import row_filter


def rows_of(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


def total_in_head(answer):
    return re.search(r'<div class="list-head"><p>([^<]+)</p>', answer.content.decode()).group(1)


def total(answer):
    return int(re.search(r"(\d+) [件条]<", answer.content.decode()).group(1))


@pytest.mark.holds("regression 21", "peer 98", shows="/cases")
@pytest.mark.parametrize(
    "query", ["", "?status=open", "?unit=market", "?status=ended&item=food-permit", "?level=yellow"]
)
@pytest.mark.parametrize("who", ["chen", "sun"])
def test_page_count_and_exports_show_the_same_rows(sign_in, who, query):
    client = sign_in(who)
    for path in ("cases", "findings"):
        if path == "findings" and "item" in query:
            continue
        page = client.get(f"/{path}{query}")
        told = rows_of(client.get(f"/{path}.csv{query}"))
        if 'class="empty"' in page.content.decode():
            assert told == []
            continue
        assert total(page) == len(told)
        book = load_workbook(io.BytesIO(client.get(f"/{path}.xlsx{query}").content))
        assert len(book.get_sheet_by_index(0).to_python()) - 1 == len(told)


def test_a_section_sees_its_own_cases_only(sign_in):
    everything = rows_of(sign_in("chen").get("/cases.csv"))
    own = rows_of(sign_in("sun").get("/cases.csv"))
    assert 0 < len(own) < len(everything)
    assert sign_in("sun").get("/cases/D001").status_code == 404
    assert sign_in("chen").get("/cases/D001").status_code == 200


def test_who_may_not_export_is_refused(sign_in):
    assert sign_in("zhao").get("/cases.csv").status_code == 403
    assert "导出" not in sign_in("zhao").get("/cases").content.decode()


@pytest.mark.parametrize("most", [listing.COUNTED, 3])
def test_cursors_go_through_every_row_once_whether_few_or_more_than_counted(city, db, monkeypatch, most):
    monkeypatch.setattr(listing, "PAGE", 7)
    words, allowed = Words(), row_filter(small_city.actor("chen"), "case.read", "c.scope")
    for sort in ("opened", "-opened", "ended", "-ended"):
        asked, seen = {"sort": sort}, []
        while asked:
            found = listed(replace(cases(words), most=most), path="/cases", asked=asked, row_filter=allowed)
            seen += [row["case_id"] for row in found.rows]
            asked = {"sort": sort, "after": found.next.rpartition("after=")[2]} if found.next else {}
        assert len(seen) == len(set(seen)) == Case.objects.count()
        assert found.total == min(len(seen), most + 1)


@pytest.mark.parametrize(
    "query", ["clock=overdue", "clock=running", "level=yellow", "unit=market&status=open", "q=经营"]
)
def test_few_rows_looked_up_and_many_walked_are_the_same(city, db, query):
    words, allowed = Words(), row_filter(small_city.actor("chen"), "case.read", "c.scope")
    asked = dict(pair.split("=") for pair in query.split("&"))
    few, many = (
        listed(replace(cases(words), most=most), path="/cases", asked=asked, row_filter=allowed)
        for most in (listing.COUNTED, 0)
    )
    assert few.rows and [row["case_id"] for row in few.rows] == [row["case_id"] for row in many.rows]


@pytest.mark.parametrize("query", ["clock=overdue", "clock=running", "q=经营", "clock=running&q=经营"])
def test_every_page_of_many_walked_is_as_of_few_looked_up(city, db, monkeypatch, query):
    monkeypatch.setattr(listing, "PAGE", 2)
    words, allowed = Words(), row_filter(small_city.actor("chen"), "case.read", "c.scope")
    seen: dict[int, list[str]] = {}
    for most in (listing.COUNTED, 2, 0):
        asked, rows = dict(pair.split("=") for pair in query.split("&")), []
        while "after" not in asked or asked["after"]:
            found = listed(replace(cases(words), most=most), path="/cases", asked=asked, row_filter=allowed)
            rows += [row["case_id"] for row in found.rows]
            asked = asked | {"after": found.next.rpartition("after=")[2] if found.next else ""}
        seen[most] = rows
    assert len(seen[2]) > 2 and seen[0] == seen[2] == seen[listing.COUNTED]


def test_a_long_search_is_counted_once_while_it_is_paged_through_and_again_when_it_grew_short(
    city, db, monkeypatch, django_assert_num_queries
):
    cache.clear()
    monkeypatch.setattr(listing, "PAGE", 2)
    words, allowed = Words(), row_filter(small_city.actor("chen"), "case.read", "c.scope")
    spec = replace(cases(words), most=2)

    def page(**asked):
        return listed(spec, path="/cases", asked={"kind": "application"} | asked, row_filter=allowed)

    with django_assert_num_queries(2):
        first = page()
    with django_assert_num_queries(1):
        second = page(after=first.next.rpartition("after=")[2])
    assert first.is_more and second.is_more and len(second.rows) == 2
    left = [row["case_id"] for row in first.rows]
    Case.objects.filter(kind="application").exclude(case_id__in=left).update(kind="other")
    short = page()
    assert (short.total, [row["case_id"] for row in short.rows], short.next) == (2, left, None)


@pytest.mark.holds("invariant 58", shows="/cases")
@pytest.mark.parametrize(("language", "said"), [("zh-hans", "2 以上"), ("en", "2+")])
@pytest.mark.parametrize("page", ["cases", "findings"])
def test_a_number_that_was_not_counted_to_the_end_says_so(sign_in, monkeypatch, page, language, said):
    client, spec = sign_in("chen", language), getattr(lists, page)
    exact = total_in_head(client.get(f"/{page}"))
    monkeypatch.setattr(lists, page, lambda words: replace(spec(words), most=2))
    assert total_in_head(client.get(f"/{page}")) == said
    monkeypatch.setattr(lists, page, lambda words: replace(spec(words), most=int(re.match(r"\d+", exact).group())))
    assert total_in_head(client.get(f"/{page}")) == exact


@pytest.mark.holds("regression 17", shows="/cases")
def test_more_cases_a_day_than_four_digits_count_have_each_its_own_number_in_the_list(sign_in):
    for case_id in ("many-1", "many-2"):
        reported(case_id, "application", ("received", {"applicant": "甲"}), item="food-permit", began=small_city.NOW)
        numbers.serials(10_500)
    first, last = (
        Case.objects.filter(case_id__in=["many-1", "many-2"]).order_by("case_id").values_list("receipt", flat=True)
    )
    assert first[:8] == last[:8] == f"{small_city.NOW:%Y%m%d}" and first != last
    page = sign_in("chen").get("/cases").content.decode()
    assert [page.count(f">{one}<") for one in (first, last)] == [1, 1]


@pytest.mark.holds("peer 67", "invariant 58", shows="/")
def test_the_board_leads_to_lists_as_long_as_its_numbers(sign_in):
    client, actor = sign_in("chen"), small_city.actor("chen")
    found = kept(Words(), actor=actor, asked={}, now=small_city.NOW, beat=polling.read(small_city.NOW))
    cells = [found.total, *(row.whole for row in found.rows)]
    assert len(cells) > 3
    page = client.get("/").content.decode()
    for row in found.rows:
        assert f'<a href="{escape(row.whole.open_at)}">{row.whole.open}</a>' in page, row.name
    for cell in cells:
        for number, address in [
            (cell.open, cell.open_at),
            (cell.paused, cell.paused_at),
            *((one[1], one[2]) for one in cell.cards),
        ]:
            path, _sign, query = address.partition("?")
            assert len(rows_of(client.get(f"{path}.csv?{query}"))) == number, address


@pytest.mark.parametrize("query", ["?since=gestern", "?status=nothing", "?after=xx", "?after=WzEsMl0", "?clock=x'--"])
def test_a_malformed_filter_is_told_and_breaks_nothing(sign_in, query):
    answer = sign_in("chen").get(f"/cases{query}")
    assert answer.status_code == 400
    assert "请求无法处理" in answer.content.decode()


def test_search_takes_signs_as_they_are(sign_in):
    for sign in ("%", "_", "\\", "'", "食品"):
        assert sign_in("chen").get("/findings", {"q": sign}).status_code == 200
        assert sign_in("chen").get("/cases", {"q": sign}).status_code == 200


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1"])
def test_a_cell_that_would_be_a_formula_is_text(text):
    assert harmless(text) == f"'{text}"
    assert harmless(-1) == "-1"
