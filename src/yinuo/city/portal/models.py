"""The tables of the portal. Residents, their cases and mandates are made from `resident/…`; drafts and codes are no record."""

from __future__ import annotations

from django.db import models


class Resident(models.Model):
    """An account of somebody who is not staff. Clear fields lie encrypted apart (`ref`); here they are masked."""

    resident = models.TextField(primary_key=True)
    ref = models.TextField()
    name = models.TextField()
    phone = models.TextField()
    identity = models.TextField()
    phone_key = models.TextField(null=True, unique=True)
    """What a telephone number is found by: keyed with the city's secret, gone when the person is erased."""
    subject_key = models.TextField(null=True, unique=True)
    """The same of who the identity provider says it is."""
    version = models.IntegerField()
    registered_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        """Table portal_resident."""

        db_table = "portal_resident"


class Holding(models.Model):
    """A case that is a resident's own, or a principal's in whose name he acts."""

    resident = models.TextField()
    case_id = models.TextField(db_index=True)
    mandate = models.TextField(null=True)
    since = models.DateTimeField()

    class Meta:
        """Table portal_case."""

        db_table = "portal_case"
        constraints = [models.UniqueConstraint(fields=["resident", "case_id"], name="portal_case_once")]


class Mandate(models.Model):
    """A written mandate: a firm or a person lets a resident act in its name, until a day (invariant 17)."""

    mandate = models.TextField(primary_key=True)
    resident = models.TextField(db_index=True)
    kind = models.TextField()
    """firm or person."""
    name = models.TextField()
    """The firm's name; a person's masked."""
    principal_key = models.TextField()
    """The same for the same principal, whoever acts for it."""
    ref = models.TextField()
    document = models.TextField()
    """Digest of the file."""
    since = models.DateField()
    until = models.DateField()
    checked_by = models.TextField(null=True)
    checked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Table portal_mandate."""

        db_table = "portal_mandate"


class Draft(models.Model):
    """An application somebody has not sent yet. What was typed lies encrypted under `ref`."""

    draft = models.TextField(primary_key=True)
    resident = models.TextField(db_index=True)
    item = models.TextField()
    ref = models.TextField()
    saves = models.IntegerField()
    saved_at = models.DateTimeField()

    class Meta:
        """Table portal_draft."""

        db_table = "portal_draft"


class Code(models.Model):
    """The one-time code last sent to a telephone; only its digest."""

    phone_key = models.TextField(primary_key=True)
    digest = models.TextField()
    sent_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    day = models.DateField()
    sent_today = models.IntegerField(default=1)

    class Meta:
        """Table portal_code."""

        db_table = "portal_code"


class Payment(models.Model):
    """A fee of the catalogue that was ordered for a case, and what the gateway said of it."""

    payment = models.TextField(primary_key=True)
    case_id = models.TextField()
    fee = models.TextField()
    fen = models.BigIntegerField()
    basis = models.TextField()
    ordered_at = models.DateTimeField()
    number = models.TextField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        """Table portal_payment."""

        db_table = "portal_payment"
        constraints = [models.UniqueConstraint(fields=["case_id", "fee"], name="portal_payment_once")]


class Recorded(models.Model):
    """What the recorded gateway was asked; a demonstration's, no record."""

    payment = models.TextField(primary_key=True)
    fee = models.TextField()
    fen = models.BigIntegerField()
    number = models.TextField(null=True)

    class Meta:
        """Table portal_recorded."""

        db_table = "portal_recorded"
