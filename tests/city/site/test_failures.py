"""When the database cannot start, a person reads why and what to do."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from yinuo.city.site import embedded
from yinuo.city.site.failures import explain
from yinuo.city.site.providers import NoPostgres


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('initdb: error: could not write file "x": No space left on device', "The disk is full:"),
        ('initdb: error: could not create directory "x": Permission denied', "chown -R"),
        ("[Errno 30] Read-only file system: 'x'", "may not write into"),
        ("[Errno 17] File exists: 'x'", "a file stands in its way"),
        ('FATAL:  lock file "postmaster.pid" already exists', "Another PostgreSQL uses"),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "too little memory"),
        ('LOG:  unrecognized configuration parameter "fsink" in file', "holds a line that PostgreSQL does not accept"),
        ("PANIC:  could not locate a valid checkpoint record", "yinuo restore FILE"),
        ("something nobody heard of before", "did not start"),
    ],
)
def test_what_postgres_says_in_words_to_act_on(said: str, words: str, tmp_path: Path):
    told = explain(said, home=tmp_path / "not" / "there")
    assert words in told
    assert said in told, "what it said itself stands below"


def test_a_file_in_the_way(tmp_path: Path):
    (tmp_path / "home").write_text("")
    with pytest.raises(NoPostgres, match="a file stands in its way"):
        embedded.ensure(tmp_path / "home")


def test_a_wrong_line_in_the_configuration(home: Path):
    embedded.ensure(home)
    embedded.stop(home)
    conf = embedded._data(home) / "postgresql.conf"
    good = conf.read_text()
    conf.write_text(good + "fsink = on\n")
    with pytest.raises(NoPostgres, match=r"(?s)does not accept.*fsink"):
        embedded.ensure(home)
    conf.write_text(good)


def test_a_full_disk(tmp_path: Path, state: Path):
    """A real one of 8 MB where root may mount it; elsewhere the words above stand for it."""
    small = tmp_path / "small"
    small.mkdir()
    state.chmod(0o755)
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m,mode=755", "yinuo-test", str(state)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a small disk")
    try:
        with pytest.raises(NoPostgres, match=r"The disk is full: \d+ MB are free"):
            embedded.ensure(state / "home")
    finally:
        embedded.leave(state / "home")
        subprocess.run(["umount", str(state)], check=True)
