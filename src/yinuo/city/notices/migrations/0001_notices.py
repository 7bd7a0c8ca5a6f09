from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            (SQL / "schema.sql").read_text(encoding="utf-8"),
            "DROP TABLE notices_notice, notices_outbox, notices_address, notices_webhook;",
        )
    ]
