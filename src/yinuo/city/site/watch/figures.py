"""Figures for Prometheus: requests counted as they are answered, the rest asked of the database when it is scraped.

Server processes share their counts through a folder (PROMETHEUS_MULTIPROC_DIR, set by `yinuo serve`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from django.db import Error, OperationalError, connection
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from yinuo.city.ledger.statements import sql

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
REACH = 2.0
"""Seconds a monitor's question waits for a connection."""
_own = CollectorRegistry()
REQUESTS = Counter("yinuo_requests", "Requests answered.", ["method", "route", "status"], registry=_own)
SECONDS = Histogram(
    "yinuo_request_seconds", "Time to answer a request.", ["method", "route"], buckets=BUCKETS, registry=_own
)

FROM_DATABASE = {
    "workers": "Supervision workers that asked for work in the last 10 seconds.",
    "worker_age_seconds": "Seconds since any supervision worker asked for work.",
    "late_seconds_most": "Greatest lateness of a moment served in the last 5 minutes.",
    "late_seconds_p99": "99th percentile of lateness in the worst sweep of the last 5 minutes.",
    "overdue_seconds": "How long ago the oldest moment that is still waiting to be served came.",
    "looks_waiting": "Cases that something happened to and that were not looked at yet.",
    "outbox_waiting": "Mails, messages and webhooks not delivered yet.",
    "outbox_age_seconds": "Age of the oldest of them.",
    "ledger_position": "Position of the newest event in the ledger's feed.",
    "database_bytes": "Size of the database.",
}
"""Each is one statement in sql/, named alike."""


def count_request(route: str, *, method: str, status: int, seconds: float) -> None:
    """Count one answered request. `route` is a pattern, never a path, so that their number stays small."""
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(method, route).observe(seconds)


class _Asked:
    """Asks the database at the moment of the scrape; what it cannot answer is left out and said by yinuo_up."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = 1
        for name, text in FROM_DATABASE.items():
            try:
                reach()
                value = ask(name)
            except OperationalError:
                up = 0
                break  # it does not answer: the other questions would only wait
            except Error:
                up = 0
                continue
            if value is not None:
                yield GaugeMetricFamily(f"yinuo_{name}", text, value)
        yield GaugeMetricFamily("yinuo_up", "Whether the database answered every question of this scrape.", up)


def reach() -> None:
    """Nothing where the database can be asked. Raises OperationalError within REACH seconds: a monitor does not wait for long."""
    if connection.connection is not None or getattr(connection, "pool", None) is None:
        return
    with connection.wrap_database_errors:
        connection.pool.open()
        connection.pool.putconn(connection.pool.getconn(timeout=REACH))


def ask(name: str) -> float | None:
    """One figure from the database, None when there is nothing to measure. Raises django.db.Error."""
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, name))
        row = cursor.fetchone()
    return None if row is None or row[0] is None else float(row[0])


def exposition() -> bytes:
    """Everything, in Prometheus' text format."""
    shared = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(shared)
        counted = generate_latest(shared)
    else:
        counted = generate_latest(_own)
    asked = CollectorRegistry()
    asked.register(_Asked())
    return counted + generate_latest(asked)
