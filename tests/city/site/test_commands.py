"""The commands of the online system as one types them: listed without Django, clean in starting and stopping."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.city.faults.city import children
from yinuo.city.site import embedded
from yinuo.cli.main import CITY_COMMANDS, module_of

ANALYST = """
import sys
for name in ("django", "granian", "structlog", "psycopg", "prometheus_client", "ninja", "allauth", "orjson", "cryptography"):
    sys.modules[name] = None
from yinuo.cli.main import app
app(sys.argv[1:])
"""
"""An installation without the packages of the online system."""


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {"PATH": os.environ["PATH"], "COLUMNS": "160", **environment}
    return subprocess.run([sys.executable, *arguments], env=given, capture_output=True, text=True, check=False)


def test_the_analysts_part_lists_and_explains_them_without_django():
    done = python("-c", ANALYST, "--help")
    assert done.returncode == 0, done.stderr
    for name in ("serve", "backup", "replay"):
        assert name in done.stdout


def test_without_django_a_command_says_what_to_install(tmp_path: Path):
    done = python("-c", ANALYST, "migrate", YINUO_HOME=str(tmp_path / "home"))
    assert done.returncode == 2
    assert "pip install 'yinuo[city]'" in done.stderr


def test_every_command_named_is_there():
    assert [name for name in CITY_COMMANDS if module_of(name) is None] == []


@pytest.fixture
def free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


@pytest.fixture
def started(open_home: Path, free: int) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`yinuo start`, answering."""
    given = {"PATH": os.environ["PATH"], "YINUO_HOME": str(open_home), "YINUO_LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "yinuo.cli.main", "start", "--port", str(free)]
    with subprocess.Popen(command, env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as parent:
        wait_until(lambda: answers(free, parent), seconds=90)
        yield parent, free
        parent.kill()


def answers(port: int, parent: subprocess.Popen[str]) -> bool:
    assert parent.poll() is None, parent.communicate()
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def wait_until(holds: Callable[[], bool], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def family(pid: int) -> list[int]:
    """A process and all below it."""
    return [pid, *(one for child in children(pid) for one in family(child))]


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_start_stops_everything_it_started(started, open_home: Path, number: signal.Signals):
    parent, _port = started
    all_of_it = family(parent.pid)
    assert len(all_of_it) >= 3, "the parent, a server, its worker, a supervision worker"
    parent.send_signal(number)
    assert parent.wait(60) == 0
    assert [pid for pid in all_of_it if not is_gone(pid)] == []
    assert not embedded.is_running(open_home)


def test_a_parent_that_is_killed_leaves_no_process_that_nobody_stops(started):
    parent, port = started
    below = family(parent.pid)[1:]
    parent.kill()
    parent.wait()
    wait_until(lambda: all(is_gone(pid) for pid in below))
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(("127.0.0.1", port))


def test_a_port_in_use_is_said(started, open_home: Path):
    _parent, port = started
    done = python("-m", "yinuo.cli.main", "serve", "--port", str(port), YINUO_HOME=str(open_home))
    assert done.returncode == 2, done.stdout + done.stderr
    assert f"Port {port} of 127.0.0.1 cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
