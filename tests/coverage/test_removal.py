"""A page that shows a requirement can be taken away, and then a test of it fails; `make removal` asks this of every row."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from django.http import Http404
from django.urls import resolve

from tests.scripts import ROOT, script

SAMPLE, SEED = "2", "4"


@pytest.mark.slow
def test_without_its_page_a_requirement_of_the_sample_is_missed(tmp_path):
    """In a process and on a server of its own; the rows differ with the seed, the same for the same."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "scripts/removal.py", "--sample", SAMPLE, "--seed", SEED]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=own | {"YINUO_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert re.search(
        rf"^{SAMPLE} rows, \d+ pages of them, 0 that nobody would miss, 0 tests", done.stdout, re.MULTILINE
    )


def test_a_page_is_gone_only_as_long_as_it_is_taken_away(rf):
    page = resolve("/book").func
    with script("removal").gone({"/book?service=general", "/registers/<book>"}):
        with pytest.raises(Http404):
            resolve("/book").func(rf.get("/book"))
        assert resolve("/track").func.__name__ == "track"
        assert resolve("/book").func.permission == page.permission, "the gate before it stays"
    assert resolve("/book").func is page


def test_a_page_that_there_is_not_is_named():
    with pytest.raises(LookupError, match="/no/such/page"):
        script("removal").pattern_of("/no/such/page")


def test_a_page_of_a_row_that_no_test_misses_is_told():
    removal = script("removal").Removal()
    removal.pages |= {"E1": {"/book"}, "E2": {"/track", "/book"}}
    removal.unmoved["E1", "/book"].add("test_one")
    removal.noticed["E2", "/track"].add("test_two")
    assert removal.unproved() == [("E1", "/book"), ("E2", "/book")], "that /track is missed says nothing of /book"
