"""The Django application."""

from django.apps import AppConfig


class FiguresConfig(AppConfig):
    """Registers `yinuo.city.figures` under the label `city_figures`."""

    name = "yinuo.city.figures"
    label = "city_figures"
    default_auto_field = "django.db.models.BigAutoField"
