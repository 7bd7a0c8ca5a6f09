"""A text as one record of the ledger: every file of a pack and of the packs it uses, and back into a folder."""

from __future__ import annotations

import shutil
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from yinuo.rulebook.loader import Pack, load_pack

SUFFIXES = ("toml", "csv")
"""The files a pack's digest covers; nothing else is text."""


class Tampered(Exception):
    """What the ledger gave back is not the text whose digest it names: nothing of it is used."""


def packed(pack: Pack) -> dict[str, Any]:
    """The whole text as JSON values: its name and digest, and for each pack it needs its files by relative path."""
    return {
        "v": 1,
        "name": pack.name,
        "digest": pack.digest,
        "zh": pack.zh,
        "en": pack.en,
        "packs": {one.name: _files(one.root) for one in pack.everywhere()},
    }


def _files(root: Path) -> dict[str, str]:
    found = sorted(path for suffix in SUFFIXES for path in root.rglob(f"*.{suffix}"))
    return {path.relative_to(root).as_posix(): path.read_bytes().decode("utf-8") for path in found}


def unpacked(record: Mapping[str, Any], home: Path) -> Pack:
    """The pack of a record, its files written once under `home/<digest>/<name>`. Raises Tampered.

    Several processes may do this at the same moment: each writes a folder of its own and the first to finish stays.
    """
    folder = home / str(record["digest"])
    if not folder.is_dir():
        home.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=home))
        _write(record["packs"], fresh)
        try:
            fresh.rename(folder)
        except OSError:
            shutil.rmtree(fresh)
            if not folder.is_dir():
                raise
    pack = load_pack(folder / str(record["name"]))
    if pack.digest != record["digest"]:
        raise Tampered(
            f"the text {record['name']} in {folder} has digest {pack.digest[:12]}…, the ledger says "
            f"{str(record['digest'])[:12]}…: remove the folder, and if it happens again run `yinuo verify`"
        )
    return pack


def _write(packs: Mapping[str, Mapping[str, str]], folder: Path) -> None:
    for name, files in packs.items():
        for relative, text in files.items():
            path = (folder / name / relative).resolve()
            if not path.is_relative_to(folder.resolve()):
                raise Tampered(f"the text {name} names a file outside its folder: {relative}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8"))
    folder.chmod(stat.S_IRWXU)
