"""The Django application."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Registers `yinuo.city.ledger` under the label `city_ledger`."""

    name = "yinuo.city.ledger"
    label = "city_ledger"
    default_auto_field = "django.db.models.BigAutoField"
