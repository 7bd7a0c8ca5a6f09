"""The database that comes along (design 6, peers 101): made, started, found again and stopped, whatever happened to it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from yinuo.city.site import embedded
from yinuo.city.site import providers as found_here
from yinuo.city.site.providers import NoPostgres, Provider

QUICK = {"fsync": "off", "full_page_writes": "off"}
"""Where it is not about the disk, nobody waits for it."""
PROVIDERS = [one.name for one in embedded.providers()]
ENSURE = "import sys, pathlib; from yinuo.city.site import embedded, providers; providers.STATE = pathlib.Path(sys.argv[2])\n"


def ask(address: str, question: str) -> str:
    with psycopg.connect(address) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return str(row[0])


def postmaster(home: Path) -> int:
    return int((embedded._data(home) / "postmaster.pid").read_text().split()[0])


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_some_provider_is_here_and_the_wheel_comes_first():
    assert PROVIDERS
    assert PROVIDERS[0] == "wheel" or "wheel" not in PROVIDERS


@pytest.mark.parametrize("provider", PROVIDERS)
def test_it_is_made_durable_and_safe(home: Path, provider: str):
    address = embedded.ensure(home, provider=provider)
    for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
        assert ask(address, f"show {name}") == "on", name
    assert ask(address, "show listen_addresses") == ""
    assert ask(address, "show server_encoding") == "UTF8"
    assert ask(address, "select datcollate from pg_database where datname = current_database()") == "C.UTF-8"
    assert ask(address, "select '局' < '市'") in {"True", "False"}
    assert ask(address, "show password_encryption") == "scram-sha-256"
    with pytest.raises(psycopg.OperationalError, match="password"):
        ask(address.replace((home / "password").read_text(), "wrong"), "select 1")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_was_committed_is_there_after_kill_9(home: Path, provider: str):
    address = embedded.ensure(home, provider=provider)
    with psycopg.connect(address) as connection:
        connection.execute("create table kept (it int)")
        connection.execute("insert into kept values (7)")
    os.kill(postmaster(home), signal.SIGKILL)
    wait_until(lambda: not embedded.is_running(home))
    assert (embedded._data(home) / "postmaster.pid").exists(), "a killed server leaves its number behind"
    assert embedded.ensure(home, settings=QUICK) == address
    assert ask(address, "select it from kept") == "7"
    assert embedded.provider_of(home).name == provider


def test_a_number_left_behind_that_is_another_process_now(home: Path):
    embedded.ensure(home, settings=QUICK)
    file = embedded._data(home) / "postmaster.pid"
    left = file.read_text().split("\n")
    embedded.stop(home)
    stranger = subprocess.Popen(["sleep", "60"], **found_here.as_servant())
    try:
        file.write_text("\n".join([str(stranger.pid), *left[1:]]))
        found_here.give(file)
        assert not embedded.is_running(home)
        assert ask(embedded.ensure(home, settings=QUICK), "select 1") == "1"
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_several_processes_at_once_make_one_database(home: Path, state: Path):
    home.mkdir()
    code = ENSURE + "print(embedded.ensure(pathlib.Path(sys.argv[1])))"
    command = [sys.executable, "-c", code, str(home), str(state)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    addresses = {one.communicate(timeout=60)[0].strip() for one in running}
    assert [one.returncode for one in running] == [0] * 4
    assert addresses == {embedded.url(home)}
    assert ask(embedded.url(home), "select count(*) from pg_database where datname = 'yinuo'") == "1"


def test_the_last_one_that_leaves_stops_it(home: Path, state: Path):
    embedded.ensure(home, settings=QUICK)
    code = ENSURE + "home = pathlib.Path(sys.argv[1]); embedded.ensure(home); embedded.leave(home)"
    subprocess.run([sys.executable, "-c", code, str(home), str(state)], check=True)
    assert embedded.is_running(home)
    embedded.leave(home)
    assert not embedded.is_running(home)


def test_a_user_that_was_killed_does_not_count(home: Path, state: Path):
    embedded.ensure(home, settings=QUICK)
    code = ENSURE + "embedded.ensure(pathlib.Path(sys.argv[1])); print('here', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(home), str(state)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"here\n"
        embedded.leave(home)
        assert embedded.is_running(home)
        embedded.ensure(home, settings=QUICK)
        other.kill()
    embedded.leave(home)
    assert not embedded.is_running(home)


def test_the_provider_that_made_it_is_the_one_that_runs_it(home: Path, monkeypatch: pytest.MonkeyPatch):
    embedded.ensure(home, provider=PROVIDERS[-1], settings=QUICK)
    embedded.stop(home)
    embedded.ensure(home, provider=PROVIDERS[0])
    assert embedded.provider_of(home).name == PROVIDERS[-1]
    embedded.stop(home)
    monkeypatch.setattr(found_here, "providers", lambda: (Provider("other", Path("/nowhere")),))
    with pytest.raises(
        NoPostgres, match=rf"needs the PostgreSQL of “{PROVIDERS[-1]}”, and found here is: other.*DATABASE_URL"
    ):
        embedded.ensure(home, settings=QUICK)
    monkeypatch.undo()


def test_no_postgres_at_all_says_what_to_install(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(found_here, "providers", lambda: ())
    with pytest.raises(NoPostgres, match="pip install 'yinuo\\[city\\]'"):
        embedded.ensure(home, settings=QUICK)


def test_data_of_another_major_version_says_how_to_move_it(home: Path):
    embedded.ensure(home, settings=QUICK)
    embedded.stop(home)
    version = embedded._data(home) / "PG_VERSION"
    made_by = version.read_text()
    version.write_text("14\n")
    with pytest.raises(NoPostgres, match=r"made by PostgreSQL 14.*yinuo backup"):
        embedded.ensure(home, settings=QUICK)
    version.write_text(made_by)


def test_a_folder_that_is_no_database_is_left_alone(home: Path):
    kept = home / "postgres" / "base" / "16384"
    kept.parent.mkdir(parents=True)
    kept.write_text("somebody's cases")
    with pytest.raises(NoPostgres, match="holds something that is not a database"):
        embedded.ensure(home, settings=QUICK)
    assert kept.read_text() == "somebody's cases"


def test_a_making_that_was_interrupted_is_made_again(home: Path):
    embedded.url(home)
    part = embedded._data(home).with_name("postgres.part")
    (part / "base").mkdir(parents=True)
    assert ask(embedded.ensure(home, settings=QUICK), "select 1") == "1"
    assert not part.exists()


def test_a_checkout_root_alone_may_enter(home: Path, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A clone below /root with mode 0700: programs and data go where the server's account reaches them."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    one = embedded.providers()[0]
    package = one.bin.parents[1]
    shutil.copytree(one.bin.parent, closed / package.name / one.bin.parent.name, symlinks=True)
    if (libraries := package.with_name(f"{package.name}.libs")).is_dir():
        shutil.copytree(libraries, closed / libraries.name)
    inside = Provider(one.name, closed / package.name / one.bin.parent.name / "bin")
    monkeypatch.setattr(found_here, "providers", lambda: (inside,))
    inner = closed / "home"
    address = embedded.ensure(inner)
    try:
        assert ask(address, "select 1") == "1"
        run_as_root = os.geteuid() == 0
        assert (inner / "postgres").exists() is not run_as_root
        assert embedded._data(inner).is_relative_to(state if run_as_root else inner)
        assert inside.command("initdb").startswith(str(state if run_as_root else closed))
    finally:
        embedded.leave(inner)
        embedded.stop(inner)


def test_a_long_path_gets_a_short_socket(home: Path):
    deep = home / ("很深" * 20)
    address = embedded.ensure(deep)
    try:
        assert ask(address, "select 1") == "1"
    finally:
        embedded.leave(deep)
        embedded.stop(deep)


def test_a_home_that_was_moved_still_starts(home: Path, tmp_path: Path):
    embedded.ensure(home, settings=QUICK)
    embedded.leave(home)
    moved = tmp_path / "moved"
    home.rename(moved)
    try:
        assert ask(embedded.ensure(moved), "select 1") == "1"
    finally:
        embedded.leave(moved)
        embedded.stop(moved)


def test_a_socket_folder_of_somebody_else_is_refused(home: Path, tmp_path: Path):
    if os.geteuid() != 0:
        (home / "run").parent.mkdir(parents=True)
        (home / "run").symlink_to(tmp_path)
    else:
        (home / "run").mkdir(parents=True)
        os.chown(home / "run", 12345, 12345)
        home.joinpath("postgres").mkdir()
    with pytest.raises(NoPostgres, match="belongs to somebody else"):
        embedded.url(home)


def test_passwords_are_for_the_owner_only(home: Path):
    embedded.ensure(home, settings=QUICK)
    assert (home / "password").stat().st_mode & 0o077 == 0
    assert embedded._data(home).stat().st_mode & 0o077 == 0
    assert (embedded._place(home) / "run").stat().st_mode & 0o077 == 0
    assert (embedded._place(home) / "postgres.log").stat().st_mode & 0o077 == 0
