"""What is looked up once for all who ask for the same, until something changes."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from zlib import crc32

from django.db import connections

log = logging.getLogger("yinuo.pages")
MOST = 64
"""Answers a process keeps of one kind, unless it is told another number."""
MINUTE, OLDEST = timedelta(minutes=1), timedelta(minutes=5)
"""An answer is looked up anew after a minute; none older than the other is shown while that lasts."""
_Answer = TypeVar("_Answer")


class _Together(Generic[_Answer]):
    """Whoever asks for a key while it is being looked up waits for that, and gets the same."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, Future[_Answer]] = {}

    def look_up(self, key: Hashable, look_up: Callable[[], _Answer]) -> _Answer:
        """Raises what looking it up raises, to all who waited; the next to ask then tries again."""
        mine: Future[_Answer] = Future()
        found = self._under_way.setdefault(key, mine)
        if found is mine:
            try:
                mine.set_result(look_up())
            except BaseException as error:
                mine.set_exception(error)
                raise
            finally:
                del self._under_way[key]
        return found.result()


class _Last(dict[Hashable, _Answer]):
    """The last answers by their keys: so many of them."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def keep(self, key: Hashable, answer: _Answer) -> _Answer:
        """Keep one; what was kept first goes when there is no room."""
        self[key] = answer
        while len(self) > self._most:
            self.pop(next(iter(self)), None)
        return answer


class Kept(Generic[_Answer]):
    """The last answers by what they depend on; whoever asks while one is being looked up waits for that."""

    def __init__(self, most: int = MOST) -> None:
        self._known = _Last[_Answer](most)
        self._together = _Together[_Answer]()

    def clear(self) -> None:
        """Forget all."""
        self._known.clear()

    def get(self, key: Hashable, look_up: Callable[[], _Answer]) -> _Answer:
        """The answer of a key. Raises what looking it up raises; the next to ask then tries again."""
        try:
            return self._known[key]
        except KeyError:
            return self._together.look_up(key, lambda: self._known.keep(key, look_up()))


def minute_of(now: datetime, asked: Hashable) -> datetime:
    """When the minute began that `now` lies in. For each answer, and in each process, minutes begin at another second.

    So not all that is kept for a minute is looked up in the same second.
    """
    second = _own_seconds(asked)
    return (now - second).replace(second=0, microsecond=0) + second


def _own_seconds(asked: Hashable) -> timedelta:
    """Less than a minute: another one for each answer and each process."""
    return timedelta(seconds=crc32(repr((os.getpid(), asked)).encode()) % 60)


@dataclass(frozen=True, slots=True)
class Told(Generic[_Answer]):
    """An answer, the revision it holds for (`mark`), and when it was asked for."""

    answer: _Answer
    mark: int
    at: datetime


class Renewed(Generic[_Answer]):
    """Answers that hold for a revision and a minute. Large ones cost seconds: nobody waits for them but who asks first.

    A large answer is shown up to OLDEST while the next is looked up behind the reader's back: after a minute to a minute
    and a half however often the mark changes, not all of them at the same time. Any other is looked up by whoever asks
    when the mark is another or the minute over.
    """

    def __init__(self, is_large: Callable[[_Answer], bool], most: int = MOST) -> None:
        self._is_large = is_large
        self._known = _Last[Told[_Answer]](most)
        self._together = _Together[Told[_Answer]]()
        self._behind: set[Hashable] = set()
        self._starting = threading.Lock()

    def clear(self) -> None:
        """Forget all."""
        self._known.clear()

    def get(self, key: Hashable, *, mark: int, now: datetime, look_up: Callable[[], _Answer]) -> Told[_Answer]:
        """The answer of a key with its age. Raises what looking it up raises; the next to ask then tries again."""
        told = self._known.get(key)
        if told is None or now - told.at >= OLDEST:
            return self._look_up(key, mark, now, look_up)
        age = now - told.at
        if not self._is_large(told.answer):
            return self._look_up(key, mark, now, look_up) if age >= MINUTE or told.mark != mark else told
        if age >= MINUTE + _own_seconds(key) / 2:
            self._look_up_behind(key, mark, now, look_up)
        return told

    def _look_up(self, key: Hashable, mark: int, now: datetime, look_up: Callable[[], _Answer]) -> Told[_Answer]:
        return self._together.look_up((key, mark), lambda: self._keep(key, Told(look_up(), mark, now)))

    def _look_up_behind(self, key: Hashable, mark: int, now: datetime, look_up: Callable[[], _Answer]) -> None:
        with self._starting:
            if key in self._behind:
                return
            self._behind.add(key)

        def answer() -> None:
            try:
                self._keep(key, Told(look_up(), mark, now))
            except Exception:
                log.exception("what a page counts could not be counted anew; the last numbers stand")
            finally:
                self._behind.discard(key)
                connections.close_all()

        threading.Thread(target=answer, name="counting", daemon=True).start()

    def _keep(self, key: Hashable, told: Told[_Answer]) -> Told[_Answer]:
        """Keep an answer, unless a later one is there: what was asked for first is not always there first."""
        last = self._known.get(key)
        return told if last is not None and last.at > told.at else self._known.keep(key, told)
