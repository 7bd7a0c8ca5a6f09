"""A whole city under `yinuo start`, its processes by what they do, and the knife."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from django.utils import timezone

from yinuo.city.site import embedded

ROOT = Path(__file__).parents[3]


class City:
    """A home of its own, and everything that runs in it."""

    def __init__(self, sms: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="yinuo-faults-"))
        self.folder.chmod(0o755)
        self.home = self.folder / "home"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.environment = {
            "PATH": os.environ["PATH"], "YINUO_HOME": str(self.home), "YINUO_LOG_LEVEL": "WARNING", "YINUO_LOG": "json",
            "YINUO_SMS_URL": sms, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        }  # fmt: skip
        self.log = (self.folder / "log").open("w")
        self.last_health = ""
        self.parent: subprocess.Popen[bytes] | None = None
        self.clients: list[Client | HttpClient] = []

    def spawn(self, *arguments: str, **options: Any) -> subprocess.Popen[Any]:
        """A process of the city."""
        options = {"stderr": self.log, **options}
        return subprocess.Popen([sys.executable, "-m", *arguments], env=self.environment, cwd=ROOT, **options)

    def run(self, *arguments: str) -> str:
        """A process of the city that ends well, and what it printed."""
        with self.spawn(*arguments, stdout=subprocess.PIPE, text=True) as process:
            printed = process.communicate(timeout=1200)[0]
        assert process.returncode == 0, f"{arguments}: {printed}\n{self.told()}"
        return str(printed)

    def start(self) -> None:
        """Database, server, two workers."""
        arguments = ("start", "--port", str(self.port), "--workers", "2", "--servers", "2")
        self.parent = self.spawn("yinuo.cli.main", *arguments, stdout=self.log)
        self.wait(self.is_well)

    def stop(self) -> None:
        """End everything as Ctrl-C would."""
        for client in self.clients:
            client.end()
        if self.parent is not None:
            self.parent.send_signal(signal.SIGTERM)
            assert self.parent.wait(60) == 0, self.told()
            self.parent = None

    def remove(self) -> None:
        """Leave nothing behind, whatever happened."""
        for client in self.clients:
            client.end()
        if self.parent is not None:
            self.parent.kill()
            self.parent.wait()
        if self.home.exists():
            embedded.stop(self.home)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def is_well(self) -> bool:
        """Whether pages are answered and a worker works."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except HTTPError as refused:
            self.last_health = refused.read().decode()
        except (URLError, OSError) as gone:
            self.last_health = repr(gone)
        return False

    def break_start(self) -> None:
        """Kill the database so that it does not start again, and mend it once that was noticed."""
        conf = embedded._data(self.home) / "postgresql.conf"
        whole = conf.read_text()
        conf.write_text(f"{whole}shared_buffers = 'a lot'\n")
        os.kill(self.pids("database")[0], signal.SIGKILL)
        self.wait(lambda: "Trying again" in self.said())
        conf.write_text(whole)

    def judge(self) -> dict[str, Any]:
        """What the city says happened."""
        return dict(json.loads(self.run("tests.city.faults.judge").splitlines()[-1]))

    def pids(self, what: str) -> list[int]:
        """The processes of a kind: server, worker, client, backend, database."""
        if what == "database":
            text = (embedded._data(self.home) / "postmaster.pid").read_text() if embedded.is_running(self.home) else ""
            return [int(text.split()[0])] if text else []
        if what == "client":
            return [client.process.pid for client in self.clients if client.process is not None]
        if what == "backend":
            return [child for one in self.pids("database") for child in children(one)]
        assert self.parent is not None
        word = {"server": "serve", "worker": "work"}[what]
        under = [one for one in children(self.parent.pid) if word in command(one)]
        return under if what == "worker" else under + [child for one in under for child in children(one)]

    def wait(self, holds: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert self.parent is None or self.parent.poll() is None, self.told()
            assert time.monotonic() < deadline, self.told()
            time.sleep(0.05)

    def said(self) -> str:
        """All its processes said."""
        return (self.folder / "log").read_text()

    def told(self) -> str:
        """What `yinuo start` said itself, and the end of what its processes said."""
        lines = self.said().splitlines()
        plain = [line for line in lines if not line.startswith("{")]
        return "\n".join([self.last_health, *plain[-40:], *(line[:600] for line in lines[-12:])])


class Client:
    """A sender that is started again when it is killed, and what was acknowledged to it."""

    def __init__(self, city: City, name: str) -> None:
        self.city, self.name, self.acknowledged = city, name, []
        self.process: subprocess.Popen[str] | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        life = 0
        while not self._ended.is_set():
            life += 1
            arguments = ("tests.city.faults.client", f"{self.name}-{life}")
            self.process = self.city.spawn(*arguments, stdout=subprocess.PIPE, text=True)
            assert self.process.stdout is not None
            for line in self.process.stdout:
                word, stream, event_id = line.split()
                assert word == "ack"
                self.acknowledged.append((stream, event_id))
            self.process.wait()
            self.process.stdout.close()

    def end(self) -> None:
        """No more."""
        self._ended.set()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
        self._thread.join(30)


class HttpClient:
    """A department's system that posts CloudEvents for ever, each again until the server took it (200 and stored or known)."""

    process = None

    def __init__(self, city: City, token: str) -> None:
        self.city, self.acknowledged = city, []
        self.failed = 0
        self._token, self._ended = token, threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        number = 0
        while not self._ended.is_set():
            number += 1
            case_id = f"http-{number}"
            opened = self._event(
                case_id, "received", 40, kind="application", item="food-permit", unit="market", applicant="市民甲"
            )
            self._report([opened, self._event(case_id, "accepted", 39)])
            if number % 4 == 0:
                self._report([self._event(case_id, "granted", 0.0001)])

    def _event(self, case_id: str, activity: str, days: float, **fields: str) -> dict[str, Any]:
        at = timezone.now() - timedelta(days=days)
        return {
            "specversion": "1.0", "id": f"{case_id}/{activity}", "source": "hall", "type": activity, "subject": case_id,
            "time": at.isoformat(), "data": fields,
        }  # fmt: skip

    def _report(self, events: list[dict[str, Any]]) -> None:
        """Again and again: what was not acknowledged may or may not be there."""
        headers = {"Content-Type": "application/cloudevents-batch+json", "Authorization": f"Bearer {self._token}"}
        address = f"http://127.0.0.1:{self.city.port}/api/events"
        while not self._ended.is_set():
            try:
                with urlopen(Request(address, json.dumps(events).encode(), headers), timeout=20) as answer:
                    results = json.loads(answer.read())["results"]
            except (URLError, OSError, HTTPException):
                self.failed += 1
                time.sleep(0.02)
                continue
            assert all(one["status"] in {"stored", "duplicate"} for one in results), results
            self.acknowledged += [(f"case/{event['subject']}", event["id"]) for event in events]
            return

    def end(self) -> None:
        """No more."""
        self._ended.set()
        self._thread.join(30)


def children(pid: int) -> list[int]:
    """The processes a process started (Linux)."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            after = (place / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if int(after[1]) == pid:
            found.append(int(place.name))
    return found


def command(pid: int) -> list[str]:
    """How a process was called."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []
