"""One side, waiting for orders: python side.py ours|theirs; each line of input `CLIENTS CASES` is a run, answered by a line of JSON.

Clients are forks of a process that has everything loaded, so that no start is measured.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))


def main() -> None:
    """Prepare the side, warm it up with one case, then run what is ordered."""
    side = importlib.import_module(f"split.{sys.argv[1]}")
    side.setup()
    side.make()
    _tell({"refuses": side.stranger_is_refused()})
    side.run(2)
    for line in sys.stdin:
        clients, cases = map(int, line.split())
        before = side.finished()
        _let_go()
        seconds, spent, failed = _clients(side, clients, cases)
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


def _clients(side: object, clients: int, cases: int) -> tuple[float, float, int]:
    """Seconds until the last client is done, processor seconds of all, how many failed."""
    begin = time.perf_counter()
    for number in range(clients):
        if os.fork() == 0:
            code = 1
            try:
                side.run(cases // clients + (number < cases % clients))  # type: ignore[attr-defined]
                code = 0
            except BaseException:  # noqa: BLE001 - told, and counted by the parent
                traceback.print_exc()
            finally:
                os._exit(code)
    spent, failed = 0.0, 0
    for _ in range(clients):
        _pid, status, used = os.wait3(0)
        spent += used.ru_utime + used.ru_stime
        failed += status != 0
    return time.perf_counter() - begin, spent, failed


if __name__ == "__main__":
    main()
