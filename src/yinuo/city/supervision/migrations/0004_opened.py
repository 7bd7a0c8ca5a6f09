"""Clocks know when their case was opened, so that cases with a clock in some state are listed in that order."""

from django.db import migrations, models

FILL = """
UPDATE supervision_clock AS k SET opened_at = c.opened_at FROM cases_case AS c
WHERE c.case_id = k.case_id AND k.ended_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("city_supervision", "0003_by_unit"),
        ("city_cases", "0009_walked"),
    ]

    operations = [
        migrations.AddField(model_name="clock", name="opened_at", field=models.DateTimeField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
