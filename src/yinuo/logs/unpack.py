"""Packed files (.gz, .zip) laid out as a plain temporary file, refused when they unpack to far too much."""

from __future__ import annotations

import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from yinuo.logs.tables import LogError, Progress

_STEP = 1 << 20


@dataclass(frozen=True)
class Allowance:
    """How much a packed log may become."""

    ratio: int = 200
    size: int = 8 << 30


@contextmanager
def unpacked(path: Path, allowance: Allowance, *, progress: Progress) -> Iterator[tuple[Path, str]]:
    """The plain file and its name without the packing. Raises LogError for damaged, encrypted or oversized files."""
    suffix = path.suffix.lower()
    if suffix not in (".gz", ".zip"):
        yield path, path.name
        return
    with tempfile.TemporaryDirectory(prefix="yinuo-") as folder:
        plain = Path(folder) / "log"
        try:
            with plain.open("wb") as target:
                name = (_gunzip if suffix == ".gz" else _unzip)(path, target, allowance=allowance, progress=progress)
        except (zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, EOFError, NotImplementedError) as error:
            raise LogError(f"{path}: the file is damaged or cut short ({error}). Fetch it again.") from error
        yield plain, name


def _gunzip(path: Path, target: IO[bytes], *, allowance: Allowance, progress: Progress) -> str:
    with path.open("rb") as packed, gzip.GzipFile(fileobj=packed) as source:
        _copy(source, target, path=path, allowance=allowance, packed=packed, progress=progress)  # type: ignore[arg-type]
    return path.name[: -len(path.suffix)]


def _unzip(path: Path, target: IO[bytes], *, allowance: Allowance, progress: Progress) -> str:
    with path.open("rb") as packed, zipfile.ZipFile(packed) as archive:
        inside = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")]
        if len(inside) != 1:
            raise LogError(f"{path}: holds {len(inside)} files; a packed log holds exactly one.")
        if inside[0].flag_bits & 1:
            raise LogError(f"{path}: is encrypted. Unpack it first.")
        with archive.open(inside[0]) as source:
            _copy(source, target, path=path, allowance=allowance, packed=packed, progress=progress)
        return Path(inside[0].filename).name


def _copy(
    source: IO[bytes], target: IO[bytes],
    *, path: Path, allowance: Allowance, packed: IO[bytes], progress: Progress,
) -> None:  # fmt: skip
    size = path.stat().st_size
    most = min(allowance.size, size * allowance.ratio)
    done = 0
    while piece := source.read(_STEP):
        done += len(piece)
        if done > most:
            raise LogError(
                f"{path}: unpacks to more than {most:,} bytes (at most {allowance.ratio} times its size and "
                f"{allowance.size:,} bytes are unpacked). If you trust it, unpack it yourself and give the plain file."
            )
        target.write(piece)
        progress(packed.tell(), size, f"unpacking {path.name}")
