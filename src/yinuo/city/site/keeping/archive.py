"""A backup as one file: a tar whose manifest names every member with its size and SHA-256.

Members are `database.dump` (pg_dump, custom format), `attachments/…`, `texts/…` and, last, `manifest.json`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

FORMAT = 1
MANIFEST = "manifest.json"
DUMP = "database.dump"
FOLDERS = ("attachments", "texts")
BLOCK = 2**20


class NoBackup(Exception):
    """The file is no backup, or not a whole one; nothing was changed. The message says what is wrong with it."""


def write(
    file: Path, *, dump: Path, folders: Mapping[str, Path], about: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Write the archive beside its place and move it there when it is whole; returns the manifest. Raises OSError."""
    members: dict[str, dict[str, Any]] = {}
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("xb") as raw, tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
            os.fchmod(raw.fileno(), 0o600)
            _add(tar, DUMP, dump, members)
            for name, folder in folders.items():
                for path in _files(folder):
                    _add(tar, f"{name}/{path.relative_to(folder).as_posix()}", path, members)
            manifest = {"format": FORMAT, "made_at": now.isoformat(), **about, "members": members}
            text = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size, entry.mode = len(text), 0o600
            tar.addfile(entry, io.BytesIO(text))
            tar.close()
            raw.flush()
            os.fsync(raw.fileno())
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def read(file: Path, into: Path) -> dict[str, Any]:
    """Unpack the archive into an empty folder, every member checked; returns the manifest. Raises NoBackup.

    Nothing but plain files below `into` is ever written, whatever the tar says.
    """
    found: dict[str, dict[str, Any]] = {}
    try:
        with tarfile.open(file, mode="r:") as tar:
            for entry in tar:
                if entry.name in found:
                    raise NoBackup(f"{file} holds {entry.name} twice.")
                found[entry.name] = _take(tar, entry, into, file)
    except (tarfile.TarError, EOFError) as problem:
        raise NoBackup(f"{file} is no backup of Yinuo, or was cut off: {problem}.") from problem
    if MANIFEST not in found:
        raise NoBackup(f"{file} is no whole backup of Yinuo: {MANIFEST} is missing; it is written last.")
    manifest = _manifest(file, (into / MANIFEST).read_bytes())
    del found[MANIFEST]
    for name in sorted(found.keys() | manifest["members"].keys()):
        if found.get(name) != manifest["members"].get(name):
            raise NoBackup(f"{file} is damaged: {name} is not what its manifest says.")
    return manifest


def _manifest(file: Path, text: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(text)
        known, members = manifest["format"], manifest["members"]
        if not isinstance(members, dict) or DUMP not in members:
            raise KeyError(DUMP)
    except (ValueError, KeyError, TypeError) as problem:
        raise NoBackup(f"The manifest of {file} cannot be read: {problem!r}.") from problem
    if known != FORMAT:
        raise NoBackup(f"{file} has format {known}; this version of Yinuo reads format {FORMAT}.")
    return dict(manifest)


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _add(tar: tarfile.TarFile, name: str, path: Path, members: dict[str, dict[str, Any]]) -> None:
    with path.open("rb") as source:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = os.fstat(source.fileno()).st_size, 0o600
        hashed = _Hashed(source)
        tar.addfile(entry, hashed)  # type: ignore[arg-type]
    members[name] = {"size": entry.size, "sha256": hashed.digest.hexdigest()}


class _Hashed:
    """A file that is hashed while it is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._source.read(size)
        self.digest.update(block)
        return block


def _take(tar: tarfile.TarFile, entry: tarfile.TarInfo, into: Path, file: Path) -> dict[str, Any]:
    path = PurePosixPath(entry.name)
    is_ours = entry.name in {MANIFEST, DUMP} or (len(path.parts) > 1 and path.parts[0] in FOLDERS)
    if not entry.isreg() or not is_ours or path.is_absolute() or ".." in path.parts or "\\" in entry.name:
        raise NoBackup(f"{file} holds {entry.name!r}, which no backup of Yinuo holds. Nothing of it was used.")
    source = tar.extractfile(entry)
    assert source is not None, "a plain file has content"
    target = into.joinpath(*path.parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    hashed = _Hashed(source)
    with target.open("xb") as out:
        os.fchmod(out.fileno(), 0o600)
        while block := hashed.read(BLOCK):
            out.write(block)
    return {"size": target.stat().st_size, "sha256": hashed.digest.hexdigest()}
