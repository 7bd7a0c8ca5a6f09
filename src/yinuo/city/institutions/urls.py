"""The addresses of institutions and of trials."""

from __future__ import annotations

from django.urls import path

from yinuo.city.institutions import trials, views

urlpatterns = [
    path("institutions", views.institutions, name="institutions"),
    path("institutions/<str:name>", views.institution, name="institution"),
    path("institutions/<str:name>/stories", views.stories, name="stories"),
    path("texts/try", trials.upload, name="trial_upload"),
    path("texts/try/<str:digest>", trials.shown, name="trial"),
    path("texts/try/<str:digest>/install", trials.installed, name="trial_install"),
]
