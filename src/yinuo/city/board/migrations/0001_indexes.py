"""Indexes for the board's own questions; the tables belong to cases and supervision, and every row of them can be made again."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from yinuo.city.board import apps
from yinuo.city.ledger.statements import sql

DROP = "DROP INDEX board_case_open, board_case_open_latest, board_case_ended, board_clock_state, board_clock_due, board_finding_answer"


class Migration(migrations.Migration):
    """board/sql/indexes.sql."""

    initial = True
    dependencies: ClassVar = [("city_cases", "0001_cases"), ("city_supervision", "0001_said")]
    operations: ClassVar = [migrations.RunSQL(sql(apps.__file__, "indexes"), DROP)]
