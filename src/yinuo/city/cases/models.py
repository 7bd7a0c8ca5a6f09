"""The tables of cases. All but the queue of `cases_look` are projections: the ledger makes them again at any time."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Case(models.Model):
    """One case as it stands."""

    case_id = models.TextField(primary_key=True)
    kind = models.TextField()
    item = models.TextField(null=True)
    unit = models.TextField(null=True)
    region = models.TextField(null=True)
    channel = models.TextField(null=True)
    receipt = models.TextField()
    title = models.TextField()
    words = ArrayField(models.TextField())
    """Pairs of neighbouring characters of the title and receipt: what search looks in."""
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    status = models.TextField()
    stage = models.TextField()
    """The canonical state (deciding/stages.toml)."""
    holder_unit = models.TextField(null=True)
    holder_actor = models.TextField(null=True)
    parent = models.TextField(null=True)
    version = models.IntegerField()
    fields = models.JSONField()
    scope = ArrayField(models.TextField())
    """All units involved, with everything above them."""
    person_ref = models.TextField(null=True)
    changed_at = models.DateTimeField()
    state = models.TextField()
    """deciding.states.State as JSON: what the next act is decided on."""
    head = models.BinaryField()
    """Digest of the last event."""

    class Meta:
        """Its table and what is looked up in it."""

        db_table = "cases_case"
        indexes = [
            models.Index(
                fields=["opened_at", "case_id"],
                include=["status", "unit", "kind", "item", "scope"],
                name="cases_case_latest",
            ),
            models.Index(fields=["kind", "status"], name="cases_case_kind"),
            models.Index(fields=["receipt"], name="cases_case_receipt"),
            models.Index(fields=["parent"], condition=models.Q(parent__isnull=False), name="cases_case_parent"),
            models.Index(
                fields=["holder_actor"],
                condition=models.Q(holder_actor__isnull=False, status="open"),
                name="cases_case_actor",
            ),
            GinIndex(fields=["scope"], name="cases_case_scope"),
            GinIndex(fields=["words"], name="cases_case_words"),
        ]


class Task(models.Model):
    """One step of a case somebody has to do, or did: never JSON inside the case (design 5)."""

    pk = models.CompositePrimaryKey("case_id", "step", "key")
    case_id = models.TextField()
    step = models.TextField()
    key = models.TextField()
    """The entry of the list a step is done for; "" otherwise."""
    unit = models.TextField(null=True)
    role = models.TextField()
    state = models.TextField()
    """waiting, due or done."""
    due_since = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    actor = models.TextField(null=True)

    class Meta:
        """Its table and what is looked up in it."""

        db_table = "cases_task"
        indexes = [
            models.Index(fields=["role", "case_id"], condition=models.Q(state="due"), name="cases_task_role"),
        ]


class Handover(models.Model):
    """One hand-over offered; the case stays with the sender until it is acknowledged (D02)."""

    id = models.BigAutoField(primary_key=True)
    case_id = models.TextField()
    key = models.TextField()
    state = models.TextField()
    """offered, acknowledged or returned."""
    from_unit = models.TextField(null=True)
    from_actor = models.TextField(null=True)
    to_unit = models.TextField(null=True)
    offered_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.TextField(null=True)

    class Meta:
        """Its table and what is looked up in it."""

        db_table = "cases_handover"
        constraints = [models.UniqueConstraint(fields=["case_id", "key"], name="cases_handover_once")]
        indexes = [
            models.Index(fields=["to_unit"], condition=models.Q(state="offered"), name="cases_handover_waiting"),
        ]


class Thread(models.Model):
    """Cases with the same values of the fields along which some clause reads events."""

    id = models.BigAutoField(primary_key=True)
    names = models.TextField()
    values = models.TextField()
    case_id = models.TextField()

    class Meta:
        """Its table and what is looked up in it."""

        db_table = "cases_thread"
        constraints = [models.UniqueConstraint(fields=["names", "values", "case_id"], name="cases_thread_once")]


class Look(models.Model):
    """A case supervision has to look at now. Insert only; the sweep takes rows away."""

    id = models.BigAutoField(primary_key=True)
    case_id = models.TextField()

    class Meta:
        """Its table and what is looked up in it."""

        db_table = "cases_look"


class Book(models.Model):
    """How often entries of a register changed: what was read of them holds as long as the number does. Never emptied."""

    kind = models.TextField(primary_key=True)
    """<institution>/<register>."""
    changes = models.BigIntegerField()

    class Meta:
        """Its table."""

        db_table = "cases_book"


class Attachment(models.Model):
    """A file by its digest; it lies under MEDIA_ROOT. The same content is kept once."""

    digest = models.TextField(primary_key=True)
    name = models.TextField()
    media_type = models.TextField()
    """From its content, never from its name."""
    size = models.BigIntegerField()
    stored_at = models.DateTimeField()
    actor = models.TextField(null=True)

    class Meta:
        """Its table and what is looked up in it."""

        db_table = "cases_attachment"
