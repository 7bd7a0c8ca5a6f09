"""The Django application."""

from django.apps import AppConfig


class BoardConfig(AppConfig):
    """Registers `yinuo.city.board` under the label `city_board`."""

    name = "yinuo.city.board"
    label = "city_board"
    default_auto_field = "django.db.models.BigAutoField"
