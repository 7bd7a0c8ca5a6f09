"""How far the feed has been handed to webhooks."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One small table."""

    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Position",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("position", models.BigIntegerField()),
            ],
            options={"db_table": "api_position"},
        ),
    ]
