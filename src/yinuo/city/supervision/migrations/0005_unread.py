"""Nothing reads open clocks by their unit: every look at a case wrote that index anew."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("city_supervision", "0004_opened"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="clock", name="supervision_clock_open"),
    ]
