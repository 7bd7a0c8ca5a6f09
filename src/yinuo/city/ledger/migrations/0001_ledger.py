from django.db import migrations

from yinuo.city.ledger import statements


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(statements.sql(statements.__file__, "schema")),
        migrations.RunSQL(statements.sql(statements.__file__, "functions")),
    ]
