"""A workbook in and out on a page: the file chosen, what came of it, the report of the rows that were not taken."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from yinuo.city.people.exchange import workbook

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST = 20_000_000
"""Bytes of a workbook that is taken."""


class Taken(Protocol):
    """What came of an import, with the rows that were refused."""

    @property
    def refused(self) -> Sequence[workbook.Refused]:
        """The rows that were not taken, each with why."""


def taken_in(request: HttpRequest, take: Callable[[UploadedFile[bytes]], Taken]) -> dict[str, Any]:
    """What came of the file of a form: `taken`, and as `report` the workbook of the rows refused, null when none was.

    Both null when nothing was read: no file, one that is too large, one that is no workbook; the reader is told why.
    """
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or (file.size or 0) > LARGEST:
        sentence = _("请选择一个不超过 %(most)s 兆的 Excel 文件。")
        messages.error(request, sentence % {"most": LARGEST // 1_000_000})
        return {"taken": None, "report": None}
    try:
        taken = take(file)
    except workbook.Unreadable as problem:
        messages.error(request, str(problem))
        return {"taken": None, "report": None}
    if not taken.refused:
        return {"taken": taken, "report": None}
    made = workbook.write([(_("未导入的行"), workbook.REPORT, workbook.report(taken.refused))])
    return {"taken": taken, "report": f"data:{EXCEL};base64,{base64.b64encode(made).decode()}"}


def as_workbook(content: bytes, name: str) -> HttpResponse:
    """A workbook to be saved under a name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return HttpResponse(content, content_type=EXCEL, headers=headers)
