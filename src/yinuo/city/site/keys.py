"""Secrets and hosts from the environment; what production must not run without."""

from __future__ import annotations

import os
import secrets as chance
from contextlib import suppress
from pathlib import Path

MODES = ("development", "production")
SHORTEST, FEWEST = 32, 10
"""Characters of a secret, and different ones among them."""


class Unusable(Exception):
    """A setting of the environment cannot be used; the message says which and what it must be."""


class Unsafe(Unusable):
    """Production was asked for with something that is only good enough for trying; the message says what to set."""


def mode() -> str:
    """YINUO_MODE. Raises Unusable when it is neither development nor production: a typing error must not open the doors."""
    given = os.environ.get("YINUO_MODE", "development")
    if given not in MODES:
        raise Unusable(f"YINUO_MODE is {' or '.join(MODES)}, not “{given}”.")
    return given


def debug(mode: str) -> bool:
    """Whether errors are shown in the browser with everything in them. Raises Unsafe when production asks for it."""
    asked = os.environ.get("YINUO_DEBUG") == "1"
    if asked and mode == "production":
        raise Unsafe("YINUO_DEBUG shows settings and personal data in the browser; remove it in production.")
    return asked


def number(name: str, default: int, *, least: int) -> int:
    """A whole number of the environment. Raises Unusable when it is none, or smaller than `least`."""
    given = os.environ.get(name, str(default))
    if not given.isdecimal() or int(given) < least:
        raise Unusable(f"{name} is a whole number of at least {least}, not “{given}”.")
    return int(given)


def secret(name: str, *, home: Path, mode: str) -> str:
    """The secret of that name from the environment; outside production one made once and kept in the home folder.

    Raises Unsafe in production when it is missing, shorter than 32 characters, made of few different ones, or the same as
    another secret.
    """
    given = os.environ.get(name, "")
    if mode == "production":
        if len(given) < SHORTEST or len(set(given)) < FEWEST:
            raise Unsafe(
                f"{name} must be set to at least {SHORTEST} random characters in production: openssl rand -hex 32 makes them."
            )
        if _taken.setdefault(given, name) != name:
            raise Unsafe(f"{name} and {_taken[given]} are the same; every secret must be its own: openssl rand -hex 32")
        return given
    return given or _kept(home / name.lower())


_taken: dict[str, str] = {}
"""Which secret has which name, to see that none is used twice."""


def hosts(mode: str) -> list[str]:
    """The names this server answers to. Raises Unsafe when production names none, or all."""
    given = [host.strip() for host in os.environ.get("YINUO_HOSTS", "").split(",") if host.strip()]
    if mode == "production" and (not given or any(host in {"*", "."} for host in given)):
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
