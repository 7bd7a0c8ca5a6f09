"""A register says by one number whether an entry changed; no index holds what every act changes."""

from django.db import migrations, models

from yinuo.city.cases import acts
from yinuo.city.ledger.statements import sql

ARGUMENTS = (
    "text, bigint, bytea, timestamptz, text, text, text, timestamptz, text, text, text, bytea,"
    " text, jsonb, timestamptz, text, text, text, jsonb, text[], text, text, jsonb"
)


class Migration(migrations.Migration):
    dependencies = [
        ("city_cases", "0010_wide_rows"),
    ]

    operations = [
        migrations.CreateModel(
            name="Book",
            fields=[
                ("kind", models.TextField(primary_key=True, serialize=False)),
                ("changes", models.BigIntegerField()),
            ],
            options={"db_table": "cases_book"},
        ),
        migrations.RunSQL(
            f"DROP INDEX cases_case_entries; {sql(acts.__file__, 'index_entries')}", migrations.RunSQL.noop
        ),
        migrations.RunSQL(
            f"DROP FUNCTION IF EXISTS cases_act({ARGUMENTS}); DROP FUNCTION IF EXISTS cases_act({ARGUMENTS}, text);"
            f" {sql(acts.__file__, 'acting')}",
            migrations.RunSQL.noop,
        ),
    ]
