"""`yinuo migrate`: bring the database's tables to this version."""

from __future__ import annotations

from yinuo.cli.city import setup
from yinuo.cli.say import out


def migrate() -> None:
    """Bring the database's tables to this version of Yinuo. Any number of processes may do it at once."""
    setup()
    out.print(f"migrated: {migrate_now()} steps")


def migrate_now() -> int:
    """Apply what is missing, one process at a time, and say how many steps that was. Django must be set up."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('yinuo migrate'))")
        try:
            executor = MigrationExecutor(connection)
            steps = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
            if steps:
                call_command("migrate", verbosity=0, interactive=False)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('yinuo migrate'))")
    return steps
