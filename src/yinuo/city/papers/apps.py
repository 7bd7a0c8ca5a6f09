"""The Django application."""

from django.apps import AppConfig


class PapersConfig(AppConfig):
    """Registers `yinuo.city.papers` under the label `city_papers`."""

    name = "yinuo.city.papers"
    label = "city_papers"
    default_auto_field = "django.db.models.BigAutoField"
