"""The Django application."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Registers `yinuo.city.notices` under the label `city_notices`, and says how its tables are rebuilt."""

    name = "yinuo.city.notices"
    label = "city_notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say how addresses and webhooks are rebuilt, what their events hold, and that roots are sent out from here."""
        from yinuo.city.ledger import models_of_events, roots  # noqa: PLC0415 - settings are ready only now
        from yinuo.city.ledger import projections as ledger  # noqa: PLC0415
        from yinuo.city.notices import commands, projections  # noqa: PLC0415
        from yinuo.city.notices.events import MODELS  # noqa: PLC0415

        for activity, model in MODELS.items():
            models_of_events.register(f"notices/{activity}", 1, model=model)
        ledger.register("notices", prefix=projections.PREFIX, reset=projections.reset, apply=projections.apply)
        roots.send_with(commands.post_root)
