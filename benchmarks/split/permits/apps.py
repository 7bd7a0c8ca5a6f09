"""The Django application of the peer."""

from django.apps import AppConfig


class PermitsConfig(AppConfig):
    """Its flow lies in `flows`, where viewflow looks for it."""

    name = "split.permits"
    label = "permits"
