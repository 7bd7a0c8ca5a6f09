"""The Django application."""

from django.apps import AppConfig


class OpennessConfig(AppConfig):
    """Registers `yinuo.city.openness` under the label `city_openness`. It has no tables: it reads what others keep."""

    name = "yinuo.city.openness"
    label = "city_openness"
    default_auto_field = "django.db.models.BigAutoField"
