"""The Django application."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Registers `yinuo.city.notices` under the label `city_notices`."""

    name = "yinuo.city.notices"
    label = "city_notices"
    default_auto_field = "django.db.models.BigAutoField"
