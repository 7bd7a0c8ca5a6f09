"""The figures of the hall: each with its definition, n, interval, and a list behind it that is as long as n."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.city.board import small_city
from tests.city.figures.shelves import SHELVES
from yinuo.city.figures.catalogued import departments, entrances, in_parts
from yinuo.city.figures.models import Figure
from yinuo.city.pages.figurereading import FIGURES

MARCH = {"period_start": date(2026, 3, 1)}
TODAY = small_city.NOW.date()


def value(clause, **of):
    """k and n of a figure in March."""
    found = Figure.objects.get(clause=clause, **{**MARCH, **of})
    return found.numerator, found.denominator


def of(clause, **chosen):
    """A figure itself."""
    return Figure.objects.get(clause=clause, **chosen)


def counted(unit, holds, *, among=lambda one: one["type"] != "20"):
    """k and n by hand, from what was put on the shelves."""
    rows = [one for one in SHELVES.values() if one["unit"] == unit and among(one)]
    return float(sum(holds(one) for one in rows)), float(len(rows))


def on_page(client, figure):
    """Value, numerator and n of a figure of a unit, as its page tells them."""
    page = client.get(f"/figures/{figure.institution}/{figure.clause}?period={figure.period_start}").content.decode()
    told = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    name = small_city.demo_city().tables["units"].filter(id=figure.unit)["zh"].item()
    row = re.search(rf"{name} (?:([\d.,]+) ?%?|不足|—) [\d. %–,]*?([\d.,]+) ([\d,]+)(?= )", told)
    return row and (float(row[2].replace(",", "")), float(row[3].replace(",", "")))


def entered(one):
    return one.get("entered_on") is not None and one["entered_on"] <= TODAY


def authorised(one):
    letter = one.get("letter")
    return letter is not None and letter.is_on(TODAY)


@pytest.mark.holds("E073", "decision D03", shows="/figures/hall-figures/item-entry")
@pytest.mark.parametrize("unit", ["market", "housing", "transport"])
def test_items_entered_of_those_in_force(sign_in, unit):
    assert value("item-entry", unit=unit) == counted(unit, entered)
    assert on_page(sign_in("chen"), of("item-entry", unit=unit, **MARCH)) == counted(unit, entered)


@pytest.mark.holds("decision D06", shows="/figures/hall-figures/item-entry")
def test_d06_the_rate_is_told_with_and_without_exemptions(sign_in):
    assert value("item-entry", unit="market") == (3.0, 4.0)
    assert value("item-entry/without-exempt", unit="market") == (3.0, 3.0)
    page = sign_in("chen").get("/figures/hall-figures/item-entry?period=2026-03-01").content.decode()
    assert re.search(r"市市场监督管理局</th>.*?75(?:\.0)?\s?%.*?不含例外.*?100(?:\.0)?\s?%", page, re.DOTALL)
    behind = (
        sign_in("chen").get("/figures/hall-figures/item-entry/cases?period=2026-03-01&unit=market").content.decode()
    )
    assert "涉密" in behind, "what is missing is listed with its reason"


@pytest.mark.holds("E074", shows="/figures/hall-figures/item-authority")
def test_a_letter_that_ran_out_drops_out_the_same_day(sign_in):
    assert value("item-authority", unit="market") == counted("market", authorised, among=lambda one: one["type"] != "20" and entered(one))  # fmt: skip
    assert value("item-authority", unit="transport") == (0.0, 1.0)
    assert on_page(sign_in("chen"), of("item-authority", unit="transport", **MARCH)) == (0.0, 1.0)


@pytest.mark.holds("E072", shows="/figures/three-concentrations/department-entry")
def test_a_department_has_entered_with_its_approval_section(sign_in):
    found = {one.unit: one.numerator for one in Figure.objects.filter(clause="department-entry", **MARCH)}
    assert found == {"market": 1.0, "housing": 0.0, "transport": 0.0}
    page = sign_in("chen").get("/figures/three-concentrations/department-entry?period=2026-03-01").content.decode()
    assert re.search(r"合计 <strong>33", page)


@pytest.mark.holds("E075", "decision D04", shows="/figures/hall-figures/at-once-share")
def test_d04_at_once_is_a_share_of_items_and_on_the_spot_one_of_cases(sign_in):
    among = {"among": entered}
    assert value("at-once-share", unit="market") == counted(
        "market", lambda one: one.get("case_type") == "immediate", **among
    )
    found = Figure.objects.filter(clause="on-spot", **MARCH)
    assert found.exists()
    figure = of("at-once-share", unit="market", **MARCH)
    assert on_page(sign_in("chen"), figure) == (figure.numerator, figure.denominator)


@pytest.mark.holds("E024", "decision D37", shows="/figures/hall-figures/new-entries")
def test_new_entries_of_the_half_year_by_type(sign_in):
    found = {one.by: one.denominator for one in Figure.objects.filter(clause="new-entries", period_start="2026-01-01")}
    assert found == {'{"type":"01"}': 1.0}
    page = sign_in("chen").get("/figures/hall-figures/new-entries?period=2026-01-01").content.decode()
    address = re.search(r'href="([^"]*new-entries/cases[^"]*)"', page).group(1).replace("&amp;", "&")
    assert "背后 1 条" in sign_in("chen").get(address).content.decode()


@pytest.mark.holds("invariant 58", shows="/figures/<institution>/<clause>/cases")
def test_the_list_behind_every_value_of_the_catalogue_is_as_long_as_its_n(sign_in):
    client = sign_in("chen")
    clauses = ("item-entry", "item-authority", "at-once-share", "department-entry", "promised-sum", "papers-asked")
    looked = 0
    for one in Figure.objects.filter(clause__in=clauses, denominator__gt=0):
        asked = {"period": one.period_start, **({"unit": one.unit} if one.unit else {"item": one.item})}
        text = client.get(f"/figures/{one.institution}/{one.clause}/cases", asked).content.decode()
        assert int(re.search(r"背后 (\d+) 条", text).group(1)) == one.denominator, (one.clause, asked)
        looked += 1
    assert looked > 20


def test_every_figure_has_a_list_that_can_be_read(sign_in):
    client = sign_in("chen")
    measures = {one.name: one.editions[-1].clause.measure for one in small_city.demo_city().rules.of_kind("indicator")}
    looked = set()
    for one in Figure.objects.order_by("institution", "clause", "-denominator"):
        name = f"{one.institution}/{one.clause}"
        if name in looked or "/" in one.clause:
            continue
        looked.add(name)
        asked = {"period": one.period_start, "unit": one.unit or "", "item": one.item or "", "by": one.by or ""}
        answer = client.get(f"/figures/{name}/cases", asked)
        has_rows = measures[name] not in FIGURES and one.denominator > 0 and one.period_end is not None
        assert answer.status_code == (200 if has_rows else 404), (name, asked)
    assert len(looked) > 20


@pytest.mark.holds("E078", shows="/figures/hall-figures/centre-quality")
def test_the_card_of_the_centre_tells_its_formula_and_what_is_missing(sign_in):
    client = sign_in("chen")
    client.get("/figures/hall-figures/centre-quality")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/figures/hall-figures/centre-quality?period=2026-03-01").content.decode()
    assert len(asked) <= 8
    assert "按权重相加" in page
    points = [float(one) for one in re.findall(r'data-label="得分">([\d.]+)', page)]
    weight = sum(
        float(one)
        for one in re.findall(r'data-label="权重">([\d.]+)\s?%</td>\s*<td class="num" data-label="数值"', page)
    )
    total = float(re.search(r"总分.*?<strong>([\d.]+)</strong>", page, re.DOTALL).group(1))
    assert total == pytest.approx(sum(points) / weight * 100, abs=0.2)
    Figure.objects.filter(clause="on-time").delete()
    assert "缺" in client.get("/figures/hall-figures/centre-quality?period=2026-03-01").content.decode()


@pytest.mark.holds("E060", shows="/figures/hall-figures/trips")
def test_visits_doors_and_people_are_counted_per_case(sign_in):
    found = Figure.objects.filter(clause="trips", unit="market").first()
    assert found.denominator >= 3
    assert found.value >= 1
    for other in ("doors", "people-met"):
        assert (
            Figure.objects.get(clause=other, unit="market", period_start=found.period_start).denominator
            == found.denominator
        )
    assert on_page(sign_in("chen"), found)[1] == found.denominator


@pytest.mark.holds("E057", shows="/figures/hall-figures/zero-dwell")
def test_steps_taken_up_the_same_working_day(sign_in):
    found = Figure.objects.filter(clause="zero-dwell", unit="market", denominator__gt=0).first()
    assert 0 <= found.numerator <= found.denominator
    assert on_page(sign_in("chen"), found) == (found.numerator, found.denominator)


@pytest.mark.parametrize("page", ["/figures", "/figures/hall-figures/item-entry", "/figures/hall-figures/limits-cut", "/figures/hall-figures/new-entries"])  # fmt: skip
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_page_of_figures_answers_within_eight_queries(sign_in, page, language):
    client = sign_in("chen", language)
    client.get(page)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(page)
    assert answer.status_code == 200
    assert len(asked) <= 8


def version(**own):
    """A version of the catalogue as the statement gives it."""
    plain = {"item": "a", "unit": "market", "type": "01", "case_type": "promised", "since": date(2026, 1, 1), "until": None,
             "statutory": "20 workdays", "promised": "5 workdays", "entered_on": None, "letter_since": None, "letter_until": None,
             "exempt_until": None, "exempt_reason": None, "papers": 3, "steps": 5}  # fmt: skip
    return plain | own


def test_a_version_is_cut_where_anything_in_it_changes():
    cut = list(
        in_parts(version(entered_on=date(2026, 2, 1), letter_since=date(2025, 1, 1), letter_until=date(2026, 3, 1)))
    )
    assert [(one["from"], one["until"], one["entered"], one["authorised"]) for one in cut] == [
        (date(2026, 1, 1), date(2026, 2, 1), False, True),
        (date(2026, 2, 1), date(2026, 3, 1), True, True),
        (date(2026, 3, 1), None, True, False),
    ]
    (old,) = in_parts(version(until=date(2026, 2, 1), entered_on=date(2026, 2, 1)))
    assert (old["entered"], old["until"]) == (False, date(2026, 2, 1))


def test_a_department_is_there_while_it_holds_approval_items():
    made = [
        *in_parts(version(until=date(2026, 2, 1), exempt_until=date(2027, 1, 1), exempt_reason="涉密")),
        *in_parts(version(item="b", since=date(2026, 3, 1))),
        *in_parts(version(item="c", type="20")),
    ]
    assert [(one["from"], one["until"], one["approvals"], one["exempt"]) for one in departments(made)] == [
        (date(2026, 1, 1), date(2026, 2, 1), 1, True),
        (date(2026, 3, 1), None, 1, False),
    ]
    assert [one["entered_on"] for one in entrances([version(entered_on=date(2026, 1, 5)), version(since=date(2026, 2, 1), entered_on=date(2026, 1, 5))])] == [date(2026, 1, 5)]  # fmt: skip


@pytest.mark.parametrize(
    ("promised", "statutory", "days"),
    [("5 workdays", "20 workdays", (5, 20)), ("0 workdays", "30 days", (0, 30)), ("5 workdays", "30 days", (None, None)), ("", "20 days", (None, None))],
)  # fmt: skip
def test_only_limits_of_one_sort_are_compared(promised, statutory, days):
    (one,) = in_parts(version(promised=promised, statutory=statutory))
    assert (one["promised_days"], one["statutory_days"]) == days


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "这一项还没有数"), ("en", "Nothing measured yet")])
def test_a_figure_of_which_nothing_was_measured_tells_how_it_is_reckoned(sign_in, language, said):
    client = sign_in("chen", language)
    answer = client.get("/figures/one-time-notice/second-requests")
    assert answer.status_code == 200
    assert said in answer.content.decode() and 'class="definition-list"' in answer.content.decode()
    assert client.get("/figures/one-time-notice/second-requests/cases").status_code == 404
    assert client.get("/figures/one-time-notice/no-such").status_code == 404
