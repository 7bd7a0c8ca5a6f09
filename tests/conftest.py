"""What several tests share: where the real data lies, and the names of the checks that could not be made without it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
REAL_DATA = Path(os.environ.get("YINUO_REAL_DATA") or ROOT.parent / "shared" / "data")
NOT_RUN = "real-data check not run"


@pytest.fixture
def real_data(request: pytest.FixtureRequest) -> Callable[[str], Path]:
    """Find a real file that does not ship. Where it is absent the check is not made, and the end of the run says so."""

    def find(name: str) -> Path:
        path = REAL_DATA / name
        if not path.exists():
            request.node.user_properties.append((NOT_RUN, f"{request.node.nodeid} needs {path}"))
            pytest.skip(f"{NOT_RUN}: {path} is absent; set YINUO_REAL_DATA to the folder that holds {name}")
        return path

    return find


@pytest.fixture(scope="session")
def player() -> Iterator[Playwright]:
    """The one Playwright of this process: a second one beside it would not start."""
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread; nothing here is async
    with sync_playwright() as player:
        yield player


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every real-data check that was not made, so that a green run does not claim more than it tried."""
    reports = terminalreporter.getreports("skipped")
    missing = sorted({text for report in reports for name, text in report.user_properties if name == NOT_RUN})
    if missing:
        terminalreporter.section("real data absent")
        for text in missing:
            terminalreporter.write_line(f"{NOT_RUN}: {text}")
        terminalreporter.write_line("set YINUO_REAL_DATA to the folder of the real data to make them")
