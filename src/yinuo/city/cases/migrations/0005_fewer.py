"""No search asks for the beginning of a case's id: the index that Django makes for it goes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("city_cases", "0004_projecting"),
    ]

    operations = [
        migrations.RunSQL(
            "DROP INDEX IF EXISTS cases_case_case_id_fc87a023_like",
            "CREATE INDEX cases_case_case_id_fc87a023_like ON cases_case (case_id text_pattern_ops)",
        ),
    ]
