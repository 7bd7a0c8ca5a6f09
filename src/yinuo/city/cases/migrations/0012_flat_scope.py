"""The first act after the opening no longer writes every index of a case anew."""

from django.db import migrations

from yinuo.city.cases import acts
from yinuo.city.ledger.statements import sql

ARGUMENTS = (
    "text, bigint, bytea, timestamptz, text, text, text, timestamptz, text, text, text, bytea,"
    " text, jsonb, timestamptz, text, text, text, jsonb, text[], text, text, jsonb, text"
)


class Migration(migrations.Migration):
    dependencies = [
        ("city_cases", "0011_books"),
    ]

    operations = [
        migrations.RunSQL(
            f"DROP FUNCTION cases_act({ARGUMENTS}); {sql(acts.__file__, 'acting')}", migrations.RunSQL.noop
        ),
    ]
