"""Processor seconds of processes and of what they started, ended children included."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def of_tree(root: int) -> float:
    """Processor seconds so far of a process, of all below it, and of those below it that have ended and were waited for."""
    parents: dict[int, list[int]] = {}
    spent: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(entry.name))
        spent[int(entry.name)] = sum(map(int, fields[11:15])) / TICKS
    waiting, total = [root], 0.0
    while waiting:
        one = waiting.pop()
        total += spent.get(one, 0.0)
        waiting += parents.get(one, [])
    return total


def of_postgres(home: Path) -> float:
    """Processor seconds so far of the database server of a home, all its processes taken together."""
    return of_tree(postmaster(home))


def postmaster(home: Path) -> int:
    """The number of the database server's first process."""
    place = home / "place"
    data = Path(place.read_text().strip()) if place.exists() else home
    return int((data / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
