"""What became of every batch."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """One table, a row a batch."""

    dependencies = [("city_api", "0001_position")]
    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                ("source", models.TextField()),
                ("unit", models.TextField()),
                ("scope", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("way", models.TextField()),
                ("stored", models.IntegerField()),
                ("duplicate", models.IntegerField()),
                ("refused", models.IntegerField()),
                ("late", models.IntegerField()),
                ("reasons", models.JSONField()),
            ],
            options={
                "db_table": "api_batch",
                "indexes": [
                    models.Index(fields=["at"], name="api_batch_at"),
                    models.Index(fields=["actor", "at"], name="api_batch_actor"),
                ],
            },
        ),
    ]
