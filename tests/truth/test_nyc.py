"""New York's due dates from spans in hours and days, and the late shares of its agencies (examples/SOURCES.md)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from tests.conftest import EXAMPLES
from tests.truth.replayed import Replay, replay, wall

SHIPPED = EXAMPLES / "nyc311" / "requests_2011.csv"
ZONE = "America/New_York"


@pytest.fixture(params=["shipped", "real"])
def nyc(request: pytest.FixtureRequest, real_data: Callable[[str], Path]) -> Replay:
    return replay(real_data("nyc311/requests_2011.csv") if request.param == "real" else SHIPPED, "us-nyc")


def computed_and_stored(nyc: Replay, clause: str) -> pl.DataFrame:
    stored = nyc.clocks("service-requests/stored").select("case_id", wall("due_at", ZONE).alias("stored"))
    return nyc.clocks(clause).with_columns(wall("due_at", ZONE).alias("due")).join(stored, on="case_id")


def test_police_eight_hours_are_the_stored_due_date_in_619_of_619(nyc: Replay) -> None:
    both = computed_and_stored(nyc, "police/eight-hours")
    assert both.height == 619
    assert both.filter(pl.col("due") == pl.col("stored")).height == 619


def test_street_repairs_keep_the_time_of_day_across_the_change_of_the_clock(nyc: Replay) -> None:
    both = computed_and_stored(nyc, "streets/repair")
    equal = both.filter(pl.col("due") == pl.col("stored"))
    assert (both.height, equal.height) == (336, 302)
    change = datetime.fromisoformat("2011-03-13T03:00")
    crossing = equal.filter(pl.col("due") > change)
    assert crossing.height > 70
    hours = (pl.col("due_at") - pl.col("started_at")).dt.total_hours()
    assert crossing.filter(hours == pl.col("allowed") * 24 - 1).height == crossing.height


def test_share_closed_after_the_stored_due_date(nyc: Replay) -> None:
    figures = nyc.figures("service-requests/late-share")
    said = {
        row["unit"]: (row["numerator"], row["denominator"], round(row["value"] * 100, 1)) for row in figures.to_dicts()
    }
    assert {agency: said[agency] for agency in ("NYPD", "DOT", "DOF", "DHS", "DCA")} == {
        "NYPD": (41, 619, 6.6),
        "DOT": (68, 502, 13.5),
        "DOF": (71, 340, 20.9),
        "DHS": (47, 181, 26.0),
        "DCA": (28, 65, 43.1),
    }


def test_a_closing_in_1900_is_rejected_and_the_request_stays_open(nyc: Replay) -> None:
    rejected = nyc.read.rejected.to_dicts()
    assert len(rejected) == 1
    assert (rejected[0]["column"], rejected[0]["value"], rejected[0]["kept"]) == (
        "Closed Date", "01/01/1900 12:00:00 AM", False,
    )  # fmt: skip
    clock = nyc.clocks("service-requests/stored").filter(pl.col("case_id") == rejected[0]["case_id"])
    assert clock["state"].to_list() == ["overdue"]
    assert nyc.read.log.events.filter(pl.col("activity") == "closed").height == 2000 - 42 - 1


def test_requests_without_a_due_date_have_no_clock(nyc: Replay) -> None:
    assert nyc.clocks("service-requests/stored").height == 2000 - 17
