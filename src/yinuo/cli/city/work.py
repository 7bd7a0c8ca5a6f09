"""`yinuo work`: supervise cases and deliver notices, for ever."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from yinuo.cli.city import setup
from yinuo.cli.city.hourly import hourly
from yinuo.cli.say import out

if TYPE_CHECKING:
    from yinuo.city.supervision.sweep import Swept

log = logging.getLogger("yinuo.work")
PAUSE = 0.25
"""Seconds between two sweeps when there was nothing to do."""
SETTLE = timedelta(seconds=2)
"""Between two looks at whether another text was put in force."""
HOUR = timedelta(hours=1)
PRUNE = timedelta(days=7)
"""How long the traces of sweeps are kept."""


def work(
    *,
    limit: Annotated[
        int, typer.Option(min=1, max=20_000, help="Cases a transaction; up to 4,000 while very many wait.")
    ] = 500,
    once: Annotated[bool, typer.Option("--once", help="Do what is to be done now and stop.")] = False,
) -> None:
    """Supervise: judge cases something happened to or whose moment came, and deliver mail, SMS and webhooks.

    Start as many as there are processors to spare; each takes what the others have not. Stop with Ctrl-C or SIGTERM: what
    was begun is finished first, and a worker that is killed has done nothing by halves.
    """
    setup()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    worker = f"{socket.gethostname()}:{os.getpid()}"
    if once:
        out.print(f"{_drain(limit, worker)} cases")
        return
    post = threading.Thread(target=_deliver, args=(stop,), name="delivery", daemon=True)
    hours = threading.Thread(target=hourly, args=(stop,), name="hourly", daemon=True)
    post.start()
    hours.start()
    _supervise(stop, limit, worker=worker)
    post.join(timeout=30)
    hours.join(timeout=30)


def _drain(limit: int, worker: str) -> int:
    """Everything that is to be done now. Returns how many cases were judged."""
    from django.utils import timezone  # noqa: PLC0415

    from yinuo.city.notices.deliver import deliver  # noqa: PLC0415
    from yinuo.city.supervision.desk import Pace  # noqa: PLC0415
    from yinuo.city.supervision.sweep import reproject, sweep  # noqa: PLC0415

    count, pace = reproject(timezone.now(), worker=worker).cases, Pace(limit)
    while not (swept := sweep(timezone.now(), pace.limit, worker=worker)).is_idle:
        count += swept.cases
        pace.after(swept.cases)
    while not deliver(timezone.now()).is_idle:
        pass
    return count


def _supervise(stop: threading.Event, limit: int, *, worker: str) -> None:
    """Sweep until told to stop, and judge every running clock anew when another text was put in force."""
    from django.db import DatabaseError, close_old_connections  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from yinuo.city.supervision.desk import Pace  # noqa: PLC0415
    from yinuo.city.supervision.sweep import forget_runs, reproject, sweep  # noqa: PLC0415
    from yinuo.city.texts.in_force import NoText, pack  # noqa: PLC0415

    settled, looked_at, pruned_at = None, timezone.now() - SETTLE, timezone.now() - PRUNE
    pace = Pace(limit)
    while not stop.is_set():
        wait, now = PAUSE, timezone.now()
        try:
            if now - looked_at >= SETTLE:
                looked_at, digest = now, pack().digest
                if digest != settled and _told(reproject(now, worker=worker)).cases == 0:
                    settled = digest
            if now - pruned_at >= HOUR:
                pruned_at = now
                forget_runs(now - PRUNE)
            swept = _told(sweep(timezone.now(), pace.limit, worker=worker))
            pace.after(swept.cases)
            wait = 0.0 if swept.cases or swept.escalated else PAUSE
        except NoText:
            wait = SETTLE.total_seconds()
        except DatabaseError:
            log.exception("the database did not answer or refused; trying again")
            wait = 1.0
        close_old_connections()
        stop.wait(wait)


def _told(swept: Swept) -> Swept:
    if not swept.is_idle:
        log.info(
            "swept: cases=%d raised=%d cleared=%d withdrawn=%d reprojected=%d failed=%d opened=%d escalated=%d late=%.3f one_by_one=%d",
            swept.cases, swept.raised, swept.cleared, swept.withdrawn, swept.reprojected, swept.failed, swept.opened,
            swept.escalated, swept.late_most, swept.fallbacks,
        )  # fmt: skip
    return swept


def _deliver(stop: threading.Event) -> None:
    """Deliver what is to go out, in a thread with a connection of its own: a receiver that hangs holds up nobody else."""
    from django.db import close_old_connections  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from yinuo.city.api.commands import enqueue  # noqa: PLC0415
    from yinuo.city.notices.deliver import deliver  # noqa: PLC0415

    while not stop.is_set():
        try:
            while enqueue(timezone.now()) and not stop.is_set():
                pass
            wait = 1.0 if deliver(timezone.now()).is_idle else 0.0
        except Exception:
            log.exception("notices could not be delivered; trying again")
            wait = 5.0
        close_old_connections()
        stop.wait(wait)
