"""An act of a person is appended and shown by one statement."""

from django.db import migrations

from yinuo.city.cases import acts
from yinuo.city.ledger.statements import sql


class Migration(migrations.Migration):
    dependencies = [
        ("city_cases", "0005_fewer"),
        ("city_ledger", "0002_one"),
    ]

    operations = [
        migrations.RunSQL(
            sql(acts.__file__, "acting"),
            "DROP FUNCTION IF EXISTS cases_act(text, bigint, bytea, timestamptz, text, text, text, timestamptz, text, text, text, bytea,"
            " text, jsonb, timestamptz, text, text, text, jsonb, text[], text, text, jsonb)",
        ),
    ]
