"""The tables made from `catalogue/…`: versions and drafts."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class Version(models.Model):
    """One version of an item: in force from `since` until the day before `until`."""

    item = models.TextField()
    number = models.IntegerField()
    """The version of the stream that holds it: it grows."""
    since = models.DateField()
    until = models.DateField(null=True)
    zh = models.TextField()
    en = models.TextField()
    unit = models.TextField()
    type = models.TextField()
    case_type = models.TextField()
    audiences = ArrayField(models.TextField())
    statutory = models.TextField()
    promised = models.TextField()
    said = models.JSONField()
    """The whole item (`item.Item`)."""
    authority = models.TextField()
    published_at = models.DateTimeField()
    actor = models.TextField(null=True)
    withdrawn = models.TextField()
    """Why the item is in force no more after it; empty while it goes on."""
    into = models.TextField(null=True)
    terms = SearchVectorField()

    class Meta:
        """Its table and what is looked up in it."""

        db_table = "catalogue_version"
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="catalogue_version_once"),
            models.UniqueConstraint(fields=["item", "since"], name="catalogue_version_day"),
        ]
        indexes = [
            GinIndex(fields=["terms"], name="catalogue_version_terms"),
            models.Index(fields=["unit"], name="catalogue_version_unit"),
            models.Index(fields=["zh", "item"], name="catalogue_version_name"),
        ]


class Draft(models.Model):
    """What somebody wrote down for an item and nobody has published."""

    item = models.TextField(primary_key=True)
    zh = models.TextField()
    unit = models.TextField()
    said = models.JSONField()
    terms = SearchVectorField()
    drafted_at = models.DateTimeField()
    actor = models.TextField(null=True)

    class Meta:
        """Its table."""

        db_table = "catalogue_draft"
        indexes = [models.Index(fields=["unit"], name="catalogue_draft_unit")]
