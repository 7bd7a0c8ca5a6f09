"""The figures of a text: every measure, subject and period, and what is not rated (grammar part 2, 1.3 and 2.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.engine.told import at, end
from tests.engine.words import FLOW
from tests.reference.comparison import Custom, Text
from yinuo.engine.clauses.indicator import Indicator
from yinuo.engine.evaluate import evaluate
from yinuo.engine.log import CASE_COLUMNS, EVENT_COLUMNS, Log
from yinuo.engine.measure import measure
from yinuo.engine.rules import Edition, Ruling
from yinuo.engine.statistics import wilson

Row = dict[str, Any]
PROMISE = Text.always("reply", "promise", on="accepted", until="decided", within="5 workdays")
ALWAYS = date(2009, 1, 1)


def closed(day: str, unit: str | None = "A", opened: str = "01-05", **fields: Any) -> Row:
    """A case accepted one day and decided another ("" = still open), with the fields of the case."""
    return {"opened": opened, "closed": day, "unit": unit, **fields}


def log_of(cases: list[Row], tables: dict[str, pl.DataFrame] | None) -> Log:
    events, rows = [], []
    for number, case in enumerate(cases):
        name = f"c{number:03}"
        rows.append(
            {"case_id": name, "kind": "permit"} | {key: case[key] for key in case if key not in {"opened", "closed"}}
        )
        for activity, day in (("accepted", case["opened"]), ("decided", case["closed"])):
            if day:
                moment = at(day)
                events.append({"case_id": name, "activity": activity, "at": moment, "recorded_at": moment, "unit": case["unit"],
                               "actor": case.get("officer"), "event_id": f"{name}{activity}", "sequence": 0})  # fmt: skip
    happened = pl.DataFrame(events, schema=EVENT_COLUMNS)
    known = pl.DataFrame(rows, schema_overrides=CASE_COLUMNS, infer_schema_length=None) if rows else None
    return Log(happened, pl.DataFrame(schema=CASE_COLUMNS) if known is None else known, tables or {})


def figures(
    cases: list[Row], as_of: str = "12-31", tables: dict[str, pl.DataFrame] | None = None, **clauses: Any
) -> list[Row]:
    """What is measured: each clause its keys, or (from, until, keys) for several editions."""
    log, now = log_of(cases, tables), end(as_of)
    rules = Custom().rules([FLOW, PROMISE])
    rulings = []
    for name, written in clauses.items():
        editions = written if isinstance(written, list) else [(ALWAYS, None, written)]
        made = tuple(
            Edition(start, until, Indicator.model_validate({"zh": name} | raw)) for start, until, raw in editions
        )
        rulings.append(Ruling("test", "indicator", name, made))
    rules = replace(rules, rulings=(*rules.rulings, *rulings))
    return measure(log, evaluate(log, rules, as_of=now), rules, as_of=now).to_dicts()


def values(rows: list[Row], clause: str = "f") -> dict[tuple[str | None, str | None], float | None]:
    """Value by subject and month of one figure."""
    return {
        (row["unit"] or row["item"], None if row["period_start"] is None else f"{row['period_start']:%m-%d}"): row["value"]
        for row in rows if row["clause"] == clause
    }  # fmt: skip


def only(rows: list[Row], clause: str = "f") -> Row:
    (row,) = (row for row in rows if row["clause"] == clause)
    return row


PAID = [closed("03-10", fee=fee, grade=grade, tags=tags) for fee, grade, tags in (
    (4.0, "good", ["x"]), (1.0, "good", ["x", "y"]), (10.0, "bad", ["z"]), (3.0, "good", None), (2.0, None, ["y"]), (None, "bad", None))]  # fmt: skip


@pytest.mark.parametrize(
    ("measured", "keys", "value", "n"),
    [
        ("count", {}, 6, 6),
        ("count", {"count": {"grade": "good"}}, 3, 6),
        ("count", {"where": {"grade": ["good", "bad"]}, "count": {"grade": "bad"}}, 2, 5),
        ("share", {"count": {"grade": "good"}}, 0.5, 6),
        ("share", {"where": {"grade": {"known": True}}, "count": {"grade": "good"}}, 0.6, 5),
        ("share", {}, 1, 6),
        ("sum", {"value": "fee"}, 20, 5),
        ("sum", {"value": "fee", "count": {"grade": "good"}}, 8, 3),
        ("sum", {"value": {"field": "grade", "map": {"good": 1, "bad": -10}}}, -17, 5),
        ("mean", {"value": "fee"}, 4, 5),
        ("mean", {"value": "fee", "where": {"grade": "good"}}, 8 / 3, 3),
        ("median", {"value": "fee"}, 3, 5),
        ("median", {"value": "fee", "where": {"fee": {"max": 4}}}, 2, 4),
        ("p90", {"value": "fee"}, 10, 5),
        ("min", {"value": "fee"}, 1, 5),
        ("max", {"value": "fee"}, 10, 5),
        ("distinct", {"value": "grade"}, 2, 5),
    ],
)  # fmt: skip
def test_each_measure(measured: str, keys: Row, value: float, n: int) -> None:
    row = only(figures(PAID, f={"measure": measured, **keys}))
    assert row["value"] == pytest.approx(value)
    assert row["denominator"] == n
    assert (row["unit"], row["period_start"], row["period_end"]) == ("A", date(2026, 3, 1), date(2026, 3, 31))


def test_distinct_counts_the_union_of_many_values() -> None:
    assert only(figures(PAID, f={"measure": "distinct", "value": "tags"}))["value"] == 3


@pytest.mark.parametrize(("measured", "part"), [("median", 0.5), ("p90", 0.9)])
@pytest.mark.parametrize("n", [1, 2, 3, 9, 10, 11, 20, 30, 41, 70, 100, 110])
def test_median_and_p90_are_observed_values(measured: str, part: float, n: int) -> None:
    fees = np.random.default_rng(n).permutation(n) * 1.5
    row = only(figures([closed("03-10", fee=float(fee)) for fee in fees], f={"measure": measured, "value": "fee"}))
    assert row["value"] == np.percentile(fees, part * 100, method="inverted_cdf")


def test_a_share_keeps_numerator_and_denominator_and_shows_an_interval_only_where_the_text_asks() -> None:
    plain = {"measure": "share", "count": {"grade": "good"}}
    rows = figures(PAID, f=plain, g=plain | {"interval": "wilson"})
    row, shown = only(rows), only(rows, "g")
    assert (row["numerator"], row["denominator"], row["low"], row["high"]) == (3, 6, None, None)
    low, high = wilson(3, 6)
    assert (shown["low"], shown["high"]) == (pytest.approx(float(low)), pytest.approx(float(high)))


@pytest.mark.parametrize(("min_n", "value"), [(1, 0.5), (6, 0.5), (7, None)])
def test_fewer_than_min_n_are_not_rated(min_n: int, value: float | None) -> None:
    row = only(figures(PAID, f={"measure": "share", "count": {"grade": "good"}, "min_n": min_n, "interval": "wilson"}))
    assert (row["value"], row["denominator"]) == (value, 6)
    assert (row["low"] is None) == (value is None)


def units(*rows: tuple[str, str | None, str | None, str]) -> dict[str, pl.DataFrame]:
    frame = pl.DataFrame(
        [(name, start and date.fromisoformat(start), stop and date.fromisoformat(stop), kind) for name, start, stop, kind in rows],
        schema={"id": pl.String, "from": pl.Date, "until": pl.Date, "type": pl.String}, orient="row")  # fmt: skip
    return {"units": frame}


def test_an_empty_denominator_is_no_value_and_never_nought_or_everything() -> None:
    tables = units(("A", None, None, "town"), ("B", None, None, "town"))
    rows = figures(
        [closed("03-10")], tables=tables, f={"measure": "share"}, g={}, h={"measure": "mean", "value": "fee"}
    )
    assert values(rows) == {("A", "03-01"): 1, ("B", "03-01"): None}
    assert values(rows, "g") == {("A", "03-01"): 1, ("B", "03-01"): 0}
    assert values(rows, "h") == {("A", "03-01"): None, ("B", "03-01"): None}


def test_all_units_in_force_on_the_first_day_of_a_period_get_a_row() -> None:
    tables = units(("A", None, None, "town"), ("new", "2026-04-01", None, "town"), ("late", "2026-04-02", None, "town"),
                   ("gone", None, "2026-04-01", "town"), ("bureau", None, None, "bureau"))  # fmt: skip
    rows = figures([closed("03-10"), closed("04-10")], tables=tables, f={})
    assert {key for key in values(rows) if key[1] == "03-01"} == {(name, "03-01") for name in ("A", "gone", "bureau")}
    assert {key for key in values(rows) if key[1] == "04-01"} == {(name, "04-01") for name in ("A", "new", "bureau")}
    towns = figures([closed("03-10"), closed("03-10", unit="bureau")], tables=tables, f={"subject": "unit:town"})
    assert values(towns) == {("A", "03-01"): 1, ("gone", "03-01"): 0}


def test_a_period_in_which_nothing_happened_to_anyone_has_its_noughts() -> None:
    tables = units(("A", None, None, "town"), ("B", None, None, "town"))
    rows = figures([closed("03-10"), closed("05-10")], tables=tables, f={})
    assert values(rows)["A", "04-01"] == 0
    assert values(rows)["B", "04-01"] == 0


def test_a_unit_without_a_row_in_the_table_is_shown_all_the_same() -> None:
    rows = figures([closed("03-10", unit="stranger")], tables=units(("A", None, None, "town")), f={})
    assert values(rows) == {("A", "03-01"): 0, ("stranger", "03-01"): 1}


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("unit", {"A": 2, "B": 1}),
        ("item", {"i1": 1, "i2": 2}),
        ("city", {None: 3}),
        ("leader", {"wang": 2, None: 1}),
    ],
)  # fmt: skip
def test_whom_a_figure_is_about(subject: str, expected: dict[str | None, int]) -> None:
    cases = [
        closed("03-10", item="i1", leader="wang"),
        closed("03-11", item="i2", leader="wang"),
        closed("03-12", "B", item="i2"),
    ]
    rows = figures(cases, f={"subject": subject})
    assert {key[0]: value for key, value in values(rows).items()} == expected
    assert all(row["unit"] is None for row in rows) or subject != "item"


def test_a_person_is_the_actor() -> None:
    rows = figures([closed("03-10", officer="wang"), closed("03-10", officer="li")],
                   f={"over": "events", "subject": "person", "where": {"activity": "decided"}})  # fmt: skip
    assert values(rows) == {("li", "03-01"): 1, ("wang", "03-01"): 1}


def test_a_breakdown_gives_a_row_for_each_value() -> None:
    cases = [
        closed("03-10", grade="good", channel="web"),
        closed("03-11", grade="bad", channel="web"),
        closed("03-12", grade="good"),
    ]
    rows = figures(cases, f={"by": ["grade", "channel"]})
    assert {row["by"]: row["value"] for row in rows} == {
        '{"channel":"web","grade":"good"}': 1,
        '{"channel":"web","grade":"bad"}': 1,
        '{"channel":null,"grade":"good"}': 1,
    }


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        ("day", "03-31", "2026-03-31", "2026-03-31"),
        ("week", "03-29", "2026-03-23", "2026-03-29"),
        ("week", "03-30", "2026-03-30", "2026-04-05"),
        ("month", "02-28", "2026-02-01", "2026-02-28"),
        ("month", "2024-02-29", "2024-02-01", "2024-02-29"),
        ("quarter", "03-31", "2026-01-01", "2026-03-31"),
        ("quarter", "04-01", "2026-04-01", "2026-06-30"),
        ("half", "06-30", "2026-01-01", "2026-06-30"),
        ("half", "07-01", "2026-07-01", "2026-12-31"),
        ("year", "12-31", "2026-01-01", "2026-12-31"),
    ],
)  # fmt: skip
def test_periods_are_those_of_the_local_calendar(period: str, day: str, first: str, last: str) -> None:
    for clock in ("00:00", "23:59:59"):
        row = only(figures([closed(f"{day} {clock}", opened="2024-01-05")], f={"period": period}))
        assert (str(row["period_start"]), str(row["period_end"])) == (first, last)


def test_the_whole_log_is_one_period_without_dates() -> None:
    row = only(figures([closed("03-10"), closed("07-10"), closed("")], f={"period": "all"}))
    assert (row["value"], row["period_start"], row["period_end"]) == (3, None, None)


@pytest.mark.parametrize(
    ("over", "where", "dates"),
    [
        ("cases", {}, ["03-10", "04-10"]),
        ("clocks", {}, ["01-12", "03-09", "04-07"]),
        ("clocks:reply", {"state": "late"}, ["01-12", "04-07"]),
        ("clocks:test/reply", {"state": "kept"}, []),
        ("clocks:other/reply", {}, []),
        ("events", {"activity": "accepted"}, ["01-05", "03-02", "03-30"]),
    ],
)  # fmt: skip
def test_a_record_falls_in_the_period_of_its_date(over: str, where: Row, dates: list[str]) -> None:
    cases = [closed("03-10"), closed("", opened="03-02"), closed("04-10", opened="03-30")]
    rows = figures(cases, "06-30", f={"over": over, "period": "day"} | ({"where": where} if where else {}))
    assert [f"{row['period_start']:%m-%d}" for row in rows] == dates


def test_at_names_another_date() -> None:
    rows = figures([closed("04-10", opened="03-30"), closed("", opened="03-02")], f={"at": "opened_at"})
    assert values(rows) == {("A", "03-01"): 2}


def test_listed_exemptions_stay_in_the_headline_and_a_second_figure_leaves_them_out() -> None:
    cases = [closed("03-10", fee=1.0), closed("03-10", fee=0.0), closed("03-10", fee=0.0, excuse="flood"), closed("03-10", "B", fee=0.0, excuse="flood")]  # fmt: skip
    rows = figures(cases, f={"measure": "share", "count": {"fee": 1}, "exempt": {"excuse": {"known": True}}})
    headline = {
        row["unit"]: (row["value"], row["denominator"], row["excluded"]) for row in rows if row["clause"] == "f"
    }
    assert headline == {"A": (pytest.approx(1 / 3), 3, 1), "B": (0, 1, 1)}
    assert values(rows, "f/without-exempt")["A", "03-01"] == 0.5
    assert values(rows, "f/without-exempt").get(("B", "03-01")) is None


def test_a_stock_is_the_state_on_the_last_day_of_each_period() -> None:
    cases = [closed("02-28 23:59", opened="01-31"), closed("", opened="02-10"), closed("03-31", opened="03-01"), closed("04-01", opened="03-31")]  # fmt: skip
    rows = figures(cases, "04-15", f={"stock": True})
    assert values(rows) == {("A", "01-01"): 1, ("A", "02-01"): 1, ("A", "03-01"): 2, ("A", "04-01"): 1}


def test_a_stock_of_a_table_counts_the_rows_in_force() -> None:
    tables = {"items": pl.DataFrame({"id": ["i", "j"], "from": [None, date(2026, 2, 28)], "until": [date(2026, 3, 31), None],
                                     "unit": ["A", "A"]}, schema_overrides={"from": pl.Date, "until": pl.Date})}  # fmt: skip
    rows = figures([closed("03-10", opened="01-05")], "04-15", tables=tables, f={"over": "items", "stock": True})
    assert values(rows) == {("A", "01-01"): 1, ("A", "02-01"): 2, ("A", "03-01"): 1, ("A", "04-01"): 1}


def test_a_period_takes_the_edition_in_force_on_its_first_day() -> None:
    turn = date(2026, 3, 15)
    written = [
        (date(2026, 2, 1), turn, {"count": {"grade": "good"}}),
        (turn, date(2026, 5, 1), {"count": {"grade": "bad"}}),
    ]
    cases = [closed(day, grade="good") for day in ("01-20", "02-20", "03-20", "04-20", "05-20")]
    rows = figures(cases, f=written)
    assert {f"{row['period_start']:%m}": (row["value"], row["version"]) for row in rows} == {
        "02": (1, "2026-02-01"), "03": (1, "2026-02-01"), "04": (0, "2026-03-15")}  # fmt: skip


def monthly(*numbers: int, year: int = 2026) -> list[Row]:
    """So many cases closed in each month, from January on."""
    return [
        closed(f"{year}-{month:02}-20", opened="2024-01-05")
        for month, many in enumerate(numbers, 1)
        for _ in range(many)
    ]


def test_ratio_and_cut_divide_sums_period_by_period() -> None:
    cases = [
        closed("03-10", fee=30.0, limit=40.0),
        closed("03-10", fee=10.0, limit=10.0),
        closed("04-10", fee=5.0, limit=None),
    ]
    parts = {"promised": {"measure": "sum", "value": "fee"}, "statutory": {"measure": "sum", "value": "limit"}}
    over = {"of": "promised", "per": "statutory"}
    rows = figures(cases, **parts, r={"measure": "ratio"} | over, k={"measure": "cut"} | over)
    assert values(rows, "r") == {("A", "03-01"): 0.8, ("A", "04-01"): None}
    assert values(rows, "k") == {("A", "03-01"): pytest.approx(0.2), ("A", "04-01"): None}


def test_change_compares_with_the_same_period_a_year_before_or_with_the_period_before() -> None:
    cases = monthly(4, 2, year=2025) + monthly(6, 2, 3)
    rows = figures(
        cases,
        n={},
        y={"measure": "change", "of": "n", "versus": "1y"},
        p={"measure": "change", "of": "n", "versus": "1p"},
    )
    yearly = {f"{row['period_start']:%Y-%m}": row["value"] for row in rows if row["clause"] == "y"}
    assert yearly == {"2025-01": None, "2025-02": None, "2026-01": 0.5, "2026-02": 0, "2026-03": None}
    step = {f"{row['period_start']:%Y-%m}": row["value"] for row in rows if row["clause"] == "p"}
    assert (step["2025-01"], step["2025-02"]) == (None, -0.5)
    assert (step["2026-02"], step["2026-03"]) == (pytest.approx(-2 / 3), 0.5)


def test_change_against_the_period_before_does_not_jump_over_a_period_without_a_figure() -> None:
    rows = figures(monthly(4, 0, 8), n={}, p={"measure": "change", "of": "n", "versus": "1p"})
    assert values(rows, "p")["A", "03-01"] is None


@pytest.mark.parametrize(
    ("numbers", "as_of", "length"),
    [
        ((3, 3, 3), "04-01", 3),
        ((3, 3, 3), "03-31", 2),
        ((3, 1, 3), "04-01", 1),
        ((3, 3, 1), "04-01", 0),
        ((3, 0, 3), "04-01", 1),
        ((1, 2, 2, 9), "04-21", 2),
        ((3, 3, 0), "04-01", 0),
    ],
)  # fmt: skip
def test_a_streak_is_broken_by_a_bad_period_and_by_one_without_value(
    numbers: tuple[int, ...], as_of: str, length: int
) -> None:
    rows = figures(monthly(*numbers), as_of, n={}, s={"measure": "streak", "of": "n", "holds": {"value": {"min": 2}}})
    assert [row["value"] for row in rows if row["clause"] == "s"] == [length]


def test_an_empty_log_has_no_figures() -> None:
    assert figures([], f={}, g={"measure": "share"}) == []


@pytest.mark.parametrize("later", ["ratio", "streak"])
def test_each_edition_is_measured_in_its_own_way(later: str) -> None:
    """What was a share until April and is a figure over figures since then is each in its own months."""
    parts = {"one": {"measure": "sum", "value": "fee"}, "two": {"measure": "count"}}
    share = {"measure": "share", "count": {"grade": "good"}, "subject": "unit"}
    over = {"ratio": {"of": "one", "per": "two"}, "streak": {"of": "one", "holds": {"value": {"min": 1}}}}[later]
    cases = [
        closed("03-10", fee=6.0, grade="good"),
        closed("03-11", fee=6.0, grade="bad"),
        closed("04-10", fee=9.0, grade="bad"),
    ]
    rows = figures(
        cases,
        "04-20",
        **parts,
        f=[(ALWAYS, date(2026, 4, 1), share), (date(2026, 4, 1), None, {"measure": later, **over})],
    )
    assert values(rows)["A", "03-01"] == 0.5
    assert later != "ratio" or values(rows)["A", "04-01"] == 9.0
