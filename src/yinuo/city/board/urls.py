"""The addresses of the supervisor's pages."""

from __future__ import annotations

from django.urls import path

from yinuo.city.board import views

urlpatterns = [
    path("", views.board, name="board"),
]
