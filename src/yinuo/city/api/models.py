"""What the API keeps: how far the feed has been handed to webhooks, and what became of every batch it took."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Position(models.Model):
    """The last position of the ledger's feed that a reader has had."""

    name = models.TextField(primary_key=True)
    position = models.BigIntegerField()

    class Meta:
        """Its table."""

        db_table = "api_position"


class Batch(models.Model):
    """What became of what one system reported in one go for one unit (peers row 69)."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    """When we heard of it."""
    actor = models.TextField()
    """The key it came in by, or the person who imported it."""
    source = models.TextField()
    """What the rows call their system; empty when they name several."""
    unit = models.TextField()
    scope = ArrayField(models.TextField())
    """The unit with all that was above it that day."""
    way = models.TextField()
    """`api` or `import`."""
    stored = models.IntegerField()
    duplicate = models.IntegerField()
    refused = models.IntegerField()
    late = models.IntegerField()
    """Of the stored rows."""
    reasons = models.JSONField()
    """How often each code of refusal came; nothing of what was written."""

    class Meta:
        """Its table."""

        db_table = "api_batch"
        indexes = (
            models.Index(fields=("at",), name="api_batch_at"),
            models.Index(fields=("actor", "at"), name="api_batch_actor"),
        )
