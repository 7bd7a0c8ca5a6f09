"""An index for the last deliveries of a webhook."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from yinuo.city.ledger.statements import sql
from yinuo.city.notices import apps


class Migration(migrations.Migration):
    """notices/sql/delivered.sql."""

    dependencies: ClassVar = [("city_notices", "0001_notices")]
    operations: ClassVar = [migrations.RunSQL(sql(apps.__file__, "delivered"), "DROP INDEX notices_outbox_of_webhook")]
