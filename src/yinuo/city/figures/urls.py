"""The addresses of figures."""

from __future__ import annotations

from django.urls import path

from yinuo.city.figures import views

urlpatterns = [
    path("figures", views.figures, name="figures"),
    path("figures/<str:institution>/<str:clause>", views.figure, name="figure"),
    path("figures/<str:institution>/<str:clause>/cases", views.cases, name="figure_cases"),
]
