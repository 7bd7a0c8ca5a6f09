"""Figures as they were last measured: a projection of cases, clocks and findings by the indicators of a text."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Figure(models.Model):
    """One value of one indicator: for a unit or item, over a period (engine.log.INDICATOR_COLUMNS)."""

    digest = models.TextField()
    """The text whose indicator it is."""
    institution = models.TextField()
    clause = models.TextField()
    version = models.TextField()
    unit = models.TextField(null=True)
    item = models.TextField(null=True)
    by = models.TextField(null=True)
    period_start = models.DateField(null=True)
    period_end = models.DateField(null=True)
    numerator = models.FloatField(null=True)
    denominator = models.FloatField(null=True)
    value = models.FloatField(null=True)
    excluded = models.IntegerField(default=0)
    scope = ArrayField(models.TextField(), default=list)
    """The unit with all above it; the roots, where it is about no unit."""
    measured_at = models.DateTimeField()

    class Meta:
        """Measured anew by figures.commands.measure_figures; never edited."""

        db_table = "figures_figure"
        indexes = [models.Index(fields=["institution", "clause", "period_start"], name="figures_figure_clause")]
