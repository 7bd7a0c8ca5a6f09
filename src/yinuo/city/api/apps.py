"""The Django application."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Registers `yinuo.city.api` under the label `city_api`."""

    name = "yinuo.city.api"
    label = "city_api"
    default_auto_field = "django.db.models.BigAutoField"
