"""The Django application."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Registers `yinuo.city.notices` under the label `city_notices`, and says how its tables are rebuilt."""

    name = "yinuo.city.notices"
    label = "city_notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say how addresses and webhooks are rebuilt."""
        from yinuo.city.ledger import projections as ledger  # noqa: PLC0415 - settings are ready only now
        from yinuo.city.notices import projections  # noqa: PLC0415

        ledger.register("notices", prefix=projections.PREFIX, reset=projections.reset, apply=projections.apply)
