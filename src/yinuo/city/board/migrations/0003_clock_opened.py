"""Clocks in a state are walked in the order their cases were opened."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from yinuo.city.board import apps
from yinuo.city.ledger.statements import sql

BACK = """
DROP INDEX board_clock_state;
CREATE INDEX board_clock_state ON supervision_clock (state, case_id) WHERE ended_at IS NULL
"""


class Migration(migrations.Migration):
    """board/sql/indexes_clock_opened.sql."""

    dependencies: ClassVar = [("city_board", "0002_walked"), ("city_supervision", "0004_opened")]
    operations: ClassVar = [migrations.RunSQL(sql(apps.__file__, "indexes_clock_opened"), BACK)]
