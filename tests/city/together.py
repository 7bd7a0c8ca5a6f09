"""What packages of tests share: a town that is made once for all of them, and the browser of somebody in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.test import Client

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@contextmanager
def made_once(blocker: Any) -> Iterator[None]:
    """One open transaction around all tests of a package: each test's own changes go with its savepoint.

    A browser's server or a test that commits waits for it forever, and so belongs to another package.
    """
    with blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        try:
            yield
        finally:
            transaction.set_rollback(True)
            around.__exit__(None, None, None)
            connection.close()


def browser_of(key: str, language: str = "zh-hans") -> Client:
    """A client in which whoever has this login is signed in."""
    from yinuo.city.people.models import Account

    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(Account.objects.get(username=key), backend=BACKEND)
    return client
