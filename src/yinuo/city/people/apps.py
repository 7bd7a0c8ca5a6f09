"""The Django application."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registers `yinuo.city.people` under the label `city_people`, and says how its tables are rebuilt and its events read."""

    name = "yinuo.city.people"
    label = "city_people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say how the tables are rebuilt and what the events hold."""
        from yinuo.city.ledger import models_of_events  # noqa: PLC0415
        from yinuo.city.ledger import projections as ledger  # noqa: PLC0415 - models are ready only now
        from yinuo.city.people import projections  # noqa: PLC0415
        from yinuo.city.people.streams.events import MODELS  # noqa: PLC0415

        for activity, model in MODELS.items():
            models_of_events.register(f"people/{activity}", 1, model=model)
        ledger.register("people", prefix=projections.PREFIX, reset=projections.reset, apply=projections.apply)
