"""A text that is not in force yet: read from an archive, kept aside by its digest, held against the city's cases."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl
from django.conf import settings
from django.utils.translation import gettext as _

from yinuo.city.cases import queries
from yinuo.city.pages.statements import rows
from yinuo.city.texts import in_force
from yinuo.city.texts.archive import packed, unpacked
from yinuo.city.texts.preview import Preview, preview
from yinuo.rulebook.checker import check
from yinuo.rulebook.loader import Pack, load_pack
from yinuo.rulebook.refusals import PackRefused, TextError

MOST_BYTES = 8_000_000
MOST_FILES = 3_000
OPEN_CASES = 2_000
ENDED_CASES = 2_000
"""Cases a trial looks at: the open ones changed last, and those of the last year that ended last."""


class Unreadable(Exception):
    """The archive is no text; the sentence says why."""


@dataclass(frozen=True)
class Trial:
    """A text held against cases: what the page shows."""

    pack: Pack
    found: Preview
    open: int
    ended: int
    receipts: Mapping[str, Mapping[str, Any]]

    @property
    def clocks(self) -> list[dict[str, Any]]:
        """The clocks that change, those of open cases first, at most 200."""
        changed = self.found.cases.clocks.to_dicts()
        changed.sort(key=lambda row: self.receipts.get(row["case_id"], {}).get("status") != "open")
        return changed[:200]

    def cards(self, status: str) -> list[dict[str, Any]]:
        """How many cards of each clause and level come or go, on cases of this status."""
        chosen = [case_id for case_id, row in self.receipts.items() if row["status"] == status]
        found = self.found.cases.findings.filter(pl.col("case_id").is_in(chosen))
        counted = found.group_by("institution", "clause", "level", "side").len("cases")
        wide = counted.pivot("side", index=["institution", "clause", "level"], values="cases")
        for side in ("before", "after"):
            if side not in wide.columns:
                wide = wide.with_columns(pl.lit(None, dtype=pl.UInt32).alias(side))
        return wide.fill_null(0).sort("institution", "clause", "level").to_dicts()


def read_archive(content: bytes) -> Pack:
    """The pack of a zip file, checked, and kept aside. Raises Unreadable, PackRefused with every error of the text."""
    with tempfile.TemporaryDirectory() as place:
        folder = _extracted(content, Path(place))
        try:
            pack = load_pack(folder)
            wrong = [error for error in check(pack) if not error.warning]
            if wrong:
                raise PackRefused(wrong)
        except PackRefused as refusal:
            raise PackRefused([_as_sent(error, Path(place)) for error in refusal.errors]) from None
        record = packed(pack)
    kept = _kept(pack.digest)
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = kept.with_suffix(".part")
    part.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    part.rename(kept)
    return candidate(pack.digest)


@lru_cache(maxsize=8)
def candidate(digest: str) -> Pack:
    """A text kept aside, by its digest. Raises LookupError."""
    file = _kept(digest)
    if not digest.isalnum() or not file.is_file():
        raise LookupError(digest)
    return unpacked(json.loads(file.read_text(encoding="utf-8")), Path(settings.HOME) / "texts")


def tried(digest: str, *, now: datetime) -> Trial:
    """What would change. Raises LookupError for a text that is not kept, NoText when none is in force."""
    pack = candidate(digest)
    asked = {"open": OPEN_CASES, "ended": ENDED_CASES, "since": now - timedelta(days=365)}
    chosen = {row["case_id"]: row for row in rows(__file__, "tried_cases", asked)}
    found = preview(in_force.pack(), pack, queries.log(list(chosen)), as_of=now)
    is_open = [row["status"] == "open" for row in chosen.values()]
    return Trial(pack, found, sum(is_open), len(is_open) - sum(is_open), chosen)


def _as_sent(error: TextError, place: Path) -> TextError:
    """The error with its file's path as it is in the archive."""
    inside = error.path.is_relative_to(place)
    return replace(error, path=error.path.relative_to(place)) if inside else error


def _kept(digest: str) -> Path:
    return Path(settings.HOME) / "candidates" / f"{digest}.json"


def _extracted(content: bytes, place: Path) -> Path:
    """The folder of the one pack in a zip file: text files only, nothing outside, nothing too large."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        raise Unreadable(_("这不是 ZIP 文件。")) from None
    files = [one for one in archive.infolist() if not one.is_dir() and one.filename.endswith((".toml", ".csv"))]
    if len(files) > MOST_FILES or sum(one.file_size for one in files) > MOST_BYTES:
        raise Unreadable(_("文件太多或者太大：一套制度文本不超过 8 MB。"))
    roots = {
        str(PurePosixPath(one.filename).parent) for one in files if PurePosixPath(one.filename).name == "pack.toml"
    }
    if not roots:
        raise Unreadable(_("里面没有 pack.toml：请把整个文本文件夹打包。"))
    for one in files:
        target = (place / one.filename).resolve()
        if not target.is_relative_to(place.resolve()):
            raise Unreadable(_("里面有指向文件夹以外的文件。"))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive.read(one))
    tops = [place / root for root in sorted(roots, key=len)]
    own = [top for top in tops if top.name == settings.PACK]
    return (own or tops)[0]
