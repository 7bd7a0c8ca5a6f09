"""What everybody can count in the WABO log, the engine must say (examples/SOURCES.md)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.conftest import EXAMPLES
from tests.truth.replayed import Replay, replay, wall

SHIPPED = EXAMPLES / "wabo" / "receipt.xes.gz"
DAY = 86_400


@pytest.fixture(params=["shipped xes", "real xes", "real csv"])
def wabo(request: pytest.FixtureRequest, real_data: Callable[[str], Path]) -> Replay:
    paths = {"real xes": "wabo/receipt.xes.gz", "real csv": "wabo/receipt.csv"}
    path = real_data(paths[request.param]) if request.param in paths else SHIPPED
    return replay(path, "nl-wabo")


def days_allowed(clocks: pl.DataFrame) -> pl.DataFrame:
    seconds = (pl.col("due_at") - pl.col("started_at")).dt.total_milliseconds() / 1000
    return clocks.with_columns((seconds / DAY).round().alias("days"))


def test_log_has_its_cases_events_and_words(wabo: Replay) -> None:
    assert wabo.read.log.cases.height == 1434
    moments = wabo.read.log.events.filter(pl.col("activity").is_in(["received", "decided"]))
    assert moments.height == 1434 + 1329
    assert wabo.read.log.events.height - moments.height == 8577
    assert wabo.read.log.events["activity"].n_unique() == 27 + 2


def test_1079_cases_have_the_statutory_term_of_56_days(wabo: Replay) -> None:
    days = days_allowed(wabo.clocks("stored-deadline/stored"))["days"]
    assert (days == 56).sum() == 1079
    assert (days == 98).sum() == 58


def test_statutory_due_date_is_the_stored_one_or_the_next_working_day(wabo: Replay) -> None:
    stored = days_allowed(wabo.clocks("stored-deadline/stored")).filter(pl.col("days") == 56)
    law = wabo.clocks("decision-term/statutory")
    both = stored.join(law, on="case_id", suffix="_law").select(
        wall("due_at", "Europe/Amsterdam").dt.date().alias("stored"),
        wall("due_at_law", "Europe/Amsterdam").dt.date().alias("law"),
    )
    assert both.height == 1079
    assert both.filter(pl.col("stored") == pl.col("law")).height == 993
    moved = both.filter(pl.col("stored") != pl.col("law"))
    assert moved.height == 86
    assert moved.filter((pl.col("law") - pl.col("stored")).dt.total_days().is_between(1, 4)).height == 86


def test_377_of_1329_decided_after_the_stored_deadline(wabo: Replay) -> None:
    ended = wabo.clocks("stored-deadline/stored").filter(pl.col("ended_at").is_not_null())
    assert ended.height == 1329
    assert (ended["state"] == "late").sum() == 377
    assert ended.filter(pl.col("state") == "late", pl.col("ended_at") <= pl.col("due_at")).is_empty()


def test_late_share_by_channel(wabo: Replay) -> None:
    whole = wabo.figures("stored-deadline/late-share")
    assert whole.select("numerator", "denominator").rows() == [(377, 1329)]
    by = wabo.figures("stored-deadline/late-share-by-channel")
    said = {row["by"]: (row["numerator"], row["denominator"], round(row["value"] * 100, 1)) for row in by.to_dicts()}
    assert said == {
        '{"channel":"Internet"}': (313, 1148, 27.3),
        '{"channel":"Desk"}': (39, 107, 36.4),
        '{"channel":"Post"}': (17, 52, 32.7),
        '{"channel":"e-mail"}': (8, 21, 38.1),
        '{"channel":"Intern"}': (0, 1, 0.0),
    }


def test_two_cases_that_end_before_they_start_are_listed_and_kept(wabo: Replay) -> None:
    rejected = wabo.read.rejected
    assert sorted(rejected["case_id"].to_list()) == ["case-10862", "case-8267"]
    assert rejected["kept"].to_list() == [True, True]


def test_confirmations_of_receipt(wabo: Replay) -> None:
    assert wabo.findings("receipt/receipt-sent").height == 131
    assert wabo.findings("receipt/determined-before-sent").height == 1
    assert wabo.findings("receipt/checked-before-determined").height == 0
