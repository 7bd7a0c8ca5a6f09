"""The board counts within its indexes; a million cases are read in a tenth of the time."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from yinuo.city.board import apps
from yinuo.city.ledger.statements import sql

BACK = """
DROP INDEX board_case_open, board_finding_level;
CREATE INDEX board_case_open ON cases_case (unit, kind) INCLUDE (case_id, item, scope) WHERE status = 'open';
CREATE INDEX board_finding_level ON supervision_finding (level, case_id) WHERE status = 'open'
"""


class Migration(migrations.Migration):
    """board/sql/indexes_counted.sql."""

    dependencies: ClassVar = [("city_board", "0003_clock_opened")]
    operations: ClassVar = [migrations.RunSQL(sql(apps.__file__, "indexes_counted"), BACK)]
