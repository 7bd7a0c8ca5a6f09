"""The database out and in with PostgreSQL's own tools, those of the version that fits the server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from yinuo.city.site import embedded
from yinuo.city.site.providers import NoPostgres

NOT_KEPT = ("django_session",)
"""Tables whose rows stay behind: whoever was signed in signs in again."""


class NotRestored(Exception):
    """The dump was not put in; the database is as it was before. The message says what PostgreSQL said."""


def dump(database: dict[str, Any], *, major: int, into: Path) -> None:
    """Write a custom-format dump of the database, seen at one moment. Raises NoPostgres."""
    skipped = [f"--exclude-table-data={table}" for table in NOT_KEPT]
    command = [tool("pg_dump", major=major), "-Fc", "--no-owner", "--no-privileges", *skipped, *_where(database)]
    with into.open("wb") as out:
        os.fchmod(out.fileno(), 0o600)
        done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, env=_environment(database), check=False)
        os.fsync(out.fileno())
    if done.returncode != 0:
        raise NoPostgres(f"pg_dump failed ({done.returncode}): {done.stderr.decode('utf-8', 'replace').strip()}")


def restore(database: dict[str, Any], dumped: Path, *, major: int) -> None:
    """Replace everything in the database by what was dumped, in one transaction: all of it or nothing.

    Raises NotRestored, after which the database is as before, and NoPostgres when there is no tool for it.
    """
    script = dumped.with_suffix(".sql")
    tool_of_dump = [tool("pg_restore", major=major), "--no-owner", "--no-privileges", "-f", str(script), str(dumped)]
    told = subprocess.run(tool_of_dump, capture_output=True, check=False)
    if told.returncode != 0:
        raise NotRestored(f"pg_restore could not read the dump: {told.stderr.decode('utf-8', 'replace').strip()}")
    empty = "SET lock_timeout = '10s'; DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
    command = [
        tool("psql", major=major), *_where(database), "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1",
        "-o", os.devnull, "-c", empty, "-f", str(script),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, env=_environment(database), check=False)
    script.unlink()
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()
        advice = " Stop the server and the workers first." if "lock timeout" in said else ""
        raise NotRestored(f"PostgreSQL refused the dump, and nothing was changed.{advice}\n{said}")


def tool(program: str, *, major: int) -> str:
    """The path of a tool that fits a server: of its own major version, else the next newer one. Raises NoPostgres."""
    found = {provider.major(): provider.bin / program for provider in reversed(embedded.providers())}
    elsewhere = shutil.which(program)
    if elsewhere and (said := _major_of(elsewhere)) is not None:
        found.setdefault(said, Path(elsewhere))
    fitting = sorted(one for one in found if one >= major and found[one].exists())
    if not fitting:
        raise NoPostgres(
            f"The server is PostgreSQL {major}, and no {program} of that version or a newer one was found. "
            f"Install postgresql-client-{major}."
        )
    return str(found[fitting[0]])


def _major_of(program: str) -> int | None:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)", said)
    return int(found[1]) if found else None


def _where(database: dict[str, Any]) -> Sequence[str]:
    port = ["-p", str(database["PORT"])] if database["PORT"] else []
    return ("-h", database["HOST"], *port, "-U", database["USER"], "-d", database["NAME"], "-w")


def _environment(database: dict[str, Any]) -> dict[str, str]:
    """The password goes where other users of the machine do not see it."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "PGSSLMODE", "PGSSLROOTCERT"}}
    options = {key: str(value) for key, value in database["OPTIONS"].items() if key in {"sslmode", "sslrootcert"}}
    named = {f"PG{key.upper()}": value for key, value in options.items()}
    return {**kept, **named, "PGPASSWORD": database["PASSWORD"], "LC_ALL": "C.UTF-8", "PGAPPNAME": "yinuo backup"}
