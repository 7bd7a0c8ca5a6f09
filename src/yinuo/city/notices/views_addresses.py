"""Where a person is reached besides the inbox: everybody sets and removes the own mail address and number."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yinuo.city.ledger.private import CannotOpen
from yinuo.city.notices import commands, queries
from yinuo.city.people.guard import needs
from yinuo.city.people.masking import mask

CHANNELS = {"mail": "email", "sms": "phone"}
"""Channel → how its address is masked."""


@needs("inbox.read")
@require_safe
def addresses(request: HttpRequest) -> HttpResponse:
    """The own addresses, masked."""
    try:
        found = queries.addresses(request.actor.id)  # type: ignore[attr-defined]
    except CannotOpen as error:
        messages.error(request, str(error))
        found = {}
    words = {"mail": (_("邮箱"), "email"), "sms": (_("手机号"), "tel")}
    ways = [
        {
            "channel": channel,
            "label": words[channel][0],
            "type": words[channel][1],
            "masked": mask(kind, found[channel]) if channel in found else "",
            "is_sent": channel in settings.NOTICE_CHANNELS,
        }
        for channel, kind in CHANNELS.items()
    ]
    return render(request, "notices/addresses.html.j2", {"ways": ways})


@needs("inbox.read")
@require_POST
def change(request: HttpRequest, channel: str) -> HttpResponse:
    """Set the own address of a channel, or remove it for good."""
    if channel not in CHANNELS:
        raise Http404
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    if request.POST.get("do") == "remove":
        if commands.forget_addresses(actor.id, channel=channel, actor=actor, now=now):
            messages.success(request, _("已删除。"))
        return redirect("inbox_addresses")
    address = request.POST.get("address", "").strip()
    try:
        commands.set_address(actor.id, channel=channel, address=address, actor=actor, now=now)
    except commands.BadAddress as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已保存，以后的消息也发到这里。"))
    return redirect("inbox_addresses")
