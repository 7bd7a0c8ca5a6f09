"""Running cases of an item under its earlier versions: what the version in force would change, and the move."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yinuo.city.cases.projection import ways_of
from yinuo.city.catalogue import queries, words
from yinuo.city.catalogue.commands import Impossible
from yinuo.city.catalogue.running import commands
from yinuo.city.catalogue.running.cases import MOST, movable
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs
from yinuo.city.people.may import require


@needs("item.publish")
@never_cache
@require_http_methods(["GET", "POST"])
def running(request: HttpRequest, item: str) -> HttpResponse:
    """Each case with its due days before and after; those chosen are moved, with a reason. Refused: named, nothing else lost."""
    said, actor, now = words_for(request), request.actor, timezone.now()  # type: ignore[attr-defined]
    found = queries.version_on(item, timezone.localdate(now))
    if found is None or not said.is_there:
        raise Http404
    require(actor, "item.publish", scope=said.tree.scope([found["item"].unit]) or said.tree.roots)
    chosen, reason, problem = request.POST.getlist("case"), request.POST.get("reason", ""), ""
    if request.method == "POST":
        try:
            outcome = commands.move_running(item, chosen, reason=reason, actor=actor, now=now)
        except Impossible as refusal:
            problem = refusal.sentence
        else:
            for receipt, sentence in outcome.refused:
                messages.error(request, f"{receipt}：{sentence}")
            messages.success(request, _("已改按新版本办理 %(count)s 件。") % {"count": len(outcome.moved)})
            return redirect("catalogue_running", item)
    facts = {
        "key": item, "one": found["item"], "version": found, "rows": movable(item, actor=actor, ways=ways_of(said.pack.digest), now=now),
        "chosen": chosen, "reason": reason, "problem": problem, "most": MOST, **words.shown(said),
    }  # fmt: skip
    return render(request, "catalogue/running.html.j2", facts, status=422 if problem else 200)
