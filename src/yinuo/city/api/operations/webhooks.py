"""Subscriptions: what happens in a unit, pushed to an address, signed and tried again (Standard Webhooks)."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Path, Router, Status

from yinuo.city.api import commands as feeding
from yinuo.city.api import schemas
from yinuo.city.api.problems import Problem
from yinuo.city.notices import commands, queries, reach
from yinuo.city.notices.webhooks import new_secret
from yinuo.city.people import units
from yinuo.city.people.guard import needs
from yinuo.city.people.may import may

router = Router(tags=["webhooks"])


@router.get("/webhooks", response=schemas.WebhookList)
@needs("webhook.write")
def list_webhooks(request: HttpRequest) -> Any:
    """The subscriptions that are open within one's units."""
    return {"rows": _visible(request)}


@router.post("/webhooks", response={201: schemas.NewWebhook})
@needs("webhook.write")
def open_webhook(request: HttpRequest, wanted: schemas.WebhookIn) -> Any:
    """Open a subscription for what happens in a unit and below. The secret that signs is shown this once.

    `activities` are words of the text, or what supervision says (`finding_raised`, `finding_cleared` …); none = all.
    """
    webhook_id, secret, now = secrets.token_hex(8), new_secret(), timezone.now()
    try:
        commands.open_webhook(
            webhook_id, name=wanted.name, unit=wanted.unit, url=wanted.url, secret=secret,
            activities=wanted.activities, actor=request.actor, now=now,  # type: ignore[attr-defined]
        )  # fmt: skip
    except reach.Refused as refused:
        raise Problem(422, str(refused)) from refused
    feeding.begin()
    return Status(
        201,
        {
            "id": webhook_id, "name": wanted.name, "unit": wanted.unit, "url": wanted.url,
            "activities": list(wanted.activities), "created_at": now, "secret": secret,
        },
    )  # fmt: skip


@router.delete("/webhooks/{webhook_id}", response={204: None})
@needs("webhook.write")
def close_webhook(request: HttpRequest, webhook_id: Annotated[schemas.Word, Path()]) -> Any:
    """Close a subscription for ever; what waits for it is given up."""
    if webhook_id not in {hook.id for hook in _visible(request)}:
        raise Http404
    commands.disable_webhook(webhook_id, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    return Status(204, None)


def _visible(request: HttpRequest) -> list[queries.Webhook]:
    tree = units.tree(timezone.localdate())
    actor = request.actor  # type: ignore[attr-defined]
    return [hook for hook in queries.webhooks() if may(actor, "webhook.write", scope=tree.ancestors(hook.unit))]
