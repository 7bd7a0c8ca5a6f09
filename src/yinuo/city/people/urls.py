"""The addresses of units, people and other systems."""

from __future__ import annotations

from django.urls import URLPattern, path

from yinuo.city.people.views import acts, exchange, pages, systems

urlpatterns: list[URLPattern] = [
    path("units", pages.units, name="units"),
    path("units/import", exchange.take, name="people_import"),
    path("units/export", exchange.give, name="people_export"),
    path("units/template", exchange.template, name="people_template"),
    path("units/<str:unit>", pages.unit, name="unit"),
    path("units/<str:unit>/do/<str:what>", acts.on_unit, name="unit_act"),
    path("people/<str:person>", pages.person, name="person"),
    path("people/<str:person>/do/<str:what>", acts.on_person, name="person_act"),
    path("people/<str:person>/unmask", acts.unmask, name="person_unmask"),
    path("systems", systems.systems, name="systems"),
    path("systems/create", systems.create, name="system_create"),
    path("systems/<str:token>/revoke", systems.revoke, name="system_revoke"),
    path("unmaskings", systems.unmaskings, name="unmaskings"),
]
