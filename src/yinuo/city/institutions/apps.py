"""The Django application."""

from django.apps import AppConfig


class InstitutionsConfig(AppConfig):
    """Registers `yinuo.city.institutions` under the label `city_institutions`."""

    name = "yinuo.city.institutions"
    label = "city_institutions"
    default_auto_field = "django.db.models.BigAutoField"
