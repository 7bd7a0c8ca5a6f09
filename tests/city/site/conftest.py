"""Homes to start servers in, which end with the test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from yinuo.city.site import embedded
from yinuo.city.site import providers as found_here


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that stands for /var/lib/yinuo."""
    folder = Path(tempfile.mkdtemp(prefix="yinuo-state-"))
    monkeypatch.setattr(found_here, "STATE", folder)
    found_here._reachable.cache_clear()
    yield folder
    found_here._reachable.cache_clear()
    shutil.rmtree(folder)


@pytest.fixture
def home(tmp_path: Path, state: Path) -> Iterator[Path]:
    """A home nobody used before. What is started in it is stopped."""
    folder = tmp_path / "home"
    yield folder
    if folder.exists():
        embedded.leave(folder)
        embedded.stop(folder)


@pytest.fixture
def open_home() -> Iterator[Path]:
    """A home for commands in processes of their own, which the server's account may enter wherever they run."""
    folder = Path(tempfile.mkdtemp(prefix="yinuo-home-"))
    folder.chmod(0o755)
    yield folder / "home"
    if (folder / "home" / "postgres").exists():
        embedded.stop(folder / "home")
    shutil.rmtree(folder)
