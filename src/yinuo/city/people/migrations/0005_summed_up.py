"""The row that tells in one look whether anything of the people changed."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from yinuo.city.ledger.statements import sql
from yinuo.city.people import projections


class Migration(migrations.Migration):
    """sql/sum_up.sql, for what the tables hold already."""

    dependencies: ClassVar = [("city_people", "0004_asking")]
    operations: ClassVar = [migrations.RunSQL(sql(projections.__file__, "sum_up"), migrations.RunSQL.noop)]
