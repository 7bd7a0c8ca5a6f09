"""The Django application."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registers `yinuo.city.people` under the label `city_people`."""

    name = "yinuo.city.people"
    label = "city_people"
    default_auto_field = "django.db.models.BigAutoField"
