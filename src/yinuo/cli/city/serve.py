"""`yinuo serve`: the pages and the API over HTTP."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path
from typing import Annotated

import typer

from yinuo.cli.city import is_embedded, setup
from yinuo.cli.city.migrate import migrate_now
from yinuo.cli.say import refuse

THREADS = 8
"""A worker's threads; each uses at most one connection of the worker's pool of eight."""


def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Server processes.")] = 1,
) -> None:
    """Serve pages and API until Ctrl-C. With the embedded database, tables are brought to this version first."""
    _look_at_port(host, port)
    setup()
    if is_embedded():
        migrate_now()
    from django.conf import settings  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415
    from granian import Granian  # noqa: PLC0415
    from granian.constants import Interfaces  # noqa: PLC0415

    from yinuo.city.site import warm  # noqa: PLC0415

    warm.read_pages()
    # Workers are forks: a pool made before would be one socket in several processes.
    for one in connections.all():
        one.close()
        one.close_pool()
    counts = _counts(settings.HOME / "figures")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counts)
    server = Granian(
        "yinuo.city.site.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        log_dictconfig=settings.LOGGING,
    )
    try:
        server.serve()
    finally:
        shutil.rmtree(counts, ignore_errors=True)


def _counts(folder: Path) -> Path:
    """A folder for what this server's processes count; those that killed servers left are removed."""
    for left in folder.glob("[0-9]*"):
        try:
            os.kill(int(left.name), 0)
        except ProcessLookupError:
            shutil.rmtree(left, ignore_errors=True)
        except OSError:
            continue  # somebody else's process has the number
    own = folder / str(os.getpid())
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir(parents=True)
    return own


def _look_at_port(host: str, port: int) -> None:
    """Refuse a port somebody listens on: granian would share it, and every second request would go astray."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(address)
    except OSError as problem:
        refuse(f"Port {port} of {host} cannot be used: {problem.strerror}. Name another: --port {port + 1}")
