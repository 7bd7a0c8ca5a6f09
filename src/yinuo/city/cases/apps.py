"""The Django application."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers `yinuo.city.cases` under the label `city_cases`."""

    name = "yinuo.city.cases"
    label = "city_cases"
    default_auto_field = "django.db.models.BigAutoField"
