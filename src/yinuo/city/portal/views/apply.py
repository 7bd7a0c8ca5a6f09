"""Applying online: begin from an item's page, fill in, keep, send."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yinuo.city.cases import attachments
from yinuo.city.cases.acts import Refused
from yinuo.city.cases.kept import closed
from yinuo.city.pages.words import Words, words_for
from yinuo.city.people.actor import Actor
from yinuo.city.portal import commands, drafts, form
from yinuo.city.portal.form import Filled, Upload
from yinuo.city.portal.items import Item, item_of
from yinuo.city.portal.models import Draft
from yinuo.city.portal.residents import queries
from yinuo.city.portal.residents.commands import Impossible, learn
from yinuo.city.portal.residents.door import mine

FILES = 10
"""Files of one paper."""


@mine
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, item: str) -> HttpResponse:
    """What will be asked; a draft begins when it is sent. A draft of this item that is there can be gone on with."""
    resident = request.resident  # type: ignore[attr-defined]
    if is_closed(request, item):
        return redirect("my")
    wanted = item_for(request, item)
    if request.method == "POST":
        draft, clear = drafts.id_of(request.POST.get("form", ""), resident.id, item), resident.clear()
        filled = Filled(name=clear.get("name", ""), identity=clear.get("identity", ""))
        filled.take(request.POST, wanted)
        if commands.sent(draft) is None:
            drafts.begin(draft, resident.id, item, filled=filled, now=timezone.now())
        return redirect("my_draft", draft)
    facts = {
        "one": wanted,
        "form": uuid.uuid4().hex,
        "mandates": queries.mandates(resident.id, day=timezone.localdate()),
        "kept": [row for row in drafts.all_of(resident.id) if row.item == item],
    }
    return render(request, "portal/begin.html.j2", facts)


@mine
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, draft: str) -> HttpResponse:
    """The form as it was left. Whatever is done with it, what was typed is kept first. Once sent it is the case."""
    resident = request.resident  # type: ignore[attr-defined]
    kept = drafts.kept(draft, resident.id)
    if kept is None:
        return _sent_before(request, draft)
    if request.method == "POST" and request.POST.get("do") == "give_up":
        drafts.drop(draft, resident.id)
        messages.success(request, _("草稿已删除。"))
        return redirect("my")
    if is_closed(request, kept.item):
        return redirect("my")
    item, filled = item_for(request, kept.item), kept.filled
    if request.method != "POST":
        return _page(request, draft, item=item, filled=filled, saved_at=kept.saved_at)
    filled.take(request.POST, item)
    wrong = take_files(request, item, filled, actor=queries.actor_of(resident.id, day=timezone.localdate()))
    try:
        drafts.save(draft, resident.id, filled, now=timezone.now())
    except Draft.DoesNotExist:  # the same form sent twice at a moment: the other one was first
        return _sent_before(request, draft)
    if request.POST.get("do") != "send":
        if not wrong:
            messages.success(request, _("已保存，换一台设备登录也能接着填。"))
            return redirect("my_draft", draft)
        return _page(request, draft, item=item, filled=filled, wrong=wrong)
    return _send(request, draft, item=item, filled=filled, wrong=wrong)


def _sent_before(request: HttpRequest, draft: str) -> HttpResponse:
    """The case of a draft that this resident sent; 404 for any other that is gone."""
    case_id = commands.sent(draft)
    if case_id is None or case_id not in queries.cases_of(request.resident.id, day=timezone.localdate()):  # type: ignore[attr-defined]
        raise Http404
    return redirect("my_case", case_id)


def _send(request: HttpRequest, draft: str, *, item: Item, filled: Filled, wrong: dict[str, str]) -> HttpResponse:
    resident, now = request.resident, timezone.now()  # type: ignore[attr-defined]
    wrong = {**form.problems(item, filled, is_for_firm=bool(filled.mandate)), **wrong}
    if not wrong:
        try:
            if not filled.mandate:
                learn(resident.id, {"name": filled.name, "identity": filled.identity.upper()}, now=now)
            done = commands.send(
                draft,
                filled,
                item=item,
                resident=queries.of(resident.id) or resident,
                window=window_of(words_for(request)),
                now=now,
            )
        except Impossible as error:
            wrong = {error.field: error.sentence}
        except Refused as refusal:
            wrong = {refusal.field or "": refusal.sentence}
        else:
            return redirect(f"{reverse('my_case', args=[done.case_id])}?sent=1")
    return _page(request, draft, item=item, filled=filled, wrong=wrong)


def take_files(request: HttpRequest, item: Item, filled: Filled, *, actor: Actor) -> dict[str, str]:
    """Keep what was uploaded and let go what is taken out; field → why a file was not taken."""
    now, wrong = timezone.now(), {}
    gone = set(request.POST.getlist("without"))
    for paper in item.papers:
        have = [one for one in filled.files.get(paper.key, []) if f"{paper.key}:{one.digest}" not in gone]
        for uploaded in request.FILES.getlist(f"file_{paper.key}"):
            try:
                if len(have) >= FILES:
                    raise Refused("too_many_files", _("一样材料最多传 %(most)s 个文件。") % {"most": FILES})
                kept = attachments.store(uploaded.chunks(), uploaded.name or "", actor=actor, now=now)
            except Refused as refusal:
                wrong[f"file_{paper.key}"] = refusal.sentence
                break
            if kept.digest not in {one.digest for one in have}:
                have.append(Upload(kept.digest, kept.name, kept.size))
        if have or paper.key in filled.files:
            filled.files[paper.key] = have
    return wrong


def is_closed(request: HttpRequest, item: str) -> bool:
    """Whether an item takes no new application today; the next page then says why."""
    told = closed(commands.APPLICATION, item, timezone.localdate())
    if told:
        messages.error(request, told)
    return bool(told)


def item_for(request: HttpRequest, item: str) -> Item:
    """An item that can be applied for online today; 404 for any other."""
    words = words_for(request)
    found = item_of(item, words, day=timezone.localdate())
    if found is None or not found.is_online:
        raise Http404
    return found


def _page(
    request: HttpRequest, draft: str, *, item: Item, filled: Filled, wrong: dict[str, str] | None = None,
    saved_at: Any = None,
) -> HttpResponse:  # fmt: skip
    resident = request.resident  # type: ignore[attr-defined]
    mandates = queries.mandates(resident.id, day=timezone.localdate())
    facts = {
        "one": item, "draft": draft, "filled": filled, "wrong": wrong or {}, "labels": labels_of(item), "mandates": mandates,
        "papers": form.asked_papers(item, filled), "ways_of": form.ways_of, "how_handed": form.how_handed,
        "saved_at": saved_at, "resident": resident, "is_agency": False, "document": (),
    }  # fmt: skip
    return render(request, "portal/draft.html.j2", facts, status=422 if wrong else 200)


def labels_of(item: Item) -> dict[str, str]:
    """What the fields of the form are called."""
    return {
        "name": _("姓名"), "identity": _("身份证号"), "situation": _("您的情形"), "mandate": _("为谁申请"),
        **{one.key: one.word for one in item.questions}, **{f"file_{one.key}": one.zh for one in item.papers},
    }  # fmt: skip


def window_of(words: Words) -> str | None:
    """The unit at whose windows applications are taken in: the keeper of the institution that declares them."""
    ruling = next((one for one in words.rules.of_kind("flow") if one.id == commands.APPLICATION), None)
    home = words.institution_of(ruling.institution) if ruling else None
    owner = home.owner if home else None
    return owner if owner in words.tree.units else None
