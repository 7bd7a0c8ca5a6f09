"""Addresses of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.city.api.application import api
from yinuo.city.api.operations import subscriptions

urlpatterns = [
    path("api/", api.urls),
    path("systems/webhooks", subscriptions.webhooks, name="webhooks"),
    path("systems/webhooks/open", subscriptions.opened, name="webhook_open"),
    path("systems/webhooks/<str:webhook_id>/close", subscriptions.closed, name="webhook_close"),
]
