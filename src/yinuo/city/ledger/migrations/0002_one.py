"""One event is appended without arrays."""

from django.db import migrations

from yinuo.city.ledger import statements


class Migration(migrations.Migration):
    dependencies = [("city_ledger", "0001_ledger")]
    operations = [
        migrations.RunSQL(
            statements.sql(statements.__file__, "one"),
            "drop function ledger_append_one(text, bigint, bytea, timestamptz, text, text, text, timestamptz, text, text, text, bytea)",
        ),
    ]
