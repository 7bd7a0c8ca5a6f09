"""The entries of a register are found without reading the cases."""

from django.db import migrations

from yinuo.city.cases import acts
from yinuo.city.ledger.statements import sql


class Migration(migrations.Migration):
    dependencies = [
        ("city_cases", "0007_tasks"),
    ]

    operations = [
        migrations.RunSQL(sql(acts.__file__, "index_entries"), "DROP INDEX cases_case_entries"),
    ]
