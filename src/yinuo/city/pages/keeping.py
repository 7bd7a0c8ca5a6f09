"""What is looked up once for all who ask for the same, until something changes."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from zlib import crc32

MOST = 64
"""Answers a process keeps of one kind, unless it is told another number."""
_Answer = TypeVar("_Answer")


class Kept(Generic[_Answer]):
    """The last answers by what they depend on; whoever asks while one is being looked up waits for that."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: dict[Hashable, Future[_Answer]] = {}

    def clear(self) -> None:
        """Forget all."""
        self._known.clear()

    def get(self, key: Hashable, look_up: Callable[[], _Answer]) -> _Answer:
        """The answer of a key. Raises what looking it up raises; the next to ask then tries again."""
        mine: Future[_Answer] = Future()
        found = self._known.setdefault(key, mine)
        if found is mine:
            try:
                mine.set_result(look_up())
            except BaseException as error:
                self._known.pop(key, None)
                mine.set_exception(error)
                raise
            while len(self._known) > self._most:
                self._known.pop(next(iter(self._known)), None)
        return found.result()


def minute_of(now: datetime, asked: Hashable) -> datetime:
    """When the minute began that `now` lies in. For each answer, and in each process, minutes begin at another second.

    So not all that is kept for a minute is looked up in the same second.
    """
    second = timedelta(seconds=crc32(repr((os.getpid(), asked)).encode()) % 60)
    return (now - second).replace(second=0, microsecond=0) + second
