"""What staff see and do: the list with what is wrong, an item's versions and differences, draft and publish."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yinuo.city.catalogue import commands, lists, queries, sheet, words
from yinuo.city.catalogue.changes import changes
from yinuo.city.catalogue.commands import Impossible
from yinuo.city.catalogue.item import Item
from yinuo.city.catalogue.lint import Around, in_place, lint
from yinuo.city.catalogue.views import form
from yinuo.city.ledger.events import Conflict
from yinuo.city.pages.listing import BadQuery, listed
from yinuo.city.pages.words import Words, words_for
from yinuo.city.people.actor import Actor
from yinuo.city.people.guard import needs
from yinuo.city.people.may import may
from yinuo.city.people.units import UnknownUnit


@needs("item.read")
@require_safe
def items(request: HttpRequest) -> HttpResponse:
    """Every item with its state and what is wrong with it; how complete the catalogue is (E223)."""
    said, today = words_for(request), timezone.localdate()
    allowed = lists.row_filter(_actor(request), said, today, action="item.read")
    try:
        found = listed(lists.spec(said), path=request.path, asked=request.GET.dict(), row_filter=allowed)
    except BadQuery as error:
        raise BadRequest(str(error)) from error
    for row in found.rows:
        row["faults"] = lists.faults(row, today, said)
    facts = {
        "listing": found,
        "summary": queries.summary(today),
        "offices": queries.offices(today),
        "states": states(),
        "may_draft": may(_actor(request), "item.draft"),
        **words.shown(said),
    }
    return render(request, "catalogue/items.html.j2", facts)


@needs("item.read")
@require_safe
def item_page(request: HttpRequest, item: str) -> HttpResponse:
    """One item: what is wrong with it, whether it is in place (E022), its draft, and what each version changed."""
    said, today = words_for(request), timezone.localdate()
    versions, draft = queries.versions(item), _draft(request, said, item)
    if not versions and draft is None:
        raise Http404
    now = next((one for one in versions if one["since"] <= today), versions[0] if versions else None)
    one: Item = (now or draft or {})["item"]
    around = Around(today, queries.text_of(item, today))
    facts = {
        "key": item,
        "one": one,
        "versions": [_with_changes(new, old) for new, old in pairwise([*versions, None]) if new],
        "faults": lint(one, around),
        "ticks": in_place(one, around),
        "draft": draft,
        "draft_faults": lint(draft["item"], around) if draft else (),
        "draft_changes": changes(now["item"], draft["item"]) if draft and now else (),
        "today": today,
        "may_draft": _may_here(request, "item.draft", one.unit, said),
        "may_publish": _may_here(request, "item.publish", one.unit, said),
        **words.shown(said),
    }
    return render(request, "catalogue/item.html.j2", facts)


@needs("item.draft")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """An empty form; what it says becomes the draft of a new item."""
    key = request.POST.get("key", "").strip()
    return _form(request, key, {}, is_new=True)


@needs("item.draft")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, item: str) -> HttpResponse:
    """The form of an item: its draft, else the version in force. What was typed is kept when it is refused."""
    held = queries.standing(item)
    draft = _draft(request, words_for(request), item)
    start = draft["item"] if draft else held.item
    if start is None:
        raise Http404
    return _form(request, item, sheet.write(start), is_new=False)


@needs("item.draft")
@require_POST
def act(request: HttpRequest, item: str, what: str) -> HttpResponse:
    """Publish the draft, drop it, or withdraw the item."""
    acts: dict[str, Callable[[HttpRequest, str], str]] = {"publish": _publish, "drop": _drop, "withdraw": _withdraw}
    if what not in acts:
        raise Http404
    try:
        messages.success(request, acts[what](request, item))
    except Impossible as problem:
        messages.error(request, problem.sentence)
    except Conflict:
        messages.error(request, _("有人刚刚改过这个事项，请看过以后再做一次。"))
    held = queries.standing(item)
    return redirect("catalogue_item", item) if held.item or held.draft else redirect("catalogue")


def states() -> dict[str, str]:
    """States of a row of the list."""
    return {"in_force": _("现行"), "coming": _("将生效"), "withdrawn": _("已停止"), "draft": _("草稿")}


def _form(request: HttpRequest, key: str, texts: dict[str, str], *, is_new: bool) -> HttpResponse:
    problems: dict[str, str] = {}
    if request.method == "POST":
        texts = {name: "、".join(request.POST.getlist(name)) for name in sheet.NAMES}
        problems = _saved(request, key, texts, is_new=is_new)
        if not problems:
            messages.success(request, _("草稿已保存；发布以后才生效。"))
            return redirect("catalogue_item", key)
    said = words_for(request)
    facts = {
        "key": key,
        "is_new": is_new,
        "texts": texts,
        "problems": problems,
        "form": form,
        "choices": form.choices(_actor(request), said, texts.get("unit", "")),
        "chosen_audiences": sheet.words_of(texts.get("audiences", "")),
        **words.shown(said),
    }
    return render(request, "catalogue/edit.html.j2", facts, status=422 if problems else 200)


def _saved(request: HttpRequest, key: str, texts: dict[str, str], *, is_new: bool) -> dict[str, str]:
    """Save a draft; the sentences of what was refused, by field."""
    made, problems = sheet.read(texts)
    if made is None:
        return problems
    if is_new and queries.standing(key).number:
        return {"key": _("这个编号已经用过，请换一个。")}
    try:
        commands.draft(key, made, actor=_actor(request), now=timezone.now())
    except Impossible as problem:
        return {problem.field: problem.sentence}
    except Conflict:
        return {"": _("有人刚刚改过这个事项，请看过以后再做一次。")}
    return {}


def _publish(request: HttpRequest, item: str) -> str:
    draft = _draft(request, words_for(request), item)
    if draft is None:
        raise Http404
    since = _day("since", request.POST.get("since", ""))
    commands.publish(
        item, draft["item"], since=since, authority=request.POST.get("authority", ""), actor=_actor(request),
        now=timezone.now(),
    )  # fmt: skip
    return _("已发布，自 %(day)s 起生效。在办的件仍按原来的时限。") % {"day": since}


def _drop(request: HttpRequest, item: str) -> str:
    commands.drop_draft(item, reason=request.POST.get("reason", ""), actor=_actor(request), now=timezone.now())
    return _("草稿已放弃。")


def _withdraw(request: HttpRequest, item: str) -> str:
    until = _day("until", request.POST.get("until", ""))
    commands.withdraw(
        item, until=until, reason=request.POST.get("reason", ""), into=request.POST.get("into", "").strip() or None,
        actor=_actor(request), now=timezone.now(),
    )  # fmt: skip
    return _("自 %(day)s 起停止办理。") % {"day": until}


def _draft(request: HttpRequest, said: Words, item: str) -> dict[str, Any] | None:
    """The draft of an item, for those who reach its unit; for others there is none."""
    draft = queries.draft_of(item)
    return draft if draft and _may_here(request, "item.read", draft["unit"], said) else None


def _may_here(request: HttpRequest, action: str, unit: str, said: Words) -> bool:
    try:
        return may(_actor(request), action, scope=said.tree.ancestors(unit))
    except UnknownUnit:
        return may(_actor(request), action, scope=said.tree.roots)


def _with_changes(new: dict[str, Any], old: dict[str, Any] | None) -> dict[str, Any]:
    return {**new, "changes": changes(old["item"], new["item"]) if old else ()}


def _day(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Impossible(field, _("请填写日期。")) from None


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]
