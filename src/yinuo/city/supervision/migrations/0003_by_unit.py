"""Cards of a unit are found by one index whether they are open or not."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("city_supervision", "0002_fewer"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="finding", name="supervision_finding_open"),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["unit", "raised_at", "card"], name="supervision_finding_unit"),
        ),
    ]
