"""Entries of registers are found by what their fields hold."""

from django.db import migrations

from yinuo.city.ledger.statements import sql
from yinuo.city.registers import books


class Migration(migrations.Migration):
    dependencies = [
        ("city_cases", "0008_entries"),
    ]

    operations = [
        migrations.RunSQL(sql(books.__file__, "index_fields"), "DROP INDEX registers_entry_fields"),
    ]
