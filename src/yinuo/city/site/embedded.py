"""The PostgreSQL that comes along: found, made, started and stopped without anybody installing anything (design 6).

A home folder holds `postgres/` (the data folder; `yinuo.provider` in it names whose binaries made it), `postgres.log`,
`password` and `run/` (the socket: the server listens nowhere else). Where root runs the server as another account that may not
enter the home, the first two and the socket lie in a folder of their own under /var/lib/yinuo, named by `place` in the home.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import shutil
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from yinuo.city.site import providers as found_here
from yinuo.city.site.failures import explain
from yinuo.city.site.providers import NoPostgres, Provider, choose, give, is_reachable, providers, run

__all__ = [
    "DATABASE",
    "USER",
    "NoPostgres",
    "Provider",
    "ensure",
    "is_running",
    "leave",
    "provider_of",
    "providers",
    "stop",
    "url",
]

USER = "yinuo"
DATABASE = "yinuo"
LONGEST_SOCKET = 107 - len("/.s.PGSQL.5432")
"""Bytes a socket's folder may have: the system's limit of 107 less the socket's own name."""
PATIENCE = 30.0
"""Seconds to wait for what a killed server left behind (its children, its memory) to go away, and for an answer."""
LARGEST_LOG = 16 * 2**20


def url(home: Path) -> str:
    """The address of the home's database, for DATABASE_URL. Makes the home and its password where missing; starts nothing."""
    return f"{_server_url(home)}/{DATABASE}"


def ensure(home: Path, *, settings: Mapping[str, str] | None = None, provider: str | None = None) -> str:
    """Make the data folder if there is none, start the server if it does not run, and return its address once it answers.

    `settings` are written into postgresql.conf when the folder is made. Any number of processes may call it at once; each
    counts as a user of the server until it ends (see `leave`). Raises NoPostgres, with what to do about it.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        with _only_one(home):
            _come(home)
            if not (_data(home) / "PG_VERSION").exists():
                _make(home, choose(None, wanted=provider, where=home), settings or {})
            if not is_running(home):
                _start(home)
            _make_database(home)
    except OSError as problem:
        raise NoPostgres(explain(str(problem), home=home)) from problem
    return url(home)


def leave(home: Path) -> None:
    """Say that this process needs the server no more: the last one that says so stops it."""
    with _only_one(home):
        held = _users.pop(home, None)
        if held is None:
            return
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            stop(home)
        except BlockingIOError:
            return  # others need it still
        finally:
            os.close(held)


def stop(home: Path) -> None:
    """Stop the home's server if it runs; its data stays. Raises NoPostgres."""
    if is_running(home):
        run(provider_of(home), "pg_ctl", "stop", "-w", "-m", "fast", "-D", str(_data(home)), home=_data(home))


