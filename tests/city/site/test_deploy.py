"""What is shipped to run a city with: units that systemd accepts, a compose file whose parts exist, settings that are real."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from yinuo.cli.main import module_of

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
SETTINGS = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", (ROOT / "docs" / "operations.md").read_text("utf-8"), re.MULTILINE))
UNITS = sorted((DEPLOY / "systemd").glob("*.service")) + sorted((DEPLOY / "systemd").glob("*.timer"))


def test_systemd_accepts_the_units():
    """Where systemd is; that the program lies elsewhere here is the one complaint allowed."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    done = subprocess.run(["systemd-analyze", "verify", *map(str, UNITS)], capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if "/opt/yinuo/bin/yinuo is not executable" not in line]
    assert complaints == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_calls_commands_that_exist_as_an_account_of_its_own(unit: Path):
    text = unit.read_text("utf-8")
    for command in re.findall(r"/opt/yinuo/bin/yinuo (\w+)", text):
        assert module_of(command), command
    if unit.suffix == ".service":
        assert "\nUser=yinuo\n" in text
        assert "\nNoNewPrivileges=yes\n" in text


def test_the_example_environment_names_real_settings_and_no_secret():
    lines = re.findall(
        r"^#? ?([A-Z_]+)=(.*)$", (DEPLOY / "systemd" / "yinuo.env.example").read_text("utf-8"), re.MULTILINE
    )
    assert {name for name, _value in lines} <= SETTINGS
    secrets = {name: value for name, value in lines if name.endswith(("_KEY", "_KEYS", "_TOKEN"))}
    assert len(secrets) == 4
    assert set(secrets.values()) == {""}


def test_the_compose_file_holds_together():
    made = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text("utf-8"))
    services = made["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        for volume in service.get("volumes", ()):
            assert volume.split(":")[0] in made["volumes"], name
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), "a proxy stands in front"
        if service.get("image") == "yinuo":
            assert module_of(service["command"][0]), name
            assert set(service["environment"]) <= SETTINGS, name
            assert (DEPLOY / "compose" / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


def test_nginx_passes_on_what_yinuo_needs_and_believes_no_client():
    text = (DEPLOY / "nginx" / "yinuo.conf").read_text("utf-8")
    assert text.count("{") == text.count("}")
    for line in ("Host $host", "X-Forwarded-Proto $scheme", "X-Forwarded-For $remote_addr", "X-Request-ID $request_id"):
        assert f"proxy_set_header {line};" in text
    assert "proxy_add_x_forwarded_for" not in text
    assert re.search(r"location = /metrics \{\s*deny all;", text)
