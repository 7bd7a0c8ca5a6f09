"""The table behind accounts/asking.py."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from yinuo.city.ledger.statements import sql
from yinuo.city.people.accounts import asking


class Migration(migrations.Migration):
    """accounts/sql/asking_table.sql."""

    dependencies: ClassVar = [("city_people", "0003_scopes_are_text")]
    operations: ClassVar = [migrations.RunSQL(sql(asking.__file__, "asking_table"), "DROP TABLE people_asking")]
