"""A real Chromium that reads the page as a person would see it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright

from tests.cli.report.made_up import Replay, made_up

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def chromium() -> str:
    """The browser's path; its absence is a failure that says what to do, not a skip."""
    found = os.environ.get("YINUO_CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)
    assert found, "no Chromium: run `make test`, which installs one, or set YINUO_CHROMIUM to its path"
    return found


@pytest.fixture(scope="session")
def browser(player: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    context = player.chromium.launch_persistent_context(
        tmp_path_factory.mktemp("profile"), executable_path=chromium(), headless=True, args=FLAGS
    )
    yield context
    context.close()


@pytest.fixture
def page(browser: BrowserContext) -> Iterator[Page]:
    """A new page that remembers every complaint and every request in `page.complaints` and `page.requests`."""
    page = browser.new_page()
    page.complaints, page.requests = [], []  # type: ignore[attr-defined]
    page.on("console", lambda message: page.complaints.append(message.text))  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
    page.on("request", lambda request: page.requests.append(request.url))  # type: ignore[attr-defined]
    yield page
    page.close()


@pytest.fixture(scope="session")
def replay() -> Replay:
    return made_up()


@pytest.fixture(scope="session")
def report(replay: Replay, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return replay.write(tmp_path_factory.mktemp("report") / "report.html")
