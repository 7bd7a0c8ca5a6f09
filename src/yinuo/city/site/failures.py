"""What PostgreSQL says when it cannot start, in words a person can act on."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

KNOWN = (
    (
        r"No space left on device|Disk quota exceeded",
        "The disk is full: {free} MB are free where {home} lies. Make room (a new database needs about 100 MB) and try again.",
    ),
    (
        r"Permission denied|Operation not permitted|Read-only file system",
        "Yinuo may not write into {home}. Give the account it runs as that folder (chown -R), or name another with YINUO_HOME.",
    ),
    (
        r"Not a directory|File exists",
        "{home} cannot be a folder, because a file stands in its way. Move it, or name another with YINUO_HOME.",
    ),
    (
        r"lock file .* already exists|is another postmaster",
        "Another PostgreSQL uses the data folder in {home}. Stop it, or name another folder with YINUO_HOME.",
    ),
    (
        r"Cannot allocate memory|could not (map|create) .*shared memory",
        "There is too little memory to start PostgreSQL. Free some, or lower shared_buffers in the data folder's postgresql.conf.",
    ),
    (
        r"unrecognized configuration parameter|configuration file .* contains errors|invalid value for parameter",
        "postgresql.conf of the data folder in {home} holds a line that PostgreSQL does not accept.",
    ),
    (
        r"invalid checkpoint record|could not locate a valid checkpoint|invalid page|PANIC|incorrect checksum",
        "The database in {home} is damaged. Keep a copy of the folder, and put the last backup into a new home: yinuo restore FILE.",
    ),
)
LINES = 12
"""How much of what PostgreSQL printed is repeated."""


def explain(said: str, *, home: Path) -> str:
    """The sentence for what was said, with the last lines of it below; where nothing is known, those lines alone."""
    there = next(one for one in (home, *home.absolute().parents) if one.exists())
    free = shutil.disk_usage(there).free // 2**20
    sentences = [text.format(home=home, free=free) for pattern, text in KNOWN if re.search(pattern, said)]
    lines = [line for line in said.strip().splitlines() if line.strip()][-LINES:]
    first = sentences[:1] or [f"PostgreSQL of {home} did not start."]
    return "\n".join([*first, *(f"  {line}" for line in lines)])
