"""Which texts were installed when: a projection of the ledger's `text/` streams."""

from __future__ import annotations

from django.db import models


class Installation(models.Model):
    """One installation of a text. The text itself lies in the ledger; the latest of a name is in force."""

    name = models.TextField()
    digest = models.TextField()
    version = models.IntegerField()
    """The version of the stream `text/<name>` that holds it."""
    zh = models.TextField()
    en = models.TextField()
    actor = models.TextField(null=True)
    installed_at = models.DateTimeField()

    class Meta:
        """Its table and what is looked up in it."""

        db_table = "texts_installation"
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="texts_installation_once")]
