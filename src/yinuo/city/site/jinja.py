"""The Jinja2 environment of every page: where templates lie, what they may call, and what every page shows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape


def environment(**options: Any) -> Environment:
    """Strict: a name that is missing is an error, not an empty place."""
    folders = [*options["loader"].searchpath, *sorted(map(str, settings.CITY.glob("*/templates")))]
    made = Environment(
        loader=FileSystemLoader(list(dict.fromkeys(folders))),
        autoescape=select_autoescape(("html", "j2"), default=True),
        undefined=StrictUndefined,
        auto_reload=settings.DEBUG,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext, translation.ngettext, newstyle=True, pgettext=translation.pgettext
    )
    made.globals.update(static=static, url=_url, language=translation.get_language)
    return made


def common(request: HttpRequest) -> dict[str, Any]:
    """What every page may show: which city, that it is a demo, who is here."""
    return {"city_mode": settings.MODE, "path": request.get_full_path()}


def _url(name: str, *arguments: Any, **named: Any) -> str:
    return reverse(name, args=arguments, kwargs=named)
