"""Addresses of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.city.api.application import api

urlpatterns = [path("api/", api.urls)]
