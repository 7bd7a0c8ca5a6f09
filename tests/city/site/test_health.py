"""/healthz, /readyz and /metrics: true when something is broken, and closed to strangers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from typing import NamedTuple

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from yinuo.city.site.watch import figures, health


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def worker(db):
    """A connection that looks like a worker that has just asked for work."""
    parameters = connection.get_connection_params()
    wanted = {name: parameters[name] for name in ("host", "user", "password", "dbname") if name in parameters}
    with closing(psycopg.connect(**wanted, application_name="yinuo work#1", autocommit=True)) as one:
        one.execute("select 1")
        yield one


def read(client: Client, **headers: str) -> dict[str, float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {sample.name: sample.value for family in families for sample in family.samples}


@pytest.mark.django_db
def test_healthy_with_a_worker(client: Client, worker):
    answer = client.get("/healthz")
    assert answer.status_code == 200, answer.content
    assert answer.json()["status"] == "ok"
    assert set(answer.json()["checks"]) == {"database", "migrations", "worker", "disk"}
    assert answer.headers["Cache-Control"].startswith("max-age=0")


@pytest.mark.django_db
def test_without_a_worker_the_city_is_ready_but_not_healthy(client: Client):
    assert client.get("/readyz").status_code == 200
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["worker"] == {"ok": False, "says": "none"}


@pytest.mark.django_db
def test_a_missing_migration_is_seen_until_it_is_made(client: Client, worker, monkeypatch):
    health._missing.cache_clear()
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *_: [("city_ledger", "9999")])
    assert client.get("/readyz").status_code == 503
    monkeypatch.undo()
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_a_full_disk_is_seen(client: Client, worker, monkeypatch):
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _: Usage(100, 99, 2**20))
    assert client.get("/healthz").json()["checks"]["disk"] == {"ok": False, "says": "1 MB free"}


@pytest.mark.django_db
def test_without_a_database_it_says_so_instead_of_breaking(client: Client, monkeypatch):
    def gone(*_):
        raise DatabaseError("the server went away; user 张三")

    monkeypatch.setattr(health.connection, "cursor", gone)
    health._missing.cache_clear()
    monkeypatch.setattr(health, "MigrationExecutor", gone)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == {"ok": False, "says": "DatabaseError"}


@pytest.mark.django_db
def test_a_stranger_sees_whether_and_not_what(client: Client, worker):
    answer = client.get("/healthz", headers={"X-Forwarded-For": "203.0.113.9"})
    assert answer.json()["checks"]["disk"] == {"ok": True}


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_figures_are_not_for_who_comes_through_a_proxy(client: Client, header: str):
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 403


@pytest.mark.django_db
def test_figures_are_not_for_other_machines(client: Client):
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 403


@pytest.mark.django_db
def test_with_a_token_only_the_token_counts(client: Client, settings):
    settings.METRICS_TOKEN = "t" * 40
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    assert (
        client.get("/metrics", headers={"Authorization": "Bearer " + "t" * 40}, REMOTE_ADDR="192.0.2.7").status_code
        == 200
    )


@pytest.mark.django_db
def test_every_figure_is_there_and_is_documented(client: Client, worker):
    client.get("/readyz")
    told = read(client)
    assert told["yinuo_up"] == 1
    missing = {f"yinuo_{name}" for name in figures.FROM_DATABASE} - told.keys()
    assert missing == set()
    assert told["yinuo_workers"] == 1
    assert told["yinuo_requests_total"] >= 1
    assert told["yinuo_looks_waiting"] == 0


@pytest.mark.django_db
def test_a_figure_the_database_cannot_give_is_left_out_and_said(client: Client, monkeypatch):
    monkeypatch.setattr(figures, "ask", lambda name: (_ for _ in ()).throw(DatabaseError(name)))
    told = read(client)
    assert told["yinuo_up"] == 0
    assert "yinuo_looks_waiting" not in told


DOWN = """
import json, time, django
django.setup()
from django.test import Client
client, said = Client(raise_request_exception=False), {}
for path in ("/healthz", "/readyz", "/metrics"):
    began = time.monotonic()
    answer = client.get(path, headers={"Authorization": "Bearer monitor-token"})
    said[path] = (answer.status_code, answer.content.decode(), time.monotonic() - began)
print(json.dumps(said))
"""


def test_with_the_database_down_monitors_are_answered_soon_and_not_broken(tmp_path):
    """A token set, the port closed: the token of a monitor is not looked up among those of systems."""
    around = {
        **os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "YINUO_HOME": str(tmp_path),
        "YINUO_METRICS_TOKEN": "monitor-token", "DJANGO_SETTINGS_MODULE": "yinuo.city.site.settings",
    }  # fmt: skip
    run = subprocess.run(
        [sys.executable, "-c", DOWN], env=around, capture_output=True, text=True, timeout=120, check=True
    )
    said = json.loads(run.stdout.splitlines()[-1])
    for path in ("/healthz", "/readyz"):
        status, body, seconds = said[path]
        told = json.loads(body)
        assert (status, told["status"], told["checks"]["database"]["ok"]) == (503, "failing", False)
        assert told["checks"]["migrations"]["says"] == "not asked"
        assert seconds < 8, path
    status, body, seconds = said["/metrics"]
    assert status == 200
    assert "yinuo_up 0.0" in body
    assert "yinuo_requests" in body
    assert seconds < 8
