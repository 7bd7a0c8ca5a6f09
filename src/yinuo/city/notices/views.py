"""The inbox of a person, and what goes out as the operator sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yinuo.city.notices import commands, queries
from yinuo.city.notices.kinds import KINDS, Lang
from yinuo.city.notices.queries import Notice, Outgoing, State
from yinuo.city.people.guard import needs

CHANNELS = ("mail", "sms", "webhook")


@dataclass(frozen=True, slots=True)
class Line:
    """One notice as the page shows it, in the reader's language."""

    id: int
    title: str
    sentence: str
    level: str | None
    at: datetime
    answer_by: datetime | None
    is_unread: bool
    case: str | None
    """The address of the case's page."""
    about: str
    """What the case is called: its item and receipt number, as far as the notice says them."""


@needs("inbox.read")
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What the person was told: the unread first, by kind when asked."""
    person: str = request.actor.id  # type: ignore[attr-defined]
    told = queries.told(person)
    kind, is_unread = request.GET.get("kind", ""), request.GET.get("show") == "unread"
    if kind and kind not in KINDS:
        raise BadRequest(_("没有这样的筛选条件。"))
    found = queries.inbox(
        person, kind=kind, is_unread=is_unread, after=_seen(request.GET.get("after")), limit=queries.PAGE + 1
    )
    shown = {
        "lines": [_line(notice) for notice in found[: queries.PAGE]],
        "kinds": [(one.kind.name, f"{_title(one.kind.title)} {one.count}") for one in told],
        "asked": {"kind": kind, "show": "unread" if is_unread else ""},
        "unread": sum(one.unread for one in told),
        "total": sum(one.count for one in told),
        "newest": max((one.newest for one in told), default=0),
        "next": _next_notice(request, found),
        "first": request.path if request.GET.get("after") else None,
    }
    return render(request, "notices/inbox.html.j2", shown)


@needs("inbox.read")
@require_POST
def read_one(request: HttpRequest, notice: int) -> HttpResponse:
    """The person has read one notice; on to its case, or back to the list."""
    case_id = commands.mark_read(request.actor.id, notice=_number(str(notice)), now=timezone.now())  # type: ignore[attr-defined]
    onward = _case_address(case_id) if request.POST.get("go") == "case" else None
    return redirect(onward or _back(request))


@needs("inbox.read")
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """The person has read everything up to the newest notice the page showed; what came since stays unread."""
    newest = _number(request.POST.get("newest", ""))
    commands.mark_read(request.actor.id, notice=newest, now=timezone.now(), and_before=True)  # type: ignore[attr-defined]
    return redirect(_back(request))


@needs("operations.read")
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """What goes out by mail, SMS and webhook: given up, waiting, sent."""
    state, channel = request.GET.get("state") or "given_up", request.GET.get("channel", "")
    if state not in get_args(State) or channel not in {"", *CHANNELS}:
        raise BadRequest(_("没有这样的筛选条件。"))
    rows = queries.outgoing(state, channel=channel, after=_moment(request.GET.get("after")), limit=queries.PAGE + 1)  # type: ignore[arg-type]
    waiting, given_up, since = queries.outgoing_counts()
    shown = {
        "rows": rows[: queries.PAGE],
        "reason": _reason,
        "asked": {"state": state, "channel": channel},
        "channels": [("mail", _("邮件")), ("sms", _("短信")), ("webhook", _("推送"))],
        "counts": {"waiting": waiting, "given_up": given_up},
        "since": since,
        "titles": {name: _title(kind.title) for name, kind in KINDS.items()} | {"event": _("事件")},
        "next": _next_outgoing(request, rows),
        "first": f"{request.path}?{urlencode({'state': state, 'channel': channel})}"
        if request.GET.get("after")
        else None,
    }
    return render(request, "notices/outbox.html.j2", shown)


@needs("operations.read")
@require_POST
def retry(request: HttpRequest, outbox_id: str) -> HttpResponse:
    """Begin again with what was given up."""
    if commands.retry(outbox_id, actor=request.actor, now=timezone.now()):  # type: ignore[attr-defined]
        messages.success(request, _("已重新排队，马上再次发送。"))
    else:
        messages.warning(request, _("这一条已经不在“已放弃”之列，没有改动。"))
    return redirect(f"{reverse('outbox')}?state=given_up")


def _line(notice: Notice) -> Line:
    lang: Lang = "en" if get_language() == "en" else "zh"
    args = notice.args
    by = args.get("answer_by")
    return Line(
        notice.id, _title(notice.kind.title), notice.kind.sentence(args, lang), args.get("level"), notice.at,
        datetime.fromisoformat(by) if by else None, notice.read_at is None, _case_address(notice.case_id),
        " ".join(filter(None, (args.get(f"item_{lang}"), args.get("receipt") or notice.case_id))),
    )  # fmt: skip


def _reason(last_error: str) -> str:
    """Why it was not sent: our own reasons in the reader's language, what the other side said as it said it."""
    return _(last_error) if last_error else "—"


def _title(title: Any) -> str:
    return str(title["en" if get_language() == "en" else "zh"])


def _case_address(case_id: str | None) -> str | None:
    if case_id is None:
        return None
    try:
        return reverse("case", args=[case_id])
    except NoReverseMatch:
        return None


def _back(request: HttpRequest) -> str:
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if is_ours else reverse("inbox")


def _seen(after: str | None) -> tuple[bool, int] | None:
    if not after:
        return None
    was_read, _dash, notice = after.partition("-")
    return was_read == "1", _number(notice)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise BadRequest(_("地址中的页码无法识别。"))
    return int(text)


def _moment(after: str | None) -> tuple[datetime, str] | None:
    if not after:
        return None
    at, _bar, outbox_id = after.partition("|")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise BadRequest(_("地址中的页码无法识别。")) from None
    if moment.tzinfo is None or not outbox_id.isalnum():
        raise BadRequest(_("地址中的页码无法识别。"))
    return moment, outbox_id


def _next_notice(request: HttpRequest, found: Sequence[Notice]) -> str | None:
    if len(found) <= queries.PAGE:
        return None
    last = found[queries.PAGE - 1]
    return _onward(request, f"{int(last.read_at is not None)}-{last.id}")


def _next_outgoing(request: HttpRequest, rows: Sequence[Outgoing]) -> str | None:
    if len(rows) <= queries.PAGE:
        return None
    last = rows[queries.PAGE - 1]
    return _onward(request, f"{last.moment.isoformat()}|{last.id}")


def _onward(request: HttpRequest, after: str) -> str:
    asked = {name: value for name, value in request.GET.dict().items() if value and name != "after"}
    return f"{request.path}?{urlencode({**asked, 'after': after})}"
