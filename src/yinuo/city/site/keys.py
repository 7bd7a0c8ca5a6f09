"""Secrets and hosts from the environment; what production must not run without."""

from __future__ import annotations

import os
import secrets as chance
from contextlib import suppress
from pathlib import Path


class Unsafe(Exception):
    """Production was asked for with something that is only good enough for trying; the message says what to set."""


def secret(name: str, *, home: Path, mode: str) -> str:
    """The secret of that name from the environment; outside production one made once and kept in the home folder.

    Raises Unsafe in production when it is missing or shorter than 32 characters.
    """
    given = os.environ.get(name, "")
    if mode == "production":
        if len(given) < 32:
            raise Unsafe(f"{name} must be set to at least 32 characters in production: openssl rand -hex 32 makes one.")
        return given
    return given or _kept(home / name.lower())


def hosts(mode: str) -> list[str]:
    """The names this server answers to. Raises Unsafe when production names none."""
    given = [host for host in os.environ.get("YINUO_HOSTS", "").split(",") if host]
    if mode == "production" and (not given or "*" in given):
        raise Unsafe("YINUO_HOSTS must name the hosts this server answers to in production, comma separated.")
    return given or ["127.0.0.1", "localhost", "[::1]", "testserver"]


def _kept(file: Path) -> str:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}")
        part.touch(mode=0o600)
        part.write_text(chance.token_hex(32))
        with suppress(FileExistsError):
            os.link(part, file)
        part.unlink()
    return file.read_text()
