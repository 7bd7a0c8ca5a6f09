"""The Django application."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers `yinuo.city.cases` under the label `city_cases`."""

    name = "yinuo.city.cases"
    label = "city_cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say how the tables are rebuilt."""
        from yinuo.city.cases import attachments, projection  # noqa: PLC0415 - models are read first
        from yinuo.city.cases.logs import PREFIX  # noqa: PLC0415 - models are read first
        from yinuo.city.ledger import projections  # noqa: PLC0415 - models are read first

        projections.register("attachments", prefix=attachments.PREFIX, reset=attachments.reset, apply=attachments.apply)
        projections.register("cases", prefix=PREFIX, reset=projection.reset, apply=projection.apply)
