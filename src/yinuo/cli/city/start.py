"""`yinuo start`: database, server and workers under one parent, for one machine and for trying."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Annotated

import typer

from yinuo.cli.city import is_embedded, setup
from yinuo.cli.city.migrate import migrate_now
from yinuo.cli.main import module_of
from yinuo.cli.say import err, out, refuse

GRACE = 20.0
"""Seconds a child has to end by itself."""
OFTEN, SOON = 5, 60.0
"""A child that ends by itself this often within so many seconds ends everything; a database that so often does not start, too."""


@dataclass
class _Child:
    """One process that is kept running."""

    name: str
    arguments: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "yinuo.cli.city.child", *self.arguments],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def is_dead(self) -> bool:
        return self.process is not None and self.process.poll() is not None


@dataclass
class _Database:
    """The embedded database, started again when it died: server and workers find it by themselves."""

    failures: int = 0

    def keep(self) -> bool:
        """Start it if it died. Returns whether it runs; exit 2 when it could not be started OFTEN times in a row."""
        if not is_embedded():
            return True
        from django.conf import settings  # noqa: PLC0415

        from yinuo.city.site import embedded  # noqa: PLC0415

        if embedded.is_running(settings.HOME):
            self.failures = 0
            return True
        err.print("The database ended and is started again.")
        try:
            embedded.ensure(settings.HOME)
        except embedded.NoPostgres as problem:
            self.failures += 1
            if self.failures >= OFTEN:
                refuse(str(problem))
            err.print(f"{problem}\nTrying again.", markup=False)
            return False
        return True


def start(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Supervision workers.")] = 1,
    servers: Annotated[int, typer.Option(min=1, max=64, help="Server processes.")] = 1,
    live: Annotated[bool, typer.Option("--live", help="Keep Demo City moving (yinuo live).")] = False,
) -> None:
    """Run the whole city on this machine until Ctrl-C: database, tables, server and workers."""
    setup()
    migrate_now()
    children = [_Child("server", ("serve", "--host", host, "--port", str(port), "--workers", str(servers)))]
    if module_of("work"):
        children += [_Child(f"worker {number + 1}", ("work",)) for number in range(workers)]
    if live:
        children.append(_Child("live", ("live",)))
    keep(children)


def keep(children: Sequence[_Child]) -> None:
    """Start all, start again what dies, and stop all on SIGINT or SIGTERM. Exit 2 when one dies again and again."""
    stopping = False
    database = _Database()

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        for child in children:
            child.start()
        while not stopping:
            if not database.keep():
                time.sleep(1.0)
                continue
            for child in children:
                if child.is_dead():
                    _start_again(child)
            time.sleep(0.2)
    finally:
        _stop(children)


def _start_again(child: _Child) -> None:
    assert child.process is not None
    now = time.monotonic()
    if child.process.returncode >= 0:  # it gave up by itself; one that was killed may come back as often as it likes
        child.deaths = [*(one for one in child.deaths if now - one < SOON), now]
    if len(child.deaths) >= OFTEN:
        refuse(f"The {child.name} ended {OFTEN} times within {SOON:.0f} s; what it said stands above.")
    err.print(f"The {child.name} ended ({child.process.returncode}) and is started again.", markup=False)
    child.start()


def _stop(children: Sequence[_Child]) -> None:
    running = [one.process for one in children if one.process is not None and one.process.poll() is None]
    for process in running:
        process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    for process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    out.print("stopped")
