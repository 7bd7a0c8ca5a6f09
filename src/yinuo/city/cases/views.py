"""What browsers get of a case that no page shows: its attachments."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from yinuo.city.cases import attachments, queries
from yinuo.city.cases.models import Attachment
from yinuo.city.people.guard import needs


@needs("attachment.read")
def attachment(request: HttpRequest, case_id: str, digest: str) -> HttpResponseBase:
    """A file of a case the actor may see, to be saved and never to be run or shown by the browser (regression 24)."""
    actor = request.actor  # type: ignore[attr-defined]
    row = Attachment.objects.filter(digest=digest).first()
    if row is None or queries.one(case_id, actor=actor) is None or digest not in queries.files_of(case_id):
        raise Http404(_("没有这个附件。"))
    path = attachments.path_of(row.digest)
    if not path.is_file():
        raise Http404(_("附件的记录还在，文件不见了，请告诉管理员。"))
    response = FileResponse(path.open("rb"), as_attachment=True, filename=row.name, content_type=row.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
