"""`yinuo work`: supervise cases and deliver notices, for ever."""

from __future__ import annotations

import os
import signal
import socket
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from yinuo.cli.city import setup
from yinuo.cli.say import out

if TYPE_CHECKING:
    from yinuo.city.supervision.sweep import Swept

PAUSE = 0.25
"""Seconds between two sweeps when there was nothing to do."""
SETTLE = 2.0
"""Seconds between two looks at whether another text was put in force."""
PRUNE = timedelta(days=7)
"""How long the traces of sweeps are kept."""


def work(
    *,
    limit: Annotated[int, typer.Option(min=1, max=20_000, help="Cases a transaction.")] = 500,
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
    post.start()
    _supervise(stop, limit, worker=worker)
    post.join(timeout=30)


def _drain(limit: int, worker: str) -> int:
    """Everything that is to be done now. Returns how many cases were judged."""
    from django.utils import timezone  # noqa: PLC0415

    from yinuo.city.notices.deliver import deliver  # noqa: PLC0415
    from yinuo.city.supervision.sweep import reproject, sweep  # noqa: PLC0415

    count = reproject(timezone.now(), worker=worker).cases
    while not (swept := sweep(timezone.now(), limit, worker=worker)).is_idle:
        count += swept.cases
    while not deliver(timezone.now()).is_idle:
        pass
    return count


def _supervise(stop: threading.Event, limit: int, *, worker: str) -> None:
    import structlog  # noqa: PLC0415
    from django.db import OperationalError, close_old_connections  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from yinuo.city.supervision.sweep import forget_runs, reproject, sweep  # noqa: PLC0415
    from yinuo.city.texts.in_force import NoText, pack  # noqa: PLC0415

    log = structlog.get_logger("yinuo.work")
    settled, looked_at, pruned_at = None, timezone.now() - timedelta(hours=1), timezone.now() - timedelta(days=1)
    while not stop.is_set():
        wait = PAUSE
        try:
            now = timezone.now()
            if (now - looked_at).total_seconds() >= SETTLE:
                looked_at, digest = now, pack().digest
                if digest != settled and _told(log, reproject(now, worker=worker)).cases == 0:
                    settled = digest
            if now - pruned_at >= timedelta(hours=1):
                pruned_at = now
                forget_runs(now - PRUNE)
            swept = _told(log, sweep(now, limit, worker=worker))
            wait = 0.0 if swept.cases or swept.escalated else PAUSE
        except NoText:
            wait = SETTLE
        except OperationalError:
            log.exception("the database did not answer or refused; trying again")
            wait = 1.0
        close_old_connections()
        stop.wait(wait)


def _told(log: object, swept: Swept) -> Swept:
    if not swept.is_idle:
        log.info(  # type: ignore[attr-defined]
            "swept", cases=swept.cases, raised=swept.raised, cleared=swept.cleared, withdrawn=swept.withdrawn,
            reprojected=swept.reprojected, failed=swept.failed, opened=swept.opened, escalated=swept.escalated,
            late=round(swept.late_most, 3), fallbacks=swept.fallbacks,
        )  # fmt: skip
    return swept


def _deliver(stop: threading.Event) -> None:
    """Deliver what is to go out, in a thread with a connection of its own: a receiver that hangs holds up nobody else."""
    import structlog  # noqa: PLC0415
    from django.db import OperationalError, close_old_connections  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from yinuo.city.notices.deliver import deliver  # noqa: PLC0415

    log = structlog.get_logger("yinuo.work")
    while not stop.is_set():
        try:
            wait = 1.0 if deliver(timezone.now()).is_idle else 0.0
        except OperationalError:
            log.exception("notices could not be delivered; trying again")
            wait = 5.0
        close_old_connections()
        stop.wait(wait)
