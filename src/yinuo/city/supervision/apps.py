"""The Django application."""

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """Registers `yinuo.city.supervision` under the label `city_supervision`."""

    name = "yinuo.city.supervision"
    label = "city_supervision"
    default_auto_field = "django.db.models.BigAutoField"
