"""The permit in django-viewflow 2.4, in tables of its own in the same database.

Done as its views do it, with what a page would add left out, each step's assigning and executing in one transaction instead of two,
and no lock, as by default: all of that is in its favour. Who acts is read anew for every act, as a request does it; on our side too.
"""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

SCHEMA = "viewflow"
WHO = {"accept": "window", "fire": "fire", "water": "water", "health": "health", "decide": "head", "deliver": "window"}


def setup() -> None:
    """Django with viewflow, on the database of DATABASE_URL."""
    import django
    from django.conf import settings

    settings.configure(
        DATABASES={"default": _database(os.environ["DATABASE_URL"])},
        INSTALLED_APPS=[
            "django.contrib.auth", "django.contrib.contenttypes", "viewflow", "viewflow.workflow", "split.permits.apps.PermitsConfig",
        ],
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        SECRET_KEY="a-benchmark",
        ROOT_URLCONF="split.permits",
    )  # fmt: skip
    django.setup()


def _database(address: str) -> dict[str, Any]:
    from yinuo.city.site.settings import database

    found = database(address)
    pool: dict[str, Any] = {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}}
    return {**found, "OPTIONS": {**pool, "options": f"-c search_path={SCHEMA}"}}


def make() -> None:
    """Its tables, its users, their permissions."""
    from django.contrib.auth.models import Permission, User
    from django.contrib.contenttypes.models import ContentType
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")
    call_command("migrate", verbosity=0)
    kind, _made = ContentType.objects.get_or_create(app_label="workflow_permits", model="permit")
    for name in sorted(set(WHO.values())):
        user = User.objects.create(username=name)
        user.user_permissions.add(Permission.objects.create(codename=name, name=name, content_type=kind))


def run(cases: int) -> None:
    """So many processes from the first step to the last."""
    from django.contrib.auth.models import User

    for _ in range(cases):
        process = _start(User.objects.get(username=WHO["accept"]))
        for step in list(WHO)[1:]:
            _do(process, step, User.objects.get(username=WHO[step]))


def _start(user: Any) -> int:
    from django.core.exceptions import PermissionDenied
    from django.db import transaction

    from split.permits.flows import PermitFlow

    node = PermitFlow.instance.accept
    with transaction.atomic():
        activation = node.activation_class.create(node, None, None)
        if not node.can_execute(user, activation.task):
            raise PermissionDenied
        activation.start(SimpleNamespace(user=user))
        activation.execute()
    return int(activation.process.pk)


def _do(process: int, step: str, user: Any) -> None:
    from django.core.exceptions import PermissionDenied
    from django.db import transaction
    from viewflow.workflow.models import Task
    from viewflow.workflow.status import STATUS

    from split.permits.flows import PermitFlow

    node = getattr(PermitFlow.instance, step)
    with PermitFlow.lock(process), transaction.atomic():
        task = Task.objects.get(process_id=process, flow_task=node, status=STATUS.NEW)
        activation = node.activation_class(task)
        if not activation.assign.has_perm(user):
            raise PermissionDenied
        activation.assign(user)
        if not node.can_execute(user, task):
            raise PermissionDenied
        activation.start(SimpleNamespace(user=user))
        activation.execute()


def finished() -> tuple[int, int]:
    """Processes that ended, and steps done by people, so far."""
    from viewflow.workflow.models import Process, Task
    from viewflow.workflow.status import STATUS

    steps = Task.objects.filter(status=STATUS.DONE, flow_task_type__in=["HUMAN", "HUMAN_START"])
    return Process.objects.filter(status=STATUS.DONE).count(), steps.count()


def stranger_is_refused() -> bool:
    """Whether somebody of another department may not do the first review."""
    from django.contrib.auth.models import User
    from django.core.exceptions import PermissionDenied

    process = _start(User.objects.get(username="window"))
    try:
        _do(process, "fire", User.objects.get(username="water"))
    except PermissionDenied:
        return True
    return False
