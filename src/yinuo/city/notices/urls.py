"""The addresses of the inbox and of what goes out."""

from __future__ import annotations

from django.urls import path

from yinuo.city.notices import views, views_addresses

urlpatterns = [
    path("inbox", views.inbox, name="inbox"),
    path("inbox/addresses", views_addresses.addresses, name="inbox_addresses"),
    path("inbox/addresses/<str:channel>", views_addresses.change, name="inbox_address"),
    path("inbox/read", views.read_all, name="inbox_read"),
    path("inbox/<int:notice>/read", views.read_one, name="notice_read"),
    path("operations/outbox", views.outbox, name="outbox"),
    path("operations/outbox/<slug:outbox_id>/retry", views.retry, name="outbox_retry"),
]
