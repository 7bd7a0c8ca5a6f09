"""Before a text is put in force: what it would change on open cases and over the last year, and then the deed."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yinuo.city.institutions import trial
from yinuo.city.ledger.events import Conflict
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs
from yinuo.city.texts.commands import put_in_force
from yinuo.rulebook.refusals import PackRefused


@needs("text.install")
def upload(request: HttpRequest) -> HttpResponse:
    """Hand in a text as a zip file; every error in it is told."""
    facts: dict[str, object] = {"error": "", "errors": ()}
    given = request.FILES.get("archive")
    if request.method == "POST":
        if given is None or (given.size or 0) > trial.MOST_BYTES:
            facts["error"] = _("请选择一个不超过 8 MB 的 ZIP 文件。")
        else:
            try:
                return redirect("trial", trial.read_archive(given.read()).digest)
            except trial.Unreadable as refusal:
                facts["error"] = str(refusal)
            except PackRefused as refusal:
                facts["error"] = _("文本里有错，没有采用：")
                facts["errors"] = [str(error) for error in refusal.errors]
    return render(request, "institutions/trial_upload.html.j2", facts, status=422 if facts["error"] else 200)


@needs("text.install")
def shown(request: HttpRequest, digest: str) -> HttpResponse:
    """What the text would change."""
    words = words_for(request)
    if not words.is_there:
        raise Http404
    try:
        found = trial.tried(digest, now=timezone.now())
    except LookupError:
        raise Http404 from None
    return render(request, "institutions/trial.html.j2", {"trial": found, "is_in_force": digest == words.pack.digest})


@needs("text.install")
@require_POST
def installed(request: HttpRequest, digest: str) -> HttpResponse:
    """Put it in force."""
    try:
        pack = trial.candidate(digest)
        put_in_force(pack, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    except LookupError:
        raise Http404 from None
    except Conflict:
        messages.error(request, _("刚才另有一套文本上线，请重新比较。"))
        return redirect("trial", digest)
    messages.success(request, _("已经施行。在办的事项会在下一次监察时按新文本重新计算。"))
    return redirect("institutions")
