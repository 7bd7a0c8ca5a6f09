"""The Django application."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers `yinuo.city.cases` under the label `city_cases`."""

    name = "yinuo.city.cases"
    label = "city_cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say how the tables are rebuilt and what the events hold."""
        from yinuo.city.cases import attachments, projection  # noqa: PLC0415 - models are read first
        from yinuo.city.cases.logs import PREFIX  # noqa: PLC0415 - models are read first
        from yinuo.city.cases.streams.events import AttachmentStored, CaseEvent  # noqa: PLC0415
        from yinuo.city.ledger import models_of_events, projections  # noqa: PLC0415 - models are read first

        models_of_events.register("case", 1, model=CaseEvent)
        models_of_events.register(f"attachment/{attachments.STORED}", 1, model=AttachmentStored)
        projections.register("attachments", prefix=attachments.PREFIX, reset=attachments.reset, apply=attachments.apply)
        projections.register(
            "cases", prefix=PREFIX, reset=projection.reset, apply=projection.apply, by_stream=True,
            tables=("cases_case", "cases_task"),
        )  # fmt: skip
