"""A backup's file: what it holds is what its manifest says, and nothing in it can write elsewhere."""

from __future__ import annotations

import io
import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from yinuo.city.site.keeping import archive
from yinuo.city.site.keeping.archive import NoBackup

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A good backup with one attachment of a Chinese name."""
    (tmp_path / "dump").write_bytes(b"PGDMP" * 1000)
    attached = tmp_path / "attachments" / "ab" / "申请表.pdf"
    attached.parent.mkdir(parents=True)
    attached.write_bytes(b"%PDF")
    file = tmp_path / "city.tar"
    folders = {"attachments": tmp_path / "attachments", "texts": tmp_path / "absent"}
    archive.write(file, dump=tmp_path / "dump", folders=folders, about={"yinuo": "0"}, now=NOW)
    return file


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "outer" / "into"
    folder.mkdir(parents=True)
    return folder


def forge(file: Path, *extra: tarfile.TarInfo, manifest: object = None, without: str = "") -> Path:
    """Write the members of a good file again, some left out, some added."""
    forged = file.with_name("forged.tar")
    with tarfile.open(file) as source, tarfile.open(forged, "w") as target:
        for entry in source:
            content = source.extractfile(entry)
            assert content is not None
            text = content.read()
            if entry.name == archive.MANIFEST and manifest is not None:
                text = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
                entry.size = len(text)
            if entry.name != without:
                target.addfile(entry, io.BytesIO(text))
        for entry in extra:
            target.addfile(entry, io.BytesIO(b"x" * entry.size))
    return forged


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname, entry.size = kind, link, 1 if kind == tarfile.REGTYPE else 0
    return entry


def test_what_was_written_is_read(whole: Path, into: Path):
    manifest = archive.read(whole, into)
    assert manifest["made_at"] == NOW.isoformat()
    assert set(manifest["members"]) == {"database.dump", "attachments/ab/申请表.pdf"}
    assert (into / "attachments" / "ab" / "申请表.pdf").read_bytes() == b"%PDF"
    assert (into / "database.dump").read_bytes() == b"PGDMP" * 1000
    assert whole.stat().st_mode & 0o077 == 0
    assert not list(whole.parent.glob("*.part"))


@pytest.mark.parametrize(
    "entry",
    [
        member("../escaped"),
        member("attachments/../../escaped"),
        member("/tmp-escaped"),
        member("attachments/..\\..\\escaped"),
        member("attachments/link", tarfile.SYMTYPE, "../../escaped"),
        member("attachments/link", tarfile.LNKTYPE, "database.dump"),
        member("attachments/device", tarfile.CHRTYPE),
        member("attachments/pipe", tarfile.FIFOTYPE),
        member("attachments/folder", tarfile.DIRTYPE),
        member("etc/passwd"),
        member("attachments"),
    ],
    ids=lambda entry: f"{entry.name} {entry.type.decode()}",
)
def test_a_member_that_leads_elsewhere_is_refused(whole: Path, into: Path, entry: tarfile.TarInfo):
    before = {path for path in whole.parent.rglob("*") if into not in path.parents}
    with pytest.raises(NoBackup, match=r"which no backup of Yinuo holds|damaged"):
        archive.read(forge(whole, entry), into)
    after = {path for path in whole.parent.rglob("*") if into not in path.parents}
    assert after - before == {whole.with_name("forged.tar")}


@pytest.mark.parametrize("without", ["database.dump", "attachments/ab/申请表.pdf"])
def test_a_missing_member_is_seen(whole: Path, into: Path, without: str):
    with pytest.raises(NoBackup, match=f"damaged: {without}"):
        archive.read(forge(whole, without=without), into)


def test_an_added_member_is_seen(whole: Path, into: Path):
    with pytest.raises(NoBackup, match="damaged: attachments/added"):
        archive.read(forge(whole, member("attachments/added")), into)


def test_a_member_twice_is_seen(whole: Path, into: Path):
    with pytest.raises(NoBackup, match="twice"):
        archive.read(forge(whole, member("database.dump")), into)


@pytest.mark.parametrize("place", [700, 3000])
def test_one_changed_byte_is_seen(whole: Path, into: Path, place: int):
    text = bytearray(whole.read_bytes())
    text[place] ^= 1
    whole.write_bytes(text)
    with pytest.raises(NoBackup, match=r"damaged: database\.dump"):
        archive.read(whole, into)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6])
def test_a_file_cut_off_is_seen(whole: Path, into: Path, share: float):
    whole.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])
    with pytest.raises(NoBackup, match=r"cut off|no whole backup"):
        archive.read(whole, into)


@pytest.mark.parametrize("manifest", [b"{", [], {"format": 1}, {"format": 1, "members": {}}])
def test_a_manifest_that_cannot_be_read(whole: Path, into: Path, manifest: object):
    with pytest.raises(NoBackup, match=r"manifest of .* cannot be read"):
        archive.read(forge(whole, manifest=manifest), into)


def test_a_format_of_the_future(whole: Path, into: Path):
    with pytest.raises(NoBackup, match="has format 2"):
        archive.read(forge(whole, manifest={"format": 2, "members": {"database.dump": {}}}), into)


def test_what_is_no_tar_at_all(tmp_path: Path, into: Path):
    (tmp_path / "letter.txt").write_text("一诺千金" * 500)
    with pytest.raises(NoBackup, match="no backup of Yinuo"):
        archive.read(tmp_path / "letter.txt", into)
