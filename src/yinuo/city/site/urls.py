"""Every address of the city. Each view declares its permission (yinuo.city.people.guard); a test walks them all."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.urls")),
]
