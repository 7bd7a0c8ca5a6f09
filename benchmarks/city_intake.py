"""A window takes a matter in while the city holds a million cases: the item found, its papers listed, accepted, the next screen."""

from __future__ import annotations

import logging
import os
import resource
import sys
import time
import uuid
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import a_city
import a_large_city
from measured import Result

STATEMENTS = 40
"""Most statements of one acceptance: two acts with a person's sealed fields, the session and the reader among them."""
PAPERS = [f"food-permit-{number}" for number in range(1, 5)]
HOST = {"Host": "127.0.0.1"}


def run(*, smoke: bool) -> Result:
    """YINUO_BENCH_CASES makes it smaller."""
    result = Result("city_intake", smoke)
    cases = int(os.environ.get("YINUO_BENCH_CASES") or (4_000 if smoke else 1_000_000))
    times = 30 if smoke else 300
    home = a_city.make("intake")
    logging.disable(logging.INFO)
    a_large_city.fill(cases)
    before = accepted()
    result.tell("cases", a_city.counted("SELECT count(*) FROM cases_case"))
    from django.test import Client

    client = Client(raise_request_exception=False, headers=HOST)
    client.post("/accounts/login/", {"login": "window", "password": "bench-only"})
    for _warm in range(5):
        one(client)
    used, server = own_cpu(), a_city.server_cpu()
    took = np.asarray([one(client) for _time in range(times)]) * 1000
    result.tell("processor ms an intake, application", (own_cpu() - used) * 1000 / times)
    result.tell("processor ms an intake, PostgreSQL", (a_city.server_cpu() - server) * 1000 / times)
    for name, column in zip(("find the item", "list its papers", "accept", "next screen"), took.T, strict=True):
        result.tell(f"p50, ms: {name}", float(np.median(column)))
    result.check("accepted", times + 5 - (accepted() - before), times + 5)
    result.bar("statements of an acceptance", statements(client), STATEMENTS)
    result.bar("intake p50, ms", float(np.median(took[:, 2])), 100)
    result.bar("intake p99, ms", float(np.quantile(took[:, 2], 0.99)), 500)
    a_city.clear(home)
    return result


def one(client: object) -> tuple[float, ...]:
    """One person at the window: seconds of each request."""
    asked = [
        lambda: client.get("/window/choices", {"typed": "食品"}),  # type: ignore[attr-defined]
        lambda: client.get("/window/papers", {"item": "food-permit"}),  # type: ignore[attr-defined]
        lambda: client.post("/window", form()),  # type: ignore[attr-defined]
    ]
    seconds = []
    for ask in asked:
        begin = time.perf_counter()
        answer = ask()
        seconds.append(time.perf_counter() - begin)
        if answer.status_code not in (200, 302):
            raise RuntimeError(f"the window answered {answer.status_code}: {answer.content.decode()[:500]}")
    begin = time.perf_counter()
    client.get(answer["Location"])  # type: ignore[attr-defined]
    return (*seconds, time.perf_counter() - begin)


def form() -> dict[str, object]:
    """What a clerk sends off."""
    person = {"name": "王敏", "phone": "13912345678", "identity": "110101199001011237"}
    return {
        "form": uuid.uuid4().hex, "outcome": "accept", "typed": "食品经营许可", "item": "food-permit", "given": PAPERS, **person,
    }  # fmt: skip


def statements(client: object) -> int:
    """How many statements one acceptance sends."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        client.post("/window", form())  # type: ignore[attr-defined]
    return len(seen.captured_queries)


def accepted() -> int:
    """Applications that were accepted."""
    return a_city.counted("SELECT count(*) FROM cases_case WHERE kind = 'application' AND stage = 'accepted'")


def own_cpu() -> float:
    """Processor seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
