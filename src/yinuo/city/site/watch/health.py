"""Whether the city works: the database, its tables, a supervision worker, room on the disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from yinuo.city.site.watch import figures
from yinuo.city.site.watch.figures import ask

PATIENCE = 10.0
"""Seconds without a question from any worker after which supervision is taken to stand still."""
LEAST_FREE = 500
"""MB that must be free on the disk."""

READ_ONLY = "read only"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `says` is for the operator: figures, no names, no data."""

    name: str
    is_well: bool
    says: str


def ready() -> tuple[Check, ...]:
    """What a server process needs to answer requests: the database and its tables."""
    return _of_database(migrations=_migrations)


def whole() -> tuple[Check, ...]:
    """Everything: what `ready` looks at, a worker that sweeps, and room on the disk."""
    return (*_of_database(migrations=_migrations, worker=_worker), _checked("disk", _disk))


def _of_database(**looks: Callable[[], tuple[bool, str]]) -> tuple[Check, ...]:
    """The database, and what is asked of it; where it does not answer nothing else waits for it."""
    first = _checked("database", _database)
    if not first.is_well and first.says != READ_ONLY:
        return (first, *(Check(name, is_well=False, says="not asked") for name in looks))
    return (first, *(_checked(name, look) for name, look in looks.items()))


def _checked(name: str, look: Callable[[], tuple[bool, str]]) -> Check:
    try:
        return Check(name, *look())
    except (Error, OSError) as problem:
        return Check(name, is_well=False, says=type(problem).__name__)


def _database() -> tuple[bool, str]:
    figures.reach()
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT pg_is_in_recovery()")
        (is_writable,) = cursor.fetchone()
    return is_writable, "answers" if is_writable else READ_ONLY


def _migrations() -> tuple[bool, str]:
    missing = _missing()
    if missing:
        _missing.cache_clear()  # asked again next time; that nothing is missing stays so
    return missing == 0, f"{missing} missing"


@cache
def _missing() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _worker() -> tuple[bool, str]:
    age = ask("worker_age_seconds")
    return (False, "none") if age is None else (age <= PATIENCE, f"asked {age:.1f} s ago")


def _disk() -> tuple[bool, str]:
    place = Path(settings.HOME)
    free = shutil.disk_usage(next(one for one in (place, *place.parents) if one.exists())).free // 2**20
    return free >= LEAST_FREE, f"{free} MB free"
