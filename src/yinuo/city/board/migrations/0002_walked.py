"""Two indexes for lists of many rows; two go that others now do the work of."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from yinuo.city.board import apps
from yinuo.city.ledger.statements import sql

BACK = """
DROP INDEX board_clock_soonest, board_finding_level;
CREATE INDEX board_clock_due ON supervision_clock (due_at, id) WHERE ended_at IS NULL AND state = 'running';
CREATE INDEX board_case_open_latest ON cases_case (opened_at, case_id) WHERE status = 'open'
"""


class Migration(migrations.Migration):
    """board/sql/indexes_walked.sql."""

    dependencies: ClassVar = [
        ("city_board", "0001_indexes"),
        ("city_cases", "0009_walked"),
        ("city_supervision", "0003_by_unit"),
    ]
    operations: ClassVar = [migrations.RunSQL(sql(apps.__file__, "indexes_walked"), BACK)]
