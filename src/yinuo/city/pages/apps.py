"""The Django application."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Registers `yinuo.city.pages` under the label `city_pages`."""

    name = "yinuo.city.pages"
    label = "city_pages"
    default_auto_field = "django.db.models.BigAutoField"
