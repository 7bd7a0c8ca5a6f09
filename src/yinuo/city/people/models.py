"""Who works here: accounts, and what the ledger says of units, posts, persons and roles.

Everything but Account and SignIn is a projection of the streams `people/…`. A stretch of time is half open: in force
from `valid_from`, no longer on `valid_until` (None = until further notice).
"""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Account(AbstractUser):
    """A login. What it may do follows from the person's posts and roles, never from Django's permissions."""


class SignIn(models.Model):
    """One attempt to sign in: what lock-out counts and the auditor reads. Not the ledger's: strangers write it."""

    username = models.CharField(max_length=150)
    at = models.DateTimeField()
    address = models.CharField(max_length=64)
    succeeded = models.BooleanField()

    class Meta:
        """Table people_signin."""

        db_table = "people_signin"
        indexes: ClassVar = [models.Index(fields=["username", "-at"], name="people_signin_recent")]


class Dated(models.Model):
    """Something that holds for a stretch of time."""

    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        """No table of its own."""

        abstract = True


class Unit(Dated):
    """A unit as it is over a stretch: what changes (name, type, parent) begins a new row."""

    unit = models.CharField(max_length=64)
    parent = models.CharField(max_length=64, null=True)
    zh = models.CharField(max_length=200)
    en = models.CharField(max_length=200, blank=True)
    type = models.CharField(max_length=32)
    rank = models.CharField(max_length=32, blank=True)
    """What thresholds are tied to (D28): the same type may have another rank in another city."""
    into = models.CharField(max_length=64, null=True)
    """The unit it was merged into when it closed."""

    class Meta:
        """Table people_unit."""

        db_table = "people_unit"
        constraints: ClassVar = [models.UniqueConstraint(fields=["unit", "valid_from"], name="people_unit_one_per_day")]


class Post(Dated):
    """A post of a unit and the tier of responsibility it carries (E008)."""

    post = models.CharField(max_length=80, primary_key=True)
    unit = models.CharField(max_length=64, db_index=True)
    zh = models.CharField(max_length=200)
    en = models.CharField(max_length=200, blank=True)
    tier = models.CharField(max_length=20)
    oversees = ArrayField(models.TextField(), default=list)
    """The units below that a deputy is in charge of; none named = all of them."""

    class Meta:
        """Table people_post."""

        db_table = "people_post"


class Person(Dated):
    """A person of the staff. Phone and identity number lie encrypted in the ledger's private rows; here they are masked."""

    person = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=100)
    phone = models.CharField(max_length=40, blank=True)
    identity = models.CharField(max_length=40, blank=True)
    ref = models.CharField(max_length=200)
    account = models.CharField(max_length=40, null=True, unique=True)
    """The key of the login, when there is one."""

    class Meta:
        """Table people_person."""

        db_table = "people_person"


class Appointment(Dated):
    """A person on a post."""

    id = models.CharField(max_length=200, primary_key=True)
    person = models.CharField(max_length=64, db_index=True)
    post = models.CharField(max_length=80, db_index=True)

    class Meta:
        """Table people_appointment."""

        db_table = "people_appointment"


class StandIn(Dated):
    """AB 岗: while `person` is away, `by` acts."""

    id = models.CharField(max_length=200, primary_key=True)
    person = models.CharField(max_length=64, db_index=True)
    by = models.CharField(max_length=64, db_index=True)

    class Meta:
        """Table people_stand_in."""

        db_table = "people_stand_in"


class Absence(Dated):
    """Days on which a person is away."""

    id = models.CharField(max_length=200, primary_key=True)
    person = models.CharField(max_length=64, db_index=True)

    class Meta:
        """Table people_absence."""

        db_table = "people_absence"


class RoleGrant(Dated):
    """A role within a unit and below, held by a person, by whoever is on a post, or by everybody of a unit (D27)."""

    id = models.CharField(max_length=200, primary_key=True)
    kind = models.CharField(max_length=10)
    """person, post or unit: what `holder` names."""
    holder = models.CharField(max_length=80)
    role = models.CharField(max_length=32)
    unit = models.CharField(max_length=64)

    class Meta:
        """Table people_grant."""

        db_table = "people_grant"
        indexes: ClassVar = [models.Index(fields=["kind", "holder"], name="people_grant_holder")]


class Token(models.Model):
    """The key of a department's own system. Only its SHA-256 is kept."""

    token = models.CharField(max_length=64, primary_key=True)
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    unit = models.CharField(max_length=64)
    rate = models.IntegerField()
    """Requests a minute."""
    created_by = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=64, null=True)

    class Meta:
        """Table people_token."""

        db_table = "people_token"


class Unmasking(models.Model):
    """One time that a person's clear fields were shown: who, to whom they belong, why, when."""

    id = models.CharField(max_length=200, primary_key=True)
    ref = models.CharField(max_length=200)
    actor = models.CharField(max_length=64)
    unit = models.CharField(max_length=64, null=True)
    reason = models.CharField(max_length=400)
    at = models.DateTimeField(db_index=True)
    scope = ArrayField(models.TextField(), default=list)

    class Meta:
        """Table people_unmasking."""

        db_table = "people_unmasking"


class Revision(models.Model):
    """The last event of a people stream that the tables hold, and one row for all that decides who may do what.

    Writers lock them; readers know by the one row when to look again.
    """

    stream = models.CharField(max_length=40, primary_key=True)
    version = models.IntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        """Table people_revision."""

        db_table = "people_revision"
