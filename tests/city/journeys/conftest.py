"""A small city behind a real server, a hand-held clock, and visitors with browsers of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Playwright

from tests.city.board import small_city
from tests.city.journeys.visitor import FLAGS, Visitor, chromium, full_name
from yinuo.city.board import polling
from yinuo.city.ledger.commands import take_root
from yinuo.city.supervision.sweep import reproject


class Clock:
    """The city's time: it stands until somebody moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def move(self, now: datetime) -> None:
        """It is now so late, and the workers have looked at everything that came by then."""
        self.now = now
        reproject(now)
        small_city.supervised(now)


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock(small_city.NOW)
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    monkeypatch.setattr(polling, "FRESH", 0.1)
    return clock


@pytest.fixture
def town(transactional_db, clock, live_server) -> str:
    """The address of a small city on 20 March 2026, supervised, its ledger under a root."""
    small_city.built()
    take_root(clock.now)
    return live_server.url


@pytest.fixture(scope="session")
def browser(player: Playwright) -> Iterator[Browser]:
    browser = player.chromium.launch(executable_path=chromium(), args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def visit(browser, town) -> Iterator[Callable[..., Visitor]]:
    """Somebody of the city signs in, in a browser context of his own. At the end nothing that was seen may be wrong."""
    visitors: list[Visitor] = []

    def come(user: str, name: str = "") -> Visitor:
        visitors.append(Visitor(browser, town, user=user, name=name or full_name(user)))
        return visitors[-1]

    yield come
    wrong = [f"{one.user}: {complaint}" for one in visitors for complaint in one.complaints]
    for one in visitors:
        one.context.close()
    assert not wrong, "\n".join(wrong)
