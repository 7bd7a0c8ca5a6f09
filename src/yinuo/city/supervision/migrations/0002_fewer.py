"""No search asks for the beginning of a card's or a case's id: the indexes that Django makes for it go."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("city_supervision", "0001_said"),
    ]

    operations = [
        migrations.RunSQL(
            "DROP INDEX IF EXISTS supervision_finding_card_7ebd4a5b_like, supervision_moment_case_id_5bc6c8f0_like",
            [
                "CREATE INDEX supervision_finding_card_7ebd4a5b_like ON supervision_finding (card text_pattern_ops)",
                "CREATE INDEX supervision_moment_case_id_5bc6c8f0_like ON supervision_moment (case_id text_pattern_ops)",
            ],
        ),
    ]
