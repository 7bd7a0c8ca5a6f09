"""What is done once an hour, by whichever worker comes first: a root of the ledger is taken and sent out, figures are measured."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

LOOK = 20.0
"""Seconds between two looks at whether something is due."""


def hourly(stop: threading.Event) -> None:
    """Do what is due until told to stop; what fails is told and tried again at the next look. Django must be set up."""
    from django.db import close_old_connections  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    measured: datetime | None = None
    while not stop.is_set():
        now = timezone.now()
        _alone("root", lambda now=now: _root(now))
        if measured is None or (now.date(), now.hour) != (measured.date(), measured.hour):
            _alone("figures", lambda now=now: _figures(now))
            measured = now
        close_old_connections()
        stop.wait(LOOK)


def _say() -> Any:
    import structlog  # noqa: PLC0415 - the analyst's part runs without it

    return structlog.get_logger("yinuo.work")


def _root(now: datetime) -> None:
    from yinuo.city.ledger import commands, roots  # noqa: PLC0415

    if roots.is_due(now):
        root = commands.take_root(now)
        _say().info("root_taken", number=root.number, events=root.events, streams=root.streams)


def _figures(now: datetime) -> None:
    from yinuo.city.figures.commands import measure_figures  # noqa: PLC0415
    from yinuo.city.texts.in_force import NoText  # noqa: PLC0415

    try:
        _say().info("figures_measured", figures=measure_figures(now))
    except NoText:
        return  # nothing is promised yet


def _alone(what: str, do: Callable[[], None]) -> None:
    """Unless another worker is at it."""
    from django.db import Error, connection  # noqa: PLC0415

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [f"yinuo hourly {what}"])
            if not cursor.fetchone()[0]:
                return
            try:
                do()
            finally:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [f"yinuo hourly {what}"])
    except (Error, OSError, ValueError):
        _say().exception("hourly_failed", what=what)
        connection.close()
