"""What supervision keeps: projections of what was said, the next moment of every case, and its own register and traces."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q


class Moment(models.Model):
    """When a case is looked at next, and when and under which text it was last."""

    case_id = models.TextField(primary_key=True)
    next_at = models.DateTimeField(null=True)
    next_rank = models.SmallIntegerField(default=0)
    """Rank of the case's highest level: of those due at one moment the gravest come first."""
    evaluated_at = models.DateTimeField(null=True)
    evaluated_version = models.IntegerField(default=0)
    text_digest = models.TextField(default="")
    open_clocks = models.IntegerField(default=0)

    class Meta:
        """A partial index serves both the sweep and the question whether there is anything to do."""

        db_table = "supervision_moment"
        indexes = [
            models.Index(
                F("next_at"), F("next_rank").desc(), name="supervision_moment_next", condition=Q(next_at__isnull=False)
            )
        ]


class Look(models.Model):
    """A case to be looked at again although nothing happened to it: another case of its thread changed."""

    case_id = models.TextField()
    happened = models.BooleanField(default=False)
    """Whether something did happen, and only another worker had the case at that moment."""

    class Meta:
        """Rows are only inserted, and deleted by the sweep that serves them."""

        db_table = "supervision_look"


class Thread(models.Model):
    """Which cases share a thread that spans cases: the clause, the values of its fields, the case."""

    clause = models.TextField()
    key = models.TextField()
    case_id = models.TextField()

    class Meta:
        """Read by clause and key, replaced by case."""

        db_table = "supervision_thread"
        constraints = [models.UniqueConstraint(fields=["clause", "key", "case_id"], name="supervision_thread_key")]
        indexes = [models.Index(fields=["case_id"], name="supervision_thread_case")]


class OfCase(models.Model):
    """What every row about a case repeats, so that lists filter without a join."""

    case_id = models.TextField()
    kind = models.TextField(null=True)
    item = models.TextField(null=True)
    scope = ArrayField(models.TextField(), default=list)

    class Meta:
        """No table of its own."""

        abstract = True


class Clock(OfCase):
    """A clock as `evaluate` last said it (engine.log.CLOCK_COLUMNS)."""

    thread = models.TextField(null=True)
    key = models.TextField(null=True)
    institution = models.TextField()
    clause = models.TextField()
    opener = models.TextField()
    occurrence = models.IntegerField()
    version = models.TextField()
    basis = models.TextField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    state = models.TextField()
    allowed = models.FloatField(null=True)
    used = models.FloatField(null=True)
    paused = models.FloatField(null=True)
    extended = models.FloatField(null=True)
    measure = models.TextField()
    level = models.TextField(null=True)
    unit = models.TextField(null=True)
    next_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    """When its case was: lists of cases are in this order."""
    provisional = models.BooleanField(default=False)

    class Meta:
        """Replaced case by case; how many were in time is counted by the days on which they were due."""

        db_table = "supervision_clock"
        indexes = [
            models.Index(fields=["case_id"], name="supervision_clock_case"),
            models.Index(fields=["due_at", "unit"], name="supervision_clock_due"),
        ]


class Finding(OfCase):
    """A card (yinuo.city.supervision.cards.Card): one raise of a finding, and what people did about it."""

    card = models.TextField(primary_key=True)
    finding_id = models.TextField()
    thread = models.TextField(null=True)
    key = models.TextField(null=True)
    institution = models.TextField()
    clause = models.TextField()
    opener = models.TextField(null=True)
    occurrence = models.IntegerField(null=True)
    version = models.TextField(null=True)
    level = models.TextField(null=True)
    raised_at = models.DateTimeField()
    unit = models.TextField(null=True)
    actor = models.TextField(null=True)
    why_code = models.TextField(null=True)
    why_args = models.TextField(null=True)
    evidence = models.TextField(null=True)
    status = models.TextField()
    turn = models.IntegerField()
    cleared_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    said_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)
    tier = models.SmallIntegerField(default=0)
    explanation = models.TextField(default="")
    explained_by = models.TextField(null=True)
    explained_at = models.DateTimeField(null=True)
    appeal = models.TextField(default="")
    appeal_ground = models.TextField(default="")
    appealed_by = models.TextField(null=True)
    appealed_at = models.DateTimeField(null=True)
    decided_by = models.TextField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(default="")
    public_reason = models.TextField(default="")
    published_at = models.DateTimeField(null=True)

    class Meta:
        """`escalating` finds the unanswered whose day has come."""

        db_table = "supervision_finding"
        indexes = [
            models.Index(fields=["case_id"], name="supervision_finding_case"),
            models.Index(fields=["unit", "raised_at", "card"], name="supervision_finding_unit"),
            models.Index(F("raised_at").desc(), F("card"), name="supervision_finding_raised"),
            models.Index(
                fields=["answer_by"], name="supervision_escalating",
                condition=Q(status="open", answer_by__isnull=False, explained_at__isnull=True) & ~Q(appeal="appealed"),
            ),
            GinIndex(fields=["scope"], name="supervision_finding_scope", fastupdate=False),
        ]  # fmt: skip


