"""Settings: safe by default, refused in production where they are not, and every one of them written down."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NAME = re.compile(r"\b(?:YINUO_[A-Z0-9_]+|DATABASE_URL)\b")
SAFE = {
    "YINUO_MODE": "production",
    "YINUO_SECRET_KEY": "0123456789abcdef0123456789abcdefA",
    "YINUO_LEDGER_KEY": "0123456789abcdef0123456789abcdefB",
    "YINUO_PRIVATE_KEYS": "0123456789abcdef0123456789abcdefC",
    "YINUO_HOSTS": "city.example.gov.cn",
    "DATABASE_URL": "postgresql://yinuo:secret@db.example:5432/yinuo",
}
SHOW = """
import sys, typer
from yinuo.cli.city import setup
try:
    setup(database=False)
except typer.Exit as end:
    sys.exit(end.exit_code)
from django.conf import settings
print({name: getattr(settings, name) for name in %r})
"""


def read(open_home: Path, *names: str, **changed: str | None) -> subprocess.CompletedProcess[str]:
    """Settings as a process of its own reads them."""
    given = {**SAFE, **changed}
    environment = {"PATH": os.environ["PATH"], "YINUO_HOME": str(open_home)}
    environment |= {name: value for name, value in given.items() if value is not None}
    command = [sys.executable, "-c", SHOW % (names,)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_production_is_strict(open_home: Path):
    names = (
        "DEBUG", "ALLOWED_HOSTS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_NAME",
    )  # fmt: skip
    done = read(open_home, *names)
    assert done.returncode == 0, done.stderr
    told = eval(done.stdout)
    assert told.pop("ALLOWED_HOSTS") == ["city.example.gov.cn"]
    assert told.pop("SECURE_HSTS_SECONDS") == 31_536_000
    assert told.pop("SESSION_COOKIE_NAME").startswith("__Host-")
    assert told.pop("DEBUG") is False
    assert all(told.values()), told


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("YINUO_MODE", "prod", "YINUO_MODE is development or production"),
        ("YINUO_SECRET_KEY", None, "YINUO_SECRET_KEY must be set"),
        ("YINUO_SECRET_KEY", "short", "at least 32 random characters"),
        ("YINUO_SECRET_KEY", "change-me" * 1, "at least 32 random characters"),
        ("YINUO_LEDGER_KEY", "x" * 64, "at least 32 random characters"),
        ("YINUO_PRIVATE_KEYS", None, "YINUO_PRIVATE_KEYS must be set"),
        ("YINUO_LEDGER_KEY", SAFE["YINUO_SECRET_KEY"], "every secret must be its own"),
        ("YINUO_HOSTS", None, "YINUO_HOSTS must name"),
        ("YINUO_HOSTS", "*", "YINUO_HOSTS must name"),
        ("YINUO_HOSTS", "city.example.gov.cn, *", "YINUO_HOSTS must name"),
        ("YINUO_DEBUG", "1", "remove it in production"),
        ("YINUO_SESSION_SECONDS", "long", "YINUO_SESSION_SECONDS is a whole number of at least 60"),
        ("YINUO_IDLE_SECONDS", "5", "YINUO_IDLE_SECONDS is a whole number of at least 60"),
        ("YINUO_LOG", "xml", "YINUO_LOG is json or text"),
        ("DATABASE_URL", "sqlite:///city.db", "DATABASE_URL must look like postgresql://"),
        ("YINUO_OIDC_SERVER", "https://id.example", "YINUO_OIDC_CLIENT"),
    ],
)
def test_production_refuses(open_home: Path, name: str, value: str | None, words: str):
    done = read(open_home, **{name: value})
    assert done.returncode == 2, done.stdout
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_without_production_it_runs_with_secrets_of_its_own(open_home: Path):
    nothing = dict.fromkeys(SAFE)
    first = read(open_home, "SECRET_KEY", "DEBUG", **nothing)
    assert first.returncode == 0, first.stderr
    assert read(open_home, "SECRET_KEY", "DEBUG", **nothing).stdout == first.stdout, "the secret stays"
    assert eval(first.stdout)["DEBUG"] is False
    assert (open_home / "yinuo_secret_key").stat().st_mode & 0o077 == 0


def test_every_setting_is_documented_and_every_documented_one_exists():
    code = {name for path in (ROOT / "src").rglob("*.py") for name in NAME.findall(path.read_text("utf-8"))}
    table = (ROOT / "docs" / "operations.md").read_text("utf-8")
    documented = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", table, re.MULTILINE))
    assert code - documented == set(), "read in the code, missing in docs/operations.md"
    assert documented - code == set(), "in docs/operations.md, read nowhere"
