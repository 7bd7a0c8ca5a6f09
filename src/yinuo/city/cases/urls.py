"""Addresses of cases."""

from django.urls import path

from yinuo.city.cases import views

app_name = "cases"
urlpatterns = [path("cases/<str:case_id>/files/<str:digest>", views.attachment, name="attachment")]
