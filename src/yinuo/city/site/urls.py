"""Every address of the city. Each view declares its permission (yinuo.city.people.guard); a test walks them all."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from yinuo.city.site import errors

AREAS = [app for app in settings.INSTALLED_APPS if app.startswith("yinuo.city.") and app != "yinuo.city.site"]

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("yinuo.city.people.accounts.urls")),
    path("", include("yinuo.city.site.watch.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    *(path("", include(f"{area}.urls")) for area in AREAS if find_spec(f"{area}.urls")),
]
"""Every area that has a `urls` module is found by itself."""

handler400, handler403, handler404, handler500 = errors.bad_request, errors.forbidden, errors.not_found, errors.broken
