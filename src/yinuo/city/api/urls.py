"""Addresses of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.city.api.application import api
from yinuo.city.api.operations import subscriptions
from yinuo.city.api.reporting import views as reporting

urlpatterns = [
    path("api/", api.urls),
    path("systems/webhooks", subscriptions.webhooks, name="webhooks"),
    path("systems/webhooks/open", subscriptions.opened, name="webhook_open"),
    path("systems/webhooks/<str:webhook_id>/close", subscriptions.closed, name="webhook_close"),
    path("systems/reporting", reporting.reporting, name="reporting"),
    path("systems/reporting/batches", reporting.received, name="reporting_batches"),
]
