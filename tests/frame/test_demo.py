"""The demonstration and the Makefile: what the README's two commands rest on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_demonstration_ends_by_itself_and_says_where_to_look(tmp_path):
    command = [sys.executable, "scripts/demo.py", "--once", "--cases", "300", "--days", "30"]
    given = os.environ | {"YINUO_HOME": str(tmp_path / "city")}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False, env=given)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"stored-deadline/stored.* 377 +28\.4%", done.stdout)
    assert re.search(r"✓ [1-9]\d* acts, [1-9]\d* sweeps, 0 acts refused", done.stdout)
    assert "demo-out/report.html" in done.stdout
    assert "http://127.0.0.1:8000" in done.stdout
    for name in (
        "report.html",
        "summary.json",
        "rejected.csv",
        "clocks.parquet",
        "findings.parquet",
        "indicators.parquet",
    ):
        assert (ROOT / "demo-out" / name).exists(), name


def test_every_target_of_the_makefile_is_explained():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    explained = set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE))
    assert set(phony.group(1).split()) == explained


@pytest.mark.holds("peer 102", shows="make bench")
def test_what_lands_has_passed_the_tests_and_the_small_benchmarks():
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert lines[-2:] == ["make test", "make bench-smoke"]


def test_a_command_that_fails_is_told_with_its_last_lines():
    command = ["scripts/tick.sh", "a thing", "bash", "-c", "echo the reason; exit 7"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 7
    assert "the reason" in done.stderr
    assert "a thing failed (exit 7)" in done.stderr
