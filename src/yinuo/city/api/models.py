"""What the API keeps: how far the feed has been handed to webhooks."""

from __future__ import annotations

from django.db import models


class Position(models.Model):
    """The last position of the ledger's feed that a reader has had."""

    name = models.TextField(primary_key=True)
    position = models.BigIntegerField()

    class Meta:
        """Its table."""

        db_table = "api_position"
