"""The tables that are made from the ledger: each area registers how to empty its own and how to make them again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from yinuo.city.ledger.events import StoredEvent

Reset = Callable[[], None]
Apply = Callable[[Sequence[StoredEvent]], None]


@dataclass(frozen=True, slots=True)
class Projection:
    """Tables made from the streams whose name begins with `prefix`.

    `reset` empties them; `apply` takes some thousand events at a time and never asks the clock. They come in the order of the
    feed; with `by_stream` whole stream after whole stream, for tables in which no stream depends on another of its prefix.
    `tables` are those large enough that a rebuild fills them without the indexes that keep nothing unique, and makes
    these afterwards.
    """

    name: str
    prefix: str
    reset: Reset
    apply: Apply
    by_stream: bool = False
    tables: tuple[str, ...] = ()


class AlreadyRegistered(Exception):
    """Two projections have one name."""


_registered: dict[str, Projection] = {}
_finishing: dict[str, list[Callable[[], None]]] = {}


def register(
    name: str, prefix: str, *, reset: Reset, apply: Apply, by_stream: bool = False, tables: tuple[str, ...] = ()
) -> None:
    """Register a projection, once, in the application's `ready`.

    They are rebuilt in the order of registration, those made stream by stream after all others, prefix by prefix.
    """
    if name in _registered:
        raise AlreadyRegistered(f"There are two projections named {name!r}; give one of them another name.")
    _registered[name] = Projection(name, prefix, reset, apply, by_stream, tables)


def registered() -> tuple[Projection, ...]:
    """Every projection, in the order of registration."""
    return tuple(_registered.values())


def finish(name: str, once_made: Callable[[], None]) -> None:
    """Let something be done to the tables of a projection whenever they were made again, in the same transaction.

    For what another area writes into them that is in none of their events. Once, in the application's `ready`.
    """
    _finishing.setdefault(name, []).append(once_made)


def finished(name: str) -> None:
    """Do what was to be done once the tables of a projection were made again."""
    for once_made in _finishing.get(name, ()):
        once_made()
