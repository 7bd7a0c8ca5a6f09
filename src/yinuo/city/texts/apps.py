"""The Django application."""

from django.apps import AppConfig


class TextsConfig(AppConfig):
    """Registers `yinuo.city.texts` under the label `city_texts`."""

    name = "yinuo.city.texts"
    label = "city_texts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say how the table is rebuilt and what the event holds."""
        from yinuo.city.ledger import models_of_events, projections  # noqa: PLC0415 - models are read first
        from yinuo.city.texts import projection  # noqa: PLC0415 - models are read first
        from yinuo.city.texts.events import TextInstalled  # noqa: PLC0415

        models_of_events.register(f"text/{projection.INSTALLED}", 1, model=TextInstalled)
        projections.register("texts", prefix=projection.PREFIX, reset=projection.reset, apply=projection.apply)
