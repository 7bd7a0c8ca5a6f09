"""Files that belong to cases: kept by their digest, typed by their content, served so that they can do nothing."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from yinuo.city.cases.acts import Refused
from yinuo.city.cases.models import Attachment
from yinuo.city.ledger.append import append
from yinuo.city.ledger.events import NewEvent, StoredEvent
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import require

PREFIX = "attachment/"
STORED = "attachment_stored"
LONGEST_NAME = 150
SCANNED_WITHIN = 60
"""Seconds a scanner may take for a file."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
TYPES = frozenset({kind for _sign, kind in _SIGNATURES} | set(_OFFICE.values()) | {"text/plain", "application/ofd"})
"""What may be stored: papers, pictures, office files. No archive, page or program."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is kept: what acts name it by, and what it turned out to be."""

    digest: str
    name: str
    media_type: str
    size: int


def store(chunks: Iterable[bytes], name: str, *, actor: Actor, now: datetime) -> Stored:
    """Keep a file. Its digest goes into the fields of an act (type file). The same content is kept once.

    Raises Refused for a file that is too large, empty, or of a kind that is not taken, NotAllowed.
    """
    require(actor, "case.open")
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            digest, size = _copied(chunks, file)
            file.flush()
            os.fsync(file.fileno())
        kept = Stored(digest, safe_name(name), media_type(Path(fresh)), size)
        _scan(Path(fresh))
        target = path_of(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        Path(fresh).replace(target)
    finally:
        Path(fresh).unlink(missing_ok=True)
    _write_down(kept, actor=actor, now=now)
    return kept


def check(digests: Iterable[str]) -> None:
    """Raises Refused when an act names a file that nobody stored."""
    wanted = set(digests)
    if wanted and len(wanted) > Attachment.objects.filter(digest__in=wanted).count():
        raise Refused("unknown_file", _("附件没有上传成功，请重新上传后再办。"), field="files")


def _copied(chunks: Iterable[bytes], file: object) -> tuple[str, int]:
    most: int = settings.LARGEST_ATTACHMENT
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            sentence = _("附件超过 %(most)s MB，请压缩或者拆开再传。")
            raise Refused("file_too_large", sentence % {"most": most // 2**20}, field="files")
        digest.update(chunk)
        file.write(chunk)  # type: ignore[attr-defined]
    if size == 0:
        raise Refused("file_empty", _("附件是空的，请重新选择。"), field="files")
    return digest.hexdigest(), size


def media_type(path: Path) -> str:
    """What a file is, by its content; its name says nothing. Raises Refused for what is not taken."""
    with path.open("rb") as file:
        head = file.read(4096)
    found = next((kind for sign, kind in _SIGNATURES if head.startswith(sign)), None)
    if found is None and head.startswith(b"PK\x03\x04"):
        found = _office_type(path)
    if found is None and head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        found = "image/webp"
    if found is None and _is_text(head):
        found = "text/plain"
    if found is None:
        raise Refused("file_type", _("只收 PDF、OFD、图片、Office 文件和纯文本。"), field="files")
    return found


def _scan(path: Path) -> None:
    """Show a file to the scanner of the setting SCAN. Raises Refused when it says no, or says nothing in time."""
    if not settings.SCAN:
        return
    try:
        said = subprocess.run([*settings.SCAN, str(path)], capture_output=True, timeout=SCANNED_WITHIN, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused("scan_failed", _("附件暂时查不了病毒，没有收下，请稍后再传。"), field="files") from error
    if said.returncode:
        raise Refused("file_infected", _("附件没有通过安全检查，没有收下；请换一份干净的文件。"), field="files")


def _office_type(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return None
    if "OFD.xml" in names:
        return "application/ofd"
    if "[Content_Types].xml" not in names or any("vbaProject" in name for name in names):
        return None
    return next((kind for folder, kind in _OFFICE.items() if any(name.startswith(folder) for name in names)), None)


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8", errors="strict" if len(head) < 4096 else "ignore")
    except UnicodeDecodeError:
        return False
    return not any(ord(one) < 32 and one not in "\t\r\n" for one in text)


def safe_name(name: str) -> str:
    """A name to show and to save under: without folders, control characters or anything a file system reads as a command."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(one for one in last if one.isprintable() and one not in '<>:"|?*\u202e').strip(". ")
    return plain[-LONGEST_NAME:] or "file"


def path_of(digest: str) -> Path:
    """Where a file lies. Raises LookupError for anything but a digest, so that no path can be asked for."""
    if not _DIGEST.fullmatch(digest):
        raise LookupError(_("没有这个附件。"))
    return Path(settings.MEDIA_ROOT) / digest[:2] / digest


def _write_down(kept: Stored, *, actor: Actor, now: datetime) -> None:
    payload = {"v": 1, "name": kept.name, "media_type": kept.media_type, "size": kept.size}
    event = NewEvent(
        PREFIX + kept.digest, "yinuo", kept.digest, STORED, now, payload, actor=actor.id, unit=actor.unit
    )  # fmt: skip
    with transaction.atomic():
        stored = append([event], expected=None, recorded_at=now)
        apply([one for one in stored if one.recorded_at == now])


def reset() -> None:
    """Empty the table; the files stay where they are."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE cases_attachment")


def apply(events: Sequence[StoredEvent]) -> None:
    """Take attachments over."""
    rows = [(event, orjson.loads(event.payload)) for event in events if event.activity == STORED]
    Attachment.objects.bulk_create(
        [
            Attachment(
                digest=event.stream.removeprefix(PREFIX), name=payload["name"], media_type=payload["media_type"],
                size=payload["size"], stored_at=event.recorded_at, actor=event.actor,
            )
            for event, payload in rows
        ],
        ignore_conflicts=True,
    )  # fmt: skip
