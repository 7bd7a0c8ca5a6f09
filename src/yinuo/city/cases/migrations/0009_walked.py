"""The list of cases is walked within its index, and open steps are found by who does them.

What counts open cases by unit and kind is the board's own index.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("city_cases", "0008_entries"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="case", name="cases_case_opened"),
        migrations.RemoveIndex(model_name="case", name="cases_case_open"),
        migrations.RemoveIndex(model_name="task", name="cases_task_due"),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["opened_at", "case_id"],
                include=["status", "unit", "kind", "item", "scope"],
                name="cases_case_latest",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("state", "due")), fields=["role", "case_id"], name="cases_task_role"
            ),
        ),
    ]
