"""docs/coverage.md is what the marks say, and what the issue names is held."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.scripts import ROOT, script

NOT_YET: set[str] = set()
"""Named and held by nothing: each stands under "Missing" in docs/coverage.md. Take it away when it is made."""
NAMED = ("peer", "invariant", "decision", "regression", "regression_of_part_1")


@pytest.fixture(scope="module")
def checked():
    """The script's answer, in a process of its own: it collects every test."""
    command = [sys.executable, "scripts/coverage.py", "--check"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def test_the_page_is_up_to_date(checked):
    assert checked.returncode == 0, checked.stdout[-2000:] + checked.stderr[-2000:]


def test_everything_the_issue_names_has_a_test(checked):
    """By the page, which the test above says is what the marks say."""
    page = script("coverage").PAGE.read_text(encoding="utf-8")
    _held, _line, missing = page.partition("## Missing")
    told = {line.removeprefix("- ").partition(":")[0] for line in missing.splitlines() if line.startswith("- ")}
    named = {name for table in NAMED for name in script("coverage").rows()[table]}
    assert told & named == NOT_YET
    assert len(named) == 129


def test_a_mark_that_names_nothing_known_is_refused():
    held = script("coverage").Held()
    held.tests["invariant 999"].add("test_x")
    assert script("coverage").strange(held) == ["invariant 999"]


def test_every_row_that_is_held_says_where_it_is_seen():
    for line in script("coverage").PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 7 and cells[3] == "Y":
            assert cells[4], f"{cells[1]}: no mark says what shows it"


def test_a_page_stands_with_the_names_of_its_pictures():
    seen = script("coverage")._seen
    assert seen("/queue") == "`/queue` (queue)"
    assert seen("/cases/<id>") == "`/cases/<id>` (case, case-ended, case-paused)"
    assert seen("yinuo verify") == "`yinuo verify`"
    with pytest.raises(LookupError, match="/nowhere"):
        seen("/nowhere")


def test_every_picture_is_of_a_page_there_is():
    assert sum(map(len, script("coverage").pictures().values())) > 80
