"""The addresses of the catalogue: what everybody reads, and what staff work with."""

from __future__ import annotations

from django.urls import path, re_path

from yinuo.city.catalogue.views import checks, exchange, points, public, running, staff

urlpatterns = [
    path("matters", public.matters, name="matters"),
    path("matters/<str:item>", public.matter, name="matter"),
    path("points", points.places, name="points"),
    path("points/<str:point>", points.place, name="point"),
    path("catalogue", staff.items, name="catalogue"),
    re_path(r"^catalogue\.(?P<form>csv|xlsx)$", exchange.give, name="export_catalogue"),
    path("catalogue/review", checks.review, name="catalogue_review"),
    path("catalogue/import", exchange.take, name="catalogue_import"),
    path("catalogue/template.xlsx", exchange.template, name="catalogue_template"),
    path("catalogue/new", staff.new, name="catalogue_new"),
    path("catalogue/items/<str:item>", staff.item_page, name="catalogue_item"),
    path("catalogue/items/<str:item>/edit", staff.edit, name="catalogue_edit"),
    path("catalogue/items/<str:item>/running", running.running, name="catalogue_running"),
    path("catalogue/items/<str:item>/<str:what>", staff.act, name="catalogue_act"),
]
