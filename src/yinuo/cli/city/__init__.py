"""The commands of the online system, and how each of them wakes it."""

from __future__ import annotations

import atexit
import os
from importlib.util import find_spec

from yinuo.cli.say import refuse

SETTINGS = "yinuo.city.site.settings"


def setup(*, database: bool = True, apps: bool = True) -> None:
    """Make the city usable in this process.

    1. Refuses (exit 2) when the packages of the online system are missing or the settings are unsafe.
    2. Starts the embedded database unless DATABASE_URL names one, or `database` is False; the last process that
       uses it stops it when it ends.
    3. Sets Django up. Without `apps` only its settings and the database can be used, and the start takes a third.
    """
    if find_spec("django") is None:
        refuse("The online system is not installed here. Install it: pip install 'yinuo[city]'")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    import django  # noqa: PLC0415 - the analyst's part runs without it
    from django.apps import apps as registry  # noqa: PLC0415

    from yinuo.city.notices import sms  # noqa: PLC0415
    from yinuo.city.people.accounts import openid  # noqa: PLC0415
    from yinuo.city.site import embedded, keys  # noqa: PLC0415

    try:
        from yinuo.city.site import settings  # noqa: PLC0415

        if database and is_embedded():
            embedded.ensure(settings.HOME)
            atexit.register(embedded.leave, settings.HOME)
    except (keys.Unusable, openid.HalfConfigured, sms.BadGateway, embedded.NoPostgres) as problem:
        refuse(str(problem))
    if apps:
        django.setup()
    else:
        registry.populate(())


def is_embedded() -> bool:
    """Whether the database is the one that comes along."""
    return not os.environ.get("DATABASE_URL")