class Holding(models.Model):
    """Who held a case when (engine.log.HOLDING_COLUMNS)."""

    case_id = models.TextField()
    unit = models.TextField(null=True)
    actor = models.TextField(null=True)
    held_from = models.DateTimeField()
    held_to = models.DateTimeField(null=True)
    used = models.FloatField(null=True)
    """In working days; of who holds the case still, as of the last look."""

    class Meta:
        """Replaced case by case."""

        db_table = "supervision_holding"
        indexes = [models.Index(fields=["case_id"], name="supervision_holding_case")]


class Failure(models.Model):
    """A case the text could not be applied to: shown on the board until it works again; it stays due."""

    case_id = models.TextField(primary_key=True)
    failed_at = models.DateTimeField()
    error = models.TextField()
    times = models.IntegerField(default=1)

    class Meta:
        """Gone as soon as the case is evaluated."""

        db_table = "supervision_failure"


class Opened(models.Model):
    """What the sweep opened by itself, once for each key (invariant 22)."""

    kind = models.TextField()
    key = models.TextField()
    case_id = models.TextField(null=True)
    about = models.TextField(null=True)
    at = models.DateTimeField()

    class Meta:
        """The unique key is the lock: whoever inserts it opens the case."""

        db_table = "supervision_opened"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="supervision_opened_once")]


class Run(models.Model):
    """One sweep that found something to do, and how late it was."""

    at = models.DateTimeField(db_index=True)
    worker = models.TextField()
    cases = models.IntegerField()
    clocks = models.IntegerField()
    raised = models.IntegerField()
    cleared = models.IntegerField()
    withdrawn = models.IntegerField()
    reprojected = models.IntegerField()
    failed = models.IntegerField()
    moments = models.IntegerField()
    """Cases looked at because a moment came: those whose lateness counts."""
    late_most = models.FloatField()
    """Seconds between the moment and the sweep, the longest of them."""
    late_p99 = models.FloatField()

    class Meta:
        """Kept for a week (`yinuo work` prunes)."""

        db_table = "supervision_run"


class Outage(models.Model):
    """A declared outage (停机登记): entries made late because a system was down are marked, not accused."""

    outage_id = models.TextField(primary_key=True)
    unit = models.TextField(null=True)
    source = models.TextField(default="")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    reason = models.TextField()
    declared_by = models.TextField()
    declared_at = models.DateTimeField()
    verified_by = models.TextField(null=True)
    verified_at = models.DateTimeField(null=True)

    class Meta:
        """Read by unit and time."""

        db_table = "supervision_outage"


class Measure(models.Model):
    """A proposed measure (D43, invariant 33): the rule proposes, a person decides, and only the decision is recorded."""

    measure_id = models.TextField(primary_key=True)
    card = models.TextField(null=True)
    case_id = models.TextField(null=True)
    against_unit = models.TextField(null=True)
    against_person = models.TextField(null=True)
    institution = models.TextField()
    clause = models.TextField()
    what = models.TextField()
    grounds = models.TextField(default="")
    status = models.TextField(default="proposed")
    proposed_by = models.TextField()
    proposed_at = models.DateTimeField()
    statement_by = models.DateTimeField(null=True)
    """Until when the party may speak; before that only a statement lets anybody decide."""
    statement = models.TextField(default="")
    stated_at = models.DateTimeField(null=True)
    decided_by = models.TextField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(default="")
    appeal_ground = models.TextField(default="")
    appealed_at = models.DateTimeField(null=True)
    appeal_decided_by = models.TextField(null=True)
    appeal_decided_at = models.DateTimeField(null=True)
    appeal_reason = models.TextField(default="")
    scope = ArrayField(models.TextField(), default=list)

    class Meta:
        """One proposal a card and a consequence."""

        db_table = "supervision_measure"
        indexes = [models.Index(fields=["status", "proposed_at"], name="supervision_measure_open")]


class Revision(models.Model):
    """A number that grows whenever what the board shows has changed: pages ask for it and nothing else (ETag)."""

    name = models.TextField(primary_key=True)
    number = models.BigIntegerField(default=0)

    class Meta:
        """One row."""

        db_table = "supervision_revision"
