"""Small enough to be read: functions of at most 50 lines, files of at most 400."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FUNCTION = 50
LONGEST_FILE = 400
FOLDERS = ("src", "tests", "benchmarks", "scripts", "examples")
SUFFIXES = {".py", ".js", ".css", ".j2", ".sql", ".sh"}
BANNED_NAMES = {"utils", "util", "helpers", "helper", "managers", "manager", "data", "info", "misc", "common_utils"}
"""Names that say nothing of what a file holds."""


def _files(*suffixes: str) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and "static" not in path.parts and "__pycache__" not in path.parts:
                yield path


def too_long(source: str) -> list[tuple[str, int]]:
    """Functions of a source that are longer than LONGEST_FUNCTION, decorators and docstring included."""
    functions = [
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    lengths = ((node.name, (node.end_lineno or 0) - node.lineno + 1) for node in functions)
    return [(name, length) for name, length in lengths if length > LONGEST_FUNCTION]


def test_functions_are_short():
    found = [(str(path.relative_to(ROOT)), *one) for path in _files(".py") for one in too_long(path.read_text("utf-8"))]
    assert found == []


def test_files_are_short():
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in _files(*SUFFIXES)}
    assert [(str(path.relative_to(ROOT)), length) for path, length in lengths.items() if length > LONGEST_FILE] == []


def test_files_say_what_they_hold():
    assert [str(path.relative_to(ROOT)) for path in _files(".py") if path.stem in BANNED_NAMES] == []


@pytest.mark.parametrize(("lines", "is_long"), [(50, False), (51, True)])
def test_the_measure_itself(lines: int, *, is_long: bool):
    source = "def f():\n" + "    x = 1\n" * (lines - 1)
    assert bool(too_long(source)) is is_long
