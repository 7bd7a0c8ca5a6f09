"""docs/coverage.md: what issue by issue was asked for, the page or command that shows it, and the tests that hold it.

    python scripts/coverage.py            writes docs/coverage.md
    python scripts/coverage.py --check    ends with 1 when it is not up to date

A test says what it holds: `@pytest.mark.holds("invariant 22", "peer 64", shows="/cases/<id>")`.
"""

from __future__ import annotations

import sys
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from contextlib import redirect_stdout
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "coverage.md"
ROWS = ROOT / "tests" / "coverage" / "rows.toml"
TITLES = {
    "peer": ("peer", "What peers have, or nobody has"),
    "invariant": ("invariant", "Invariants"),
    "decision": ("decision", "Decisions"),
    "regression": ("regression", "Other people's bugs, of the city"),
    "regression_of_part_1": ("regression", "Other people's bugs, of the engine"),
    "requirement": ("", "Requirements"),
}
"""Table of rows.toml → the word that begins its ids, its heading."""

ABOUT = """Made by `scripts/coverage.py` from the marks on the tests; never edited by hand. A row reads Y when a test holds it; the
page or command shows it to somebody who wants to see it. A path is below the city's address; after it the name of its picture, which `make pictures`
takes as out/pictures/NAME-LANGUAGE-WIDTH.png. `make removal` takes each page away: a test of the row must fail."""


class Held:
    """Collects the marks of every test."""

    def __init__(self) -> None:
        self.tests: dict[str, set[str]] = defaultdict(set)
        self.shows: dict[str, set[str]] = defaultdict(set)
        self.errors: list[str] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Read the marks."""
        for item in items:
            name = item.nodeid.partition("[")[0]
            for mark in item.iter_markers("holds"):
                for one in mark.args:
                    self.tests[one].add(name)
                    if shown := mark.kwargs.get("shows"):
                        self.shows[one].add(shown)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember what could not be read."""
        if report.failed:
            self.errors.append(report.nodeid)


def collected() -> Held:
    """What every test of the tree says that it holds. Raises SystemExit when a test cannot be collected."""
    held = Held()
    asked = ["--collect-only", "-qq", "-p", "no:randomly", "-p", "no:cacheprovider"]
    with redirect_stdout(StringIO()):
        pytest.main([*asked, str(ROOT / "tests")], plugins=[held])
    if held.errors:
        raise SystemExit(f"These tests cannot be read: {', '.join(held.errors)}")
    return held


def rows() -> Mapping[str, Mapping[str, str]]:
    """Table → id → what it is. The ids are those the marks name."""
    read: Mapping[str, Mapping[str, str]] = tomllib.loads(ROWS.read_text(encoding="utf-8"))
    return {
        table: {f"{TITLES[table][0]} {key}".strip(): what for key, what in of.items()} for table, of in read.items()
    }


def strange(held: Held) -> list[str]:
    """Ids that a mark names and rows.toml does not."""
    known = {name for of in rows().values() for name in of}
    return sorted(set(held.tests) - known)


def page(held: Held) -> str:
    """The whole page."""
    told = rows()
    total = sum(len(of) for of in told.values())
    missing = {table: [name for name in of if name not in held.tests] for table, of in told.items()}
    lines = [
        "# What is covered",
        "",
        ABOUT,
        "",
        f"{total - sum(map(len, missing.values()))} of {total} rows are held.",
    ]
    for table, of in told.items():
        lines += ["", f"## {TITLES[table][1]}", "", "| | | held | shown by | tests |", "|---|---|---|---|---|"]
        lines += [_line(name, what, held) for name, what in of.items()]
    lines += ["", "## Missing", ""]
    named = [f"- {name}: {told[table][name]}" for table, names in missing.items() for name in names]
    return "\n".join([*lines, *(named or ["Nothing."])]) + "\n"


def _line(name: str, what: str, held: Held) -> str:
    shown = "<br>".join(_seen(one) for one in sorted(held.shows[name])) if name in held.shows else ""
    tests = "<br>".join(f"`{one.removeprefix('tests/')}`" for one in sorted(held.tests.get(name, ())))
    return f"| {name} | {what} | {'Y' if tests else '**missing**'} | {shown} | {tests} |"


def _seen(where: str) -> str:
    """A page or command, and the names of the pictures of a page."""
    found = pictures().get(beside("removal").pattern_of(where), ()) if where.startswith("/") else ()
    return f"`{where}`" + (f" ({', '.join(found)})" if found else "")


@cache
def pictures() -> Mapping[Any, tuple[str, ...]]:
    """Pattern of the URL configuration → the names of its pictures. Raises LookupError for a picture of a page there is not."""
    named: dict[Any, tuple[str, ...]] = {}
    for name, page in beside("pictures").shown():
        if name not in beside("pictures").NOT_THERE:
            pattern = beside("removal").pattern_of(page)
            named[pattern] = (*named.get(pattern, ()), name)
    return named


@cache
def beside(name: str) -> Any:
    """Another script of this folder as a module."""
    spec = spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is up to date."""
    held = collected()
    if wrong := strange(held):
        print(f"tests/coverage/rows.toml does not know: {', '.join(wrong)}", file=sys.stderr)
        return 1
    made = page(held)
    if arguments == ["--check"]:
        if PAGE.read_text(encoding="utf-8") == made:
            return 0
        print("docs/coverage.md is not up to date: run python scripts/coverage.py", file=sys.stderr)
        return 1
    PAGE.write_text(made, encoding="utf-8")
    return 0


def summary(held: Held) -> dict[str, Any]:
    """Id → its tests, for the test that none of the named is missing."""
    return {name: sorted(held.tests.get(name, ())) for of in rows().values() for name in of}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
