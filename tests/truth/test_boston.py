"""Boston's targets from the promise alone, and the city's own flag from the stored target (examples/SOURCES.md)."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.conftest import EXAMPLES
from tests.truth.replayed import Replay, replay, wall

FOLDER = EXAMPLES / "boston311"
SHIPPED = FOLDER / "tickets_look_alike.parquet"
REAL = "boston311/tickets_2015h1.parquet"
ANSWERS = "boston311/sla_business_types_2015h1.parquet"
ZONE = "America/New_York"


def off_by(said: Replay, tickets: pl.DataFrame) -> pl.DataFrame:
    """Each ticket with the seconds between its stored target and the one computed from the promise."""
    due = said.clocks("service-targets/target").select("case_id", wall("due_at", ZONE).alias("due"))
    joined = tickets.join(due, left_on="CASE_ENQUIRY_ID", right_on="case_id", how="inner")
    return joined.with_columns((pl.col("TARGET_DT") - pl.col("due")).dt.total_seconds().alias("off"))


def within(rows: pl.DataFrame, seconds: int) -> int:
    return rows.filter(pl.col("off").abs() <= seconds).height


def cause(opened: str = "OPEN_DT", target: str = "TARGET_DT") -> pl.Expr:
    """Why a stored target is not the promised one, for tickets more than a minute off."""
    hour = pl.duration(hours=1)
    intake = (pl.col("off").abs() <= 3600) | (pl.col("off").is_between(-57_600, -50_400))
    return (
        pl.when(pl.col(target) - pl.col(opened) <= hour).then(pl.lit("target at the opening"))
        .when(intake).then(pl.lit("another moment of the intake"))
        .when(pl.col("off") > 0).then(pl.lit("moved later by hand"))
        .otherwise(pl.lit("unexplained"))
    )  # fmt: skip


def late_as_flagged(said: Replay, tickets: pl.DataFrame) -> tuple[int, int]:
    """How many closed tickets have a target and a flag, and for how many of them late = flag."""
    flagged = tickets.drop_nulls(["CLOSED_DT", "TARGET_DT", "OnTime_Status"])
    clocks = said.clocks("stored-targets/stored").select("case_id", "state")
    both = flagged.join(clocks, left_on="CASE_ENQUIRY_ID", right_on="case_id", how="inner")
    agree = (pl.col("state") == "late") == (pl.col("OnTime_Status") == "OVERDUE")
    settled = pl.col("state").is_in(["kept", "late"])
    return flagged.height, both.filter(agree, settled).height


def test_look_alike_is_what_its_maker_makes() -> None:
    made = runpy.run_path(str(FOLDER / "look_alike.py"))["tickets"]()
    assert_frame_equal(pl.read_parquet(SHIPPED), made)


def test_look_alike_targets_follow_from_the_types() -> None:
    tickets = pl.read_parquet(SHIPPED)
    rows = off_by(replay(SHIPPED, "us-boston"), tickets)
    assert rows.height == tickets["TARGET_DT"].count() == 2541
    assert rows.filter(pl.col("off").abs() > 60)["CASE_ENQUIRY_ID"].to_list() == (
        tickets.filter("EXTENDED")["CASE_ENQUIRY_ID"].to_list()
    )


def test_look_alike_late_is_its_flag() -> None:
    assert late_as_flagged(replay(SHIPPED, "us-boston"), pl.read_parquet(SHIPPED)) == (2359, 2359)


def test_look_alike_closed_before_opened_is_listed_and_kept() -> None:
    rejected = replay(SHIPPED, "us-boston").read.rejected
    assert rejected["kept"].to_list() == [True] * 12


def test_real_targets_from_the_promise_alone(real_data: Callable[[str], Path]) -> None:
    rows = off_by(replay(real_data(REAL), "us-boston"), pl.read_parquet(real_data(ANSWERS)))
    assert rows.height == 19_404
    assert within(rows, 60) == pytest.approx(18_912, abs=20)
    assert within(rows, 300) == pytest.approx(19_265, abs=20)


def test_real_targets_that_differ_by_cause(real_data: Callable[[str], Path]) -> None:
    rows = off_by(replay(real_data(REAL), "us-boston"), pl.read_parquet(real_data(ANSWERS)))
    others = rows.filter(pl.col("off").abs() > 60).with_columns(cause().alias("cause"))
    assert dict(others.group_by("cause").len().rows()) == {
        "another moment of the intake": 387,
        "moved later by hand": 99,
        "target at the opening": 6,
    }


def test_real_late_against_the_stored_target_is_the_flag(real_data: Callable[[str], Path]) -> None:
    path = real_data(REAL)
    assert late_as_flagged(replay(path, "us-boston"), pl.read_parquet(path)) == (37_257, 37_257)


def test_real_tickets_without_a_target_have_no_clock(real_data: Callable[[str], Path]) -> None:
    path = real_data(REAL)
    said, tickets = replay(path, "us-boston"), pl.read_parquet(path)
    assert tickets["TARGET_DT"].null_count() == 14_527
    assert said.clocks("stored-targets/stored").height == tickets.height - 14_527
    assert said.read.rejected["kept"].to_list() == [True] * 84
