"""The Django application."""

from django.apps import AppConfig


class HallConfig(AppConfig):
    """Registers `yinuo.city.hall` under the label `city_hall`."""

    name = "yinuo.city.hall"
    label = "city_hall"
    default_auto_field = "django.db.models.BigAutoField"
