"""The Django application."""

from django.apps import AppConfig


class TextsConfig(AppConfig):
    """Registers `yinuo.city.texts` under the label `city_texts`."""

    name = "yinuo.city.texts"
    label = "city_texts"
    default_auto_field = "django.db.models.BigAutoField"
