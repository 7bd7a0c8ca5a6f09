"""`yinuo backup` and `yinuo restore` as one types them: what comes back is what was there, and the ledger verifies."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from yinuo.city.site import embedded

FILL = """
from yinuo.cli.city import setup
setup()
from datetime import datetime, timedelta, UTC
from django.conf import settings
from django.db import transaction
from yinuo.city.ledger import commands, private
from yinuo.city.ledger.append import append
from yinuo.city.ledger.events import NewEvent
from pathlib import Path
at = datetime(2026, 3, 2, tzinfo=UTC)
for case in range(5):
    for number in range(4):
        with transaction.atomic():
            who = private.seal(f"case/{case}/{number}", {"name": "张三"})
            said = {"v": 1, "person": who}
            append([NewEvent(f"case/c{case}", "test", f"{case}-{number}", "noted", at, said)], expected=number, recorded_at=at)
commands.take_root(at + timedelta(hours=1))
kept = Path(settings.MEDIA_ROOT) / "ab" / "cd"
kept.parent.mkdir(parents=True)
kept.write_bytes(b"attached")
"""
SHOW = """
from yinuo.cli.city import setup
setup()
from django.db import connection
from yinuo.city.ledger import private, read
with connection.cursor() as cursor:
    cursor.execute("SELECT stream, version, encode(digest, 'hex'), payload FROM ledger_event ORDER BY 1, 2")
    rows = cursor.fetchall()
    cursor.execute("SELECT number, encode(digest, 'hex') FROM ledger_root ORDER BY 1")
    roots = cursor.fetchall()
import json
print(json.dumps([rows, roots, private.unseal("case/0/0")]))
"""


class City:
    """A home of its own, used by commands in processes of their own."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def run(self, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        given = {"PATH": os.environ["PATH"], "YINUO_HOME": str(self.home), **environment}
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(command, env=given, capture_output=True, text=True, check=False)

    def yinuo(self, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "yinuo.cli.main", *arguments, **environment)

    def python(self, code: str) -> str:
        done = self.run("-c", code)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def copy_secrets(self, other: City) -> None:
        self.home.mkdir(exist_ok=True)
        for name in ("yinuo_ledger_key", "yinuo_private_keys"):
            shutil.copy(other.home / name, self.home / name)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="yinuo-backup-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def city(folder: Path) -> City:
    """A city with twenty events, personal data, a root and an attachment."""
    made = City(folder / "city")
    assert made.yinuo("migrate").returncode == 0
    made.python(FILL)
    return made


@pytest.fixture(scope="module")
def file(city: City, folder: Path) -> Path:
    """Its backup."""
    done = city.yinuo("backup", folder / "city.tar")
    assert done.returncode == 0, done.stderr
    assert "last root: 1 " in done.stdout
    return folder / "city.tar"


def test_the_file_says_what_it_holds(city: City, file: Path):
    with tarfile.open(file) as tar:
        content = tar.extractfile("manifest.json")
        assert content is not None
        manifest = json.loads(content.read())
        names = set(tar.getnames())
    assert set(manifest["members"]) == names - {"manifest.json"} == {"database.dump", "attachments/ab/cd"}
    assert manifest["root"]["number"] == 1
    assert manifest["root"]["events"] == 20
    whole = file.read_bytes()
    for name in ("yinuo_ledger_key", "yinuo_private_keys", "password"):
        assert (city.home / name).read_bytes() not in whole, "secrets are not in a backup"


def test_a_backup_is_never_overwritten(city: City, file: Path):
    before = file.read_bytes()
    done = city.yinuo("backup", file)
    assert done.returncode == 2
    assert "exists already" in done.stderr
    assert file.read_bytes() == before


