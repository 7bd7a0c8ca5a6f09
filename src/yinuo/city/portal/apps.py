"""The Django application."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers `yinuo.city.portal` under the label `city_portal`."""

    name = "yinuo.city.portal"
    label = "city_portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say how the tables are rebuilt and what the events hold; hear when somebody comes from the identity provider."""
        from yinuo.city.ledger import models_of_events, projections  # noqa: PLC0415 - models are read first
        from yinuo.city.portal.payments import commands as payments  # noqa: PLC0415 - models are read first
        from yinuo.city.portal.residents import events, identity, projection  # noqa: PLC0415 - models are read first

        for activity, model in events.MODELS.items():
            models_of_events.register(f"resident/{activity}", 1, model=model)
        projections.register("residents", prefix=projection.PREFIX, reset=projection.reset, apply=projection.apply)
        for activity, payload in payments.MODELS.items():
            models_of_events.register(f"payment/{activity}", 1, model=payload)
        projections.register("payments", prefix=payments.PREFIX, reset=payments.reset, apply=payments.apply)
        identity.listen()
