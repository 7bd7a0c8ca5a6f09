"""The guides are done as they are written: their files are made, their commands run, their outputs compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

GUIDES = Path(__file__).parents[2] / "docs" / "how-to"
BLOCK = re.compile(r"^```(\w+)[ ]?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, what stands behind it (file=…, exit=…, output), its text."""

    language: str
    note: str
    text: str

    def value(self, key: str) -> str | None:
        """The value of key=value in the note."""
        found = re.search(rf"\b{key}=(\S+)", self.note)
        return found.group(1) if found else None


def blocks(guide: str) -> list[Block]:
    return [Block(*parts) for parts in BLOCK.findall((GUIDES / guide).read_text("utf-8"))]


def run(commands: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run shell commands as a reader would, with this environment's yinuo first on the path."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "200"}
    command = ["bash", "-eu", "-c", commands]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def do(guide: str, folder: Path) -> None:
    """Follow a guide to its end; the first thing that differs from what it says fails."""
    said = ""
    for block in blocks(guide):
        if name := block.value("file"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(block.text, encoding="utf-8")
        elif block.language == "sh":
            done = run(block.text, folder)
            said = done.stdout + done.stderr
            assert str(done.returncode) in (block.value("exit") or "0").split(","), f"{block.text}\n{said}"
            assert "Traceback" not in said
        elif block.note == "output":
            missing = [line for line in block.text.splitlines() if line.strip() not in said]
            assert missing == [], said


@pytest.mark.parametrize("guide", ["write-an-institution.md", "write-an-institution.zh.md"])
def test_the_guide_does_what_it_says(tmp_path: Path, guide: str):
    do(guide, tmp_path)
    clocks = pl.read_csv(tmp_path / "result" / "clocks.csv").select("case_id", "state", "level").rows()
    assert sorted(clocks) == [
        ("A-001", "kept", None),
        ("A-002", "kept", "warning"),
        ("A-003", "late", "yellow"),
        ("A-004", "overdue", "yellow"),
        ("A-005", "kept", None),
    ]
    rejected = pl.read_csv(tmp_path / "result" / "rejected.csv")
    assert rejected["line"].to_list() == [7]
    page = (tmp_path / "result" / "report.html").read_text("utf-8")
    assert "来信五个工作日内答复" in page
    assert "an answer within five working days" in page


def test_both_languages_have_the_same_files_and_commands():
    def essence(guide: str) -> list[Block]:
        return [block for block in blocks(guide) if block.language != "text"]

    assert essence("write-an-institution.md") == essence("write-an-institution.zh.md")
