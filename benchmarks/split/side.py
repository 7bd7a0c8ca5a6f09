"""One side, waiting for orders: python side.py ours|theirs; each line of input `CLIENTS CASES` is a run, answered by a line of JSON.

Clients are forks of a process that has everything loaded, and each does a few cases before: neither the start of a process nor
that of its connection is measured, as neither is part of a case.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import time
import traceback
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

WARM = 6
"""Cases a client does before the word: after five, PostgreSQL keeps its plans."""


def main() -> None:
    """Prepare the side, warm it up with one case, then run what is ordered."""
    side = importlib.import_module(f"split.{sys.argv[1]}")
    side.setup()
    side.make()
    _tell({"refuses": side.stranger_is_refused()})
    side.run(2)
    for line in sys.stdin:
        clients, cases = map(int, line.split())
        _let_go()
        waiting = [Client(side, cases // clients + (number < cases % clients)) for number in range(clients)]
        ready = all(client.heard() for client in waiting)
        before = side.finished()
        _let_go()
        _tell({"ready": ready})
        sys.stdin.readline()
        seconds, spent, failed = _run(waiting)
        after = side.finished()
        done = {"cases": after[0] - before[0], "steps": after[1] - before[1], "failed": failed}
        _tell({"seconds": seconds, "cpu": spent, **done})


def _tell(answer: dict[str, object]) -> None:
    print(json.dumps(answer), flush=True)


def _let_go() -> None:
    """Close every connection: forks must not share one."""
    from django.db import connections

    for one in connections.all():
        one.close()
        one.close_pool()


class Client:
    """One client: a fork that warms up, waits for the word, and tells the processor seconds of its cases."""

    def __init__(self, side: Any, cases: int) -> None:
        self._asked, theirs = Pipe()
        self._number = os.fork()
        if self._number == 0:
            code = 1
            try:
                side.run(WARM)
                theirs.send(True)
                theirs.recv()
                before = time.process_time()
                side.run(cases)
                theirs.send(time.process_time() - before)
                code = 0
            except BaseException:  # noqa: BLE001 - told, and counted by the parent
                traceback.print_exc()
            finally:
                os._exit(code)
        theirs.close()

    def heard(self) -> Any:
        """The next it has to tell; null when it failed."""
        try:
            return self._asked.recv()
        except EOFError:
            return None

    def start(self) -> None:
        """Let it begin its cases."""
        with contextlib.suppress(BrokenPipeError):
            self._asked.send(True)

    def end(self) -> None:
        """Wait until its process has ended."""
        os.waitpid(self._number, 0)


def _run(clients: list[Client]) -> tuple[float, float, int]:
    """Seconds until the last client is done, processor seconds of all, how many failed."""
    begin = time.perf_counter()
    for one in clients:
        one.start()
    spent = [one.heard() for one in clients]
    seconds = time.perf_counter() - begin
    for one in clients:
        one.end()
    return seconds, sum(one or 0.0 for one in spent), spent.count(None)


if __name__ == "__main__":
    main()