def test_a_round_trip_into_a_new_home(city: City, file: Path, folder: Path):
    other = City(folder / "other")
    other.copy_secrets(city)
    done = other.yinuo("restore", file)
    assert done.returncode == 0, done.stderr
    assert other.python(SHOW) == city.python(SHOW)
    assert "张三" in json.loads(other.python(SHOW))[2].values()
    assert (other.home / "attachments" / "ab" / "cd").read_bytes() == b"attached"
    verified = other.yinuo("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert other.yinuo("migrate").stdout == "migrated: 0 steps\n"
    assert not list(other.home.glob("restore-*"))


def test_a_full_database_is_given_up_only_when_told(city: City, file: Path, folder: Path):
    other = City(folder / "full")
    other.copy_secrets(city)
    assert other.yinuo("migrate").returncode == 0
    refused = other.yinuo("restore", file)
    assert refused.returncode == 2
    assert "say --replace" in refused.stderr
    assert json.loads(other.python(SHOW))[0] == []
    done = other.yinuo("restore", file, "--replace")
    assert done.returncode == 0, done.stderr
    assert other.python(SHOW) == city.python(SHOW)
    damaged = folder / "damaged.tar"
    text = bytearray(file.read_bytes())
    text[5000] ^= 1
    damaged.write_bytes(text)
    assert other.yinuo("restore", damaged, "--replace").returncode == 2
    assert other.python(SHOW) == city.python(SHOW), "a refused restore changes nothing"


def test_other_secrets_are_refused(file: Path, folder: Path):
    other = City(folder / "stranger")
    done = other.yinuo("restore", file)
    assert done.returncode == 2
    assert "was made with another YINUO_LEDGER_KEY" in done.stderr


def test_a_running_city_is_not_replaced(city: City, file: Path):
    before = city.python(SHOW)
    code = "from yinuo.cli.city import setup; setup(); from django.db import connection; connection.ensure_connection(); print(1, flush=True); input()"
    given = {"PATH": os.environ["PATH"], "YINUO_HOME": str(city.home), "PGAPPNAME": "yinuo serve#1"}
    with subprocess.Popen([sys.executable, "-c", code],
                          env=given, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:  # fmt: skip
        assert server.stdout is not None
        assert server.stdout.readline() == b"1\n"
        done = city.yinuo("restore", file, "--replace")
        server.communicate(b"\n")
    assert done.returncode == 2
    assert "The city is running" in done.stderr
    assert city.python(SHOW) == before


@pytest.mark.parametrize("provider", [one.name for one in embedded.providers()])
def test_a_city_with_a_database_of_its_own(provider: str, folder: Path):
    """DATABASE_URL: backed up and restored with the tools of that server's version, whichever it is."""
    own = folder / f"own-{provider}"
    address = embedded.ensure(own, provider=provider)
    try:
        made = City(folder / f"of-{provider}")
        for arguments in (
            ("migrate",),
            ("backup", folder / f"{provider}.tar"),
            ("restore", folder / f"{provider}.tar", "--replace"),
        ):
            done = made.yinuo(*arguments, DATABASE_URL=address)
            assert done.returncode == 0, done.stderr
        assert not (made.home / "postgres").exists()
        assert embedded.is_running(own), "a server of somebody else is not stopped"
    finally:
        embedded.leave(own)
        embedded.stop(own)


def test_a_backup_of_a_newer_server_is_refused_by_an_older_one(city: City, file: Path, folder: Path):
    majors = {one.name: one.major() for one in embedded.providers()}
    older = [name for name, major in majors.items() if major < majors[embedded.provider_of(city.home).name]]
    if not older:
        pytest.skip("only one version of PostgreSQL is on this machine")
    own = folder / "older"
    address = embedded.ensure(own, provider=older[0])
    try:
        made = City(folder / "of-older")
        made.copy_secrets(city)
        done = made.yinuo("restore", file, DATABASE_URL=address)
        assert done.returncode == 2
        assert f"this server is the older {majors[older[0]]}" in done.stderr
    finally:
        embedded.leave(own)
        embedded.stop(own)


@pytest.mark.parametrize("provider", [one.name for one in embedded.providers()])
def test_the_tools_fit_the_server(provider: str):
    from yinuo.city.site.keeping.dump import tool

    one = next(one for one in embedded.providers() if one.name == provider)
    assert tool("pg_dump", major=one.major()) == str(one.bin / "pg_dump")


def test_a_server_newer_than_every_tool(monkeypatch: pytest.MonkeyPatch):
    from yinuo.city.site.keeping.dump import tool

    with pytest.raises(embedded.NoPostgres, match="Install postgresql-client-99"):
        tool("pg_dump", major=99)
