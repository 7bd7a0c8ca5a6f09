"""The Django application."""

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    """Registers `yinuo.city.registers` under the label `city_registers`."""

    name = "yinuo.city.registers"
    label = "city_registers"
    default_auto_field = "django.db.models.BigAutoField"
