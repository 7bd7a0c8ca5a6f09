"""The Django application."""

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """Registers `yinuo.city.supervision` under the label `city_supervision`."""

    name = "yinuo.city.supervision"
    label = "city_supervision"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tells the ledger how these tables are made again."""
        from yinuo.city.supervision import rebuilding  # noqa: PLC0415 - models are read first

        rebuilding.register()
