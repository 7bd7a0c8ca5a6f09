"""The rows of cases are written by a function, whose plans a connection keeps."""

from django.db import migrations

from yinuo.city.cases import acts
from yinuo.city.ledger.statements import sql


class Migration(migrations.Migration):
    dependencies = [
        ("city_cases", "0003_about"),
    ]

    operations = [
        migrations.RunSQL(
            sql(acts.__file__, "projecting"),
            "DROP FUNCTION cases_project(jsonb, jsonb, jsonb, jsonb, jsonb, boolean)",
        ),
    ]
