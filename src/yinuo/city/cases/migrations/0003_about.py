"""What was opened about a case is found from that case."""

from django.db import migrations

from yinuo.city.cases import acts
from yinuo.city.ledger.statements import sql


class Migration(migrations.Migration):
    dependencies = [
        ("city_cases", "0002_open_cases"),
    ]

    operations = [
        migrations.RunSQL(sql(acts.__file__, "index_about"), "DROP INDEX cases_case_about"),
    ]
