"""Rows of cases of up to 4 KB are kept as they are; PostgreSQL would compress those above 2 KB each time one is written."""

from django.db import migrations

from yinuo.city.cases import acts
from yinuo.city.ledger.statements import sql


class Migration(migrations.Migration):
    dependencies = [
        ("city_cases", "0009_walked"),
    ]

    operations = [
        migrations.RunSQL(sql(acts.__file__, "wide_rows"), "ALTER TABLE cases_case RESET (toast_tuple_target)"),
    ]
