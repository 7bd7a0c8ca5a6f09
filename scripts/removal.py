"""Take a page away and see that the test which says it shows a requirement there fails: what a row claims, it proves.

    python scripts/removal.py                    every row; minutes
    python scripts/removal.py --rows E016 E058   these rows
    python scripts/removal.py --sample 3 --seed 1

A test that is marked `holds("E058", shows="/queue")` is run with the view behind /queue answering 404. A row is proved when of
each page it names at least one test fails so. Rows that name no page are proved by their text
(tests/rulebook/test_institutions_of_the_hall.py). Ends with 1 when a page of some row can be taken away without any test of that
row and page noticing, when a test names two pages (one failing would pass for the other), or when there is no such page.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from functools import cache, wraps
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.http import Http404
from django.urls import Resolver404, URLPattern, get_resolver

ROOT = Path(__file__).resolve().parents[1]
APART = "tests/city/journeys/"
"""Their pages are served by a process of its own, out of reach from here."""


@dataclass(eq=False)
class Removal:
    """Runs the marked tests of these rows (all, when none is named), each without its page; of them a sample, when one is asked for."""

    rows: Collection[str] = ()
    sample: int = 0
    seed: int = 1
    pages: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Row → the pages that its tests name."""
    noticed: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    """Row and page → the tests that failed without it."""
    unmoved: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    """Row and page → the tests that passed without it."""
    errors: list[str] = field(default_factory=list)

    def marks(self, item: pytest.Item) -> Iterator[tuple[str, str]]:
        """Each row of a test with the page that shows it."""
        if item.nodeid.startswith(APART):
            return
        for mark in item.iter_markers("holds"):
            page = mark.kwargs.get("shows") or ""
            if page.startswith("/"):
                yield from ((row, page) for row in mark.args if not self.rows or row in self.rows)

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the tests of the rows asked about."""
        if self.sample:
            known = {row for item in items for row, _page in self.marks(item)}
            self.rows = sorted(known, key=lambda row: hashlib.sha256(f"{self.seed}/{row}".encode()).digest())[
                : self.sample
            ]
        kept = [item for item in items if any(True for _one in self.marks(item))]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
        for item in kept:
            for row, page in self.marks(item):
                self.pages[row].add(page)
            if len({page for _row, page in self.marks(item)}) > 1:
                self.errors.append(f"{item.nodeid} names two pages")

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """The test itself runs without its pages; what prepared it had them."""
        with gone({page for _row, page in self.marks(item)}):
            yield

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Remember how it ended."""
        outcome: Any = yield
        report = outcome.get_result()
        if report.when == "call":
            for mark in self.marks(item):
                (self.unmoved if report.passed else self.noticed)[mark].add(item.nodeid)
        elif report.failed:
            self.errors.append(item.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember what could not be read."""
        if report.failed:
            self.errors.append(report.nodeid)

    def unproved(self) -> list[tuple[str, str]]:
        """Each row with a page of it of which no test noticed that it was gone."""
        return [mark for mark in self.named() if not self.noticed[mark]]

    def named(self) -> list[tuple[str, str]]:
        """Each row with each page that its tests name."""
        return sorted((row, page) for row, pages in self.pages.items() for page in pages)


@contextmanager
def gone(pages: set[str]) -> Iterator[None]:
    """As long as this lasts the views behind these pages answer 404. Raises LookupError for a page there is not."""
    found = [pattern_of(page) for page in sorted(pages)]
    kept = [one.callback for one in found]
    try:
        for one in found:
            one.callback = _without(one.callback)
        yield
    finally:
        for one, callback in zip(found, kept, strict=True):
            one.callback = callback


def _without(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def removed(*_given: Any, **_named: Any) -> Any:
        raise Http404

    return removed


def pattern_of(page: str) -> Any:
    """The pattern of the URL configuration that a page is of: `/cases/<id>?x=1` is `cases/<str:case_id>`. Raises LookupError."""
    path = re.sub(r"<[^>]+>", "x", re.split(r"[?#]", page)[0])
    try:
        route = get_resolver().resolve(path).route
    except Resolver404:
        raise LookupError(f"There is no page {page}.") from None
    return _patterns()[route]


@cache
def _patterns() -> dict[str, Any]:
    def below(resolver: Any, before: str) -> Iterator[tuple[str, Any]]:
        for one in resolver.url_patterns:
            route = before + str(one.pattern)
            if isinstance(one, URLPattern):
                yield route, one
            else:
                yield from below(one, route)

    found: dict[str, Any] = {}
    for route, one in below(get_resolver(), ""):
        found.setdefault(route, one)
    return found


ASKED = ["-q", "-p", "no:randomly", "-p", "no:cacheprovider", "--tb=no", "--no-header", "--show-capture=no", str(ROOT / "tests")]  # fmt: skip


def main() -> int:
    """Run the tests without their pages and say which pages of which rows nobody would miss."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument(
        "--rows", nargs="*", help="the rows to ask about, such as E058 or “invariant 12”; all when left out"
    )
    arguments.add_argument("--sample", type=int, default=0, help="so many rows by chance")
    arguments.add_argument("--seed", type=int, default=1, help="the same seed chooses the same rows")
    given = arguments.parse_args()
    removal = Removal(given.rows or (), given.sample, given.seed)
    with redirect_stdout(StringIO()) as told:
        pytest.main(ASKED, plugins=[removal])
    for row, page in removal.named():
        unmoved = "".join(f"\n    not by {one}" for one in sorted(removal.unmoved[row, page]))
        print(f"{row} {page}: {'noticed' if removal.noticed[row, page] else '✗ not noticed'}{unmoved}")
    missed = [*removal.unproved(), *removal.errors]
    if missed or not removal.pages:
        print(told.getvalue()[-3000:], *removal.errors, sep="\n", file=sys.stderr)
    print(
        f"{len(removal.pages)} rows, {len(removal.named())} pages of them, {len(removal.unproved())} that nobody would miss,"
        f" {len(removal.errors)} tests that did not begin or name two pages"
    )
    return 1 if missed or not removal.pages else 0


if __name__ == "__main__":
    sys.exit(main())
