"""A city to measure: its home, its text, its units, tokens, and a server of its own; every disk write waited for."""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from measured import OUT, Result

PROGRAM = [sys.executable, "-m", "yinuo.cli.main"]
TOKEN = re.compile(r"\b[A-Za-z0-9_-]{24,}\b")
ITEMS = ("food-permit", "transport-permit", "water-intake", "birth-subsidy", "insurance-transfer", "discharge-permit")
PADDING = "申请人陈述：经营场所位于示例市临江镇，面积一百二十平方米，已取得消防检查意见，材料齐全，请予受理。" * 2


def make(name: str) -> Path:
    """A new home with Demo City's text, units and heads and no case in it; this process is set up to use it."""
    home = OUT / "cities" / name
    if home.exists():
        from yinuo.city.site import embedded

        embedded.stop(home)
        shutil.rmtree(home)
    os.environ["YINUO_HOME"] = str(home)
    from yinuo.cli.city import setup

    setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from yinuo.cli.demo import city
    from yinuo.cli.demo.plan import Shares
    from yinuo.rulebook.loader import load_pack

    pack, today = load_pack("demo-city"), datetime.now(UTC).date()
    told = city.Told(today - timedelta(days=30), 1, 1, Shares())
    city.make_city(pack, told.demand(pack, today=today).office, seed=1, password="bench-only")
    return home


def clear(home: Path) -> None:
    """Stop the city's database and take its home away: at full size it is gigabytes."""
    from django.db import connections

    from yinuo.city.site import embedded

    for connection in connections.all():
        connection.close()
        connection.close_pool()
    atexit.unregister(embedded.leave)
    embedded.leave(home)
    embedded.stop(home)
    shutil.rmtree(home)


def server_cpu() -> float:
    """Processor seconds so far of the database's processes, those that ended and were waited for among them."""
    from django.conf import settings

    place = settings.HOME / "place"
    folder = Path(place.read_text().strip()) if place.exists() else settings.HOME
    postmaster = (folder / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0]
    ticks, total = os.sysconf("SC_CLK_TCK"), 0.0
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = file.read_text().rpartition(")")
        except OSError:
            continue
        fields = rest.split()
        if name.split(" ", 1)[0] == postmaster:
            total += sum(int(one) for one in fields[11:15]) / ticks
        elif fields[1] == postmaster:
            total += sum(int(one) for one in fields[11:13]) / ticks
    return total


def token(unit: str = "city") -> str:
    """A system's token over a unit, with a rate that stops nobody."""
    told = subprocess.run(
        [*PROGRAM, "people", "token", "bench", "--unit", unit, "--rate", "100000"],
        capture_output=True,
        text=True,
        check=True,
    )
    return max(TOKEN.findall(told.stdout), key=len)


def events(
    cases: int,
    *,
    activities: tuple[str, ...],
    seed: int = 1,
    days: int = 20,
    end: datetime | None = None,
    items: tuple[str, ...] = ITEMS,
) -> Iterator[dict[str, Any]]:
    """CloudEvents of so many cases, each with these activities in order, spread over the days before `end`."""
    rng, end = Random(seed), end or datetime.now(UTC) - timedelta(hours=2)
    for number in range(cases):
        at = end - timedelta(days=rng.random() * days, hours=1)
        item = items[number % len(items)]
        for index, activity in enumerate(activities):
            fields: dict[str, Any] = {"reason": PADDING} if index else {"applicant": "party"}
            opening = {"kind": "application", "item": item, "unit": UNITS[item]} if index == 0 else {}
            yield {
                "specversion": "1.0", "id": f"{seed}-{number}-{index}", "source": "bench", "type": activity,
                "subject": f"b{seed}-{number}", "time": (at + timedelta(minutes=5 * index)).isoformat(),
                "data": {**opening, **fields},
            }  # fmt: skip


UNITS = {
    "food-permit": "market", "transport-permit": "transport", "water-intake": "water", "birth-subsidy": "medical-insurance",
    "insurance-transfer": "medical-insurance", "discharge-permit": "ecology",
}  # fmt: skip


def lines(path: Path, stream: Iterator[dict[str, Any]]) -> int:
    """Write CloudEvents lines; returns how many."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for event in stream:
            file.write(json.dumps(event, ensure_ascii=False) + "\n")
            count += 1
    return count


def counted(statement: str) -> int:
    """One number from the database."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


def must_be_durable(result: Result) -> None:
    """The figures count only with a server that waits for the disk."""
    from django.db import connection

    with connection.cursor() as cursor:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            cursor.execute(f"SHOW {name}")
            result.check(f"{name} is on", int(cursor.fetchone()[0] != "on"), 1)


@contextmanager
def served(workers: int = 1) -> Iterator[str]:
    """A server through production's middleware; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (OUT / "server.log").open("w")
    process = subprocess.Popen(
        [*PROGRAM, "serve", "--port", str(port), "--workers", str(workers)], stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/readyz", timeout=2).read()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def cpu_of(marker: str) -> float:
    """Processor seconds so far of every process whose command line holds the marker."""
    told = subprocess.run(["pgrep", "-f", marker], capture_output=True, text=True, check=False).stdout.split()
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0.0
    for pid in told:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / ticks
    return total
