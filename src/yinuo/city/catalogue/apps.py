"""The Django application."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Registers `yinuo.city.catalogue` under the label `city_catalogue`."""

    name = "yinuo.city.catalogue"
    label = "city_catalogue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say how the tables are rebuilt, what the events hold, and which limits cases are held to."""
        from yinuo.city.cases.kept import keep_closed, keep_table  # noqa: PLC0415 - models are read first
        from yinuo.city.catalogue import events, projection  # noqa: PLC0415 - models are read first
        from yinuo.city.catalogue.checks import held  # noqa: PLC0415 - models are read first
        from yinuo.city.ledger import models_of_events, projections  # noqa: PLC0415 - models are read first

        for activity, model in events.MODELS.items():
            models_of_events.register(f"catalogue/{activity}", 1, model=model)
        keep_table(held.TABLE, mark=held.mark, frame=held.frame)
        keep_table(held.PAPERS, mark=held.mark, frame=held.papers)
        keep_closed("application", held.withdrawn)
        projections.register("catalogue", prefix=projection.PREFIX, reset=projection.reset, apply=projection.apply)
