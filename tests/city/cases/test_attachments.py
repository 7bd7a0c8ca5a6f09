"""Attachments: by digest, typed by content, bounded, inert, and never a path (regression 24)."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import Http404
from django.test import RequestFactory

from tests.city.cases import town
from yinuo.city.cases import attachments, views
from yinuo.city.cases.acts import Refused
from yinuo.city.cases.models import Attachment
from yinuo.city.people.actor import NotAllowed

PDF = b"%PDF-1.7\n1 0 obj\n"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def stored(content=PDF, name="许可证.pdf"):
    return attachments.store([content], name, actor=town.CLERK, now=town.NOW)


def request_by(actor):
    request = RequestFactory().get("/")
    request.actor = actor
    return request


def test_a_file_is_kept_once_under_its_digest(media):
    one, two = stored(), stored(name="另一个名字.pdf")
    assert one.digest == two.digest
    assert [path.relative_to(media).as_posix() for path in media.rglob("*") if path.is_file()] == [
        f"{one.digest[:2]}/{one.digest}"
    ]
    assert Attachment.objects.count() == 1


def test_the_type_comes_from_the_content_not_from_the_name():
    assert stored(PDF, "photo.png").media_type == "application/pdf"
    assert stored("一段文字".encode(), "page.html").media_type == "text/plain"
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert stored(book.getvalue(), "a.exe").media_type.endswith("spreadsheetml.sheet")


@pytest.mark.parametrize("content", [b"MZ\x90\x00\x03", b"\x7fELF\x02\x01", b"PK\x03\x04junk", b"\x00\x01\x02"])
def test_programs_and_archives_are_not_taken(content, media):
    with pytest.raises(Refused) as refused:
        stored(content, "许可证.pdf")
    assert refused.value.code == "file_type"
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_a_file_too_large_or_empty_is_refused_and_leaves_nothing(settings, media):
    settings.LARGEST_ATTACHMENT = 10
    for content, code in ((PDF * 100, "file_too_large"), (b"", "file_empty")):
        with pytest.raises(Refused) as refused:
            stored(content)
        assert refused.value.code == code
    assert not [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.holds("regression 24", shows="/cases/<id>")
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\cmd.exe", "cmd.exe"),
        ("/", "file"),
        ("..", "file"),
        ("a\x00b\nc.pdf", "abc.pdf"),
        ("发票\u202egpj.exe", "发票gpj.exe"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_regression_24_a_name_is_no_path(given, kept):
    assert attachments.safe_name(given) == kept


@pytest.mark.holds("regression 24", shows="/cases/<id>")
@pytest.mark.parametrize("digest", ["../../../etc/passwd", "..", "A" * 64, "0" * 63, "0" * 64 + "/..", ""])
def test_regression_24_only_a_digest_names_a_file(digest):
    with pytest.raises(LookupError):
        attachments.path_of(digest)


@pytest.mark.holds("regression 24", "regression 21", shows="/cases/<id>")
def test_regression_24_a_file_is_served_inert_and_only_with_its_case():
    kept = stored()
    case_id = town.receive(files=[kept.digest])
    other = town.receive()
    response = views.attachment(request_by(town.HANDLER), case_id, kept.digest)
    assert b"".join(response.streaming_content) == PDF
    request_finished.disconnect(close_old_connections)
    try:
        response.close()
    finally:
        request_finished.connect(close_old_connections)
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    with pytest.raises(Http404):
        views.attachment(request_by(town.HANDLER), other, kept.digest)
    with pytest.raises(NotAllowed):
        views.attachment(request_by(town.POLICE), case_id, kept.digest)


def test_an_act_names_only_files_that_were_stored():
    with pytest.raises(Refused) as refused:
        town.receive(files=["0" * 64])
    assert refused.value.code == "unknown_file"
