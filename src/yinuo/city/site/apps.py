"""The Django application."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Registers `yinuo.city.site` under the label `city_site`."""

    name = "yinuo.city.site"
    label = "city_site"
    default_auto_field = "django.db.models.BigAutoField"