def is_running(home: Path) -> bool:
    """Whether the home's server runs: what a killed one left in the data folder does not count."""
    try:
        number = int((_data(home) / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(number, 0)
        return not sys.platform.startswith("linux") or Path(f"/proc/{number}/cwd").readlink() == _data(home)
    except (OSError, ValueError):
        return False  # none was left; or it is gone, or going, or somebody else's now


def provider_of(home: Path) -> Provider:
    """Whose binaries made the home's data folder, for pg_dump and the like. Raises NoPostgres."""
    record = _data(home) / "yinuo.provider"
    return choose(record.read_text().strip() if record.exists() else None, wanted=None, where=home)


def _make(home: Path, provider: Provider, settings: Mapping[str, str]) -> None:
    data = _data(home)
    if data.exists() and any(data.iterdir()):
        raise NoPostgres(
            f"{data} holds something that is not a database (no PG_VERSION in it). Nothing was changed: "
            "move it away, or put back what is missing, and try again."
        )
    part = data.with_name("postgres.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    give(part)
    (secret := data.with_name("password.part")).touch(mode=0o600)
    secret.write_text(_password(home))
    give(secret)
    try:
        run(
            provider, "initdb", "-D", str(part), "-U", USER, "-E", "UTF8", "--locale=C.UTF-8",
            "--auth=scram-sha-256", f"--pwfile={secret}", "--data-checksums",
            *(["--no-sync"] if settings.get("fsync") == "off" else []), home=part,
        )  # fmt: skip
    except NoPostgres as problem:
        raise NoPostgres(explain(str(problem), home=home)) from problem
    finally:
        secret.unlink()
    lines = {
        "listen_addresses": "''",
        "timezone": "'UTC'",
        "max_connections": "100",
        "shared_buffers": "'512MB'",
        "max_wal_size": "'4GB'",
        "checkpoint_timeout": "'15min'",
        "random_page_cost": "1.1",
        # One reader's count must not take every core from all others.
        "max_parallel_workers_per_gather": "0",
    } | dict(settings)
    _configure(part, lines)
    (part / "yinuo.provider").write_text(provider.name + "\n")
    give(part / "yinuo.provider")
    if data.exists():
        data.rmdir()
    part.rename(data)


def _start(home: Path) -> None:
    provider, data = provider_of(home), _data(home)
    made_by = int((data / "PG_VERSION").read_text())
    if made_by != (have := provider.major()):
        raise NoPostgres(
            f"The database in {home} was made by PostgreSQL {made_by}, and “{provider.name}” is PostgreSQL {have} now. "
            "Install the older one again, write a backup with it (yinuo backup), then restore that into a new home."
        )
    log, folder = _place(home) / "postgres.log", _socket_folder(home)
    if _recorded_socket(data) != folder:
        _configure(data, {"unix_socket_directories": f"'{folder}'"})
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
    log.touch(mode=0o600)
    give(log)
    deadline = time.monotonic() + PATIENCE
    while True:
        before = log.stat().st_size
        try:
            run(provider, "pg_ctl", "start", "-w", "-t", "600", "-l", str(log), "-D", str(data), home=data)
        except NoPostgres as problem:
            said = log.read_bytes()[before:].decode("utf-8", "replace")
            if "pre-existing shared memory" in said and time.monotonic() < deadline:
                time.sleep(0.1)  # the children of a killed server are still going
                continue
            if "lock file" in said and time.monotonic() < deadline and not is_running(home):
                (data / "postmaster.pid").unlink(missing_ok=True)  # its number belongs to another process now
                continue
            raise NoPostgres(explain(f"{problem}\n{said}", home=home)) from problem
        return


def _make_database(home: Path) -> None:
    with _answering(home) as server:
        if not server.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            server.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))


def _answering(home: Path) -> psycopg.Connection:
    """A connection to the server, waited for: one that lost a process turns everybody away until it recovered."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return psycopg.connect(f"{_server_url(home)}/postgres", autocommit=True)
        except psycopg.OperationalError as problem:
            if time.monotonic() >= deadline or not is_running(home):
                raise NoPostgres(explain(str(problem), home=home)) from problem
            time.sleep(0.1)


def _configure(data: Path, lines: Mapping[str, str]) -> None:
    with (data / "postgresql.conf").open("a") as conf:
        conf.writelines(f"{name} = {value}\n" for name, value in lines.items())


def _server_url(home: Path) -> str:
    return f"postgresql://{USER}:{_password(home)}@{quote(str(_socket_folder(home)), safe='')}"


def _place(home: Path) -> Path:
    """Where data, log and socket lie: the home, or where the server's account can reach them."""
    home = home.resolve()
    record = home / "place"
    if record.exists():
        return Path(record.read_text().strip())
    if (home / "postgres").exists() or is_reachable(home):
        return home
    mark = hashlib.sha256(str(home).encode()).hexdigest()[:8]
    place = found_here.STATE / f"{home.name}-{mark}"
    place.mkdir(parents=True, exist_ok=True)
    found_here.STATE.chmod(0o755)
    place.chmod(0o711)
    record.write_text(f"{place}\n")
    return place


def _data(home: Path) -> Path:
    return _place(home) / "postgres"


def _socket_folder(home: Path) -> Path:
    """Beside the data; where that path is too long for a socket, a folder of our own among the temporary ones."""
    if is_running(home) and (recorded := _recorded_socket(_data(home))):
        return recorded
    folder = _place(home) / "run"
    if len(os.fsencode(folder)) > LONGEST_SOCKET:
        mark = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"yinuo-{os.geteuid()}-{mark}"
    if not folder.exists():
        folder.mkdir(mode=0o700)
        give(folder)
    seen, one = folder.lstat(), found_here.servant()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid not in {os.geteuid(), one.pw_uid if one else os.geteuid()}:
        raise NoPostgres(f"{folder} belongs to somebody else (user {seen.st_uid}): remove it and try again.")
    return folder


def _recorded_socket(data: Path) -> Path | None:
    found = re.findall(r"^unix_socket_directories = '(.*)'", (data / "postgresql.conf").read_text(), re.MULTILINE)
    return Path(found[-1]) if found else None


def _password(home: Path) -> str:
    file = home / "password"
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        with _only_one(home):
            if not file.exists():
                part = file.with_suffix(".part")
                part.touch(mode=0o600)
                part.write_text(secrets.token_hex(24))
                part.rename(file)
    return file.read_text()


_users: dict[Path, int] = {}
"""Of each home this process uses: a file held locked in common with all others that use it, until the process ends."""


def _come(home: Path) -> None:
    if home not in _users:
        file = os.open(home / "users", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(file, fcntl.LOCK_SH)
        _users[home] = file


_held: set[Path] = set()
_inside = threading.RLock()


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """One thread of one process at a time for a home; a call inside a call waits for nobody."""
    with _inside:
        if home in _held:
            yield
            return
        with (home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _held.add(home)
            try:
                yield
            finally:
                _held.discard(home)
