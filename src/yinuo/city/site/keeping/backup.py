"""Backup and restore of a whole city: database, attachments and texts, in one file that knows what it holds."""

from __future__ import annotations

import hashlib
import hmac
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from yinuo import __version__
from yinuo.city.site.keeping import archive, dump

FOREIGN = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name ~ '^yinuo (serve|work|live|start)'"
TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
LAST_ROOT = "SELECT number, at, encode(root, 'hex'), encode(digest, 'hex'), streams, events FROM ledger_root ORDER BY number DESC LIMIT 1"


class NotRestorable(Exception):
    """The backup was not put in and nothing was changed; the message says why."""


def backup(file: Path, *, now: datetime) -> dict[str, Any]:
    """Write a backup of the running city, seen at one moment, and return its manifest.

    The dump comes first: an attachment is on the disk before the event that names it. Secrets are not in it, only their
    marks, by which restore sees whether it has the right ones. Raises FileExistsError, OSError and providers.NoPostgres.
    """
    if file.exists():
        raise FileExistsError(f"{file} exists already; backups are never overwritten.")
    with tempfile.TemporaryDirectory(prefix="yinuo-backup-", dir=file.resolve().parent) as scratch:
        dumped = Path(scratch) / archive.DUMP
        about = {"yinuo": __version__, "postgres": major(), "root": _last_root(), "keys": marks()}
        dump.dump(settings.DATABASES["default"], major=major(), into=dumped)
        return archive.write(file, dump=dumped, folders=_folders(), about=about, now=now)


def restore(file: Path, *, replace: bool) -> dict[str, Any]:
    """Put a backup into the configured database, all or nothing, and return its manifest.

    Refuses a database that holds tables unless `replace`, one that is in use, and a backup made with other secrets. The
    caller migrates and verifies afterwards. Raises NotRestorable, archive.NoBackup, dump.NotRestored, providers.NoPostgres.
    """
    _look_at_database(replace=replace)
    settings.HOME.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="restore-", dir=settings.HOME) as scratch:
        manifest = archive.read(file, Path(scratch))
        if manifest.get("postgres", 0) > major():
            raise NotRestorable(
                f"{file} is from PostgreSQL {manifest['postgres']}; this server is the older {major()}."
            )
        _look_at_keys(file, manifest.get("keys", {}))
        connection.close()
        connection.close_pool()
        dump.restore(settings.DATABASES["default"], Path(scratch) / archive.DUMP, major=major())
        for name, folder in _folders().items():
            _merge(Path(scratch) / name, folder)
    return manifest


def marks() -> dict[str, str]:
    """A mark of each secret that the data depend on: the same secret has the same mark, and the mark does not tell it."""
    secrets = {"YINUO_LEDGER_KEY": settings.LEDGER_KEY, "YINUO_PRIVATE_KEYS": settings.PRIVATE_KEYS}
    return {
        name: hmac.new(key.encode(), b"yinuo backup", hashlib.sha256).hexdigest()[:16] for name, key in secrets.items()
    }


def major() -> int:
    """The server's major version."""
    connection.ensure_connection()
    return int(connection.pg_version) // 10000


def _folders() -> dict[str, Path]:
    return {"attachments": Path(settings.MEDIA_ROOT), "texts": Path(settings.HOME) / "texts"}


def _last_root() -> dict[str, Any] | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('ledger_root') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(LAST_ROOT)
        row = cursor.fetchone()
    if row is None:
        return None
    number, at, root, digest, streams, events = row
    return {
        "number": number,
        "at": at.isoformat(),
        "root": root,
        "digest": digest,
        "streams": streams,
        "events": events,
    }


def _look_at_database(*, replace: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FOREIGN)
        if users := cursor.fetchone()[0]:
            raise NotRestorable(f"The city is running ({users} connections). Stop server and workers, then restore.")
        cursor.execute(TABLES)
        if (tables := cursor.fetchone()[0]) and not replace:
            raise NotRestorable(
                f"The database holds {tables} tables already. Restore into an empty one, "
                "or say --replace to give up everything that is in it now."
            )


def _look_at_keys(file: Path, made_with: dict[str, str]) -> None:
    for name, mark in marks().items():
        if made_with.get(name) not in {None, mark}:
            raise NotRestorable(
                f"{file} was made with another {name}. Set the one of that city (a generated one lies in its home as "
                f"{name.lower()}): without it the ledger cannot be verified, or personal data not be read."
            )


def _merge(source: Path, target: Path) -> None:
    """Files are named by their content: what is there already is the same."""
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        place = target / path.relative_to(source)
        if path.is_file() and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            Path(path).replace(place)
