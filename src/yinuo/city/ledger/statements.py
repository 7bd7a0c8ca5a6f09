"""SQL that matters lies in named files: `<app>/sql/<name>.sql`, whose first line says what it is for."""

from __future__ import annotations

from functools import cache
from pathlib import Path


class NoPurpose(Exception):
    """A statement does not begin with `-- purpose: …`."""


@cache
def sql(package_file: str, name: str) -> str:
    """The statement `sql/<name>.sql` beside the module whose `__file__` is given, read once.

    Raises FileNotFoundError, and NoPurpose when its first line does not say what it is for.
    """
    file = Path(package_file).parent / "sql" / f"{name}.sql"
    text = file.read_text(encoding="utf-8")
    if not text.startswith("-- purpose: "):
        raise NoPurpose(f"{file.name} must begin with a line “-- purpose: …”.")
    return text
