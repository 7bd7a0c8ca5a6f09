"""The addresses of the desk. Cases are opened here, so these come before those of a case."""

from __future__ import annotations

from django.urls import path

from yinuo.city.registers.views import opening

urlpatterns = [
    path("cases/new", opening.kinds, name="kinds"),
    path("cases/new/<path:kind>", opening.opened, name="case_open"),
]
