"""What is told of one event appended is a row, not a set of rows: PostgreSQL makes no store for it."""

from django.db import migrations

from yinuo.city.ledger import statements

NAMED = "ledger_append_one(text, bigint, bytea, timestamptz, text, text, text, timestamptz, text, text, text, bytea)"


class Migration(migrations.Migration):
    dependencies = [("city_ledger", "0002_one")]
    operations = [
        migrations.RunSQL(
            f"drop function if exists {NAMED}; {statements.sql(statements.__file__, 'one')}", migrations.RunSQL.noop
        ),
    ]
