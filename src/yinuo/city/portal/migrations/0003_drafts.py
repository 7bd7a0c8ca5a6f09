"""A draft says when it was saved last; when it was begun nobody asks."""

from django.db import migrations


class Migration(migrations.Migration):
    """Drops the column."""

    dependencies = [("city_portal", "0002_payments")]
    operations = [migrations.RemoveField(model_name="draft", name="made_at")]
