"""The Jinja2 environment of every page: where templates lie, what they may call, and what every page shows."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from yinuo.city.pages.words import words_for
from yinuo.city.site.frame import Frame


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
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, translation.ngettext, newstyle=True, pgettext=translation.pgettext
    )
    made.globals.update(static=static, url=_url, language=translation.get_language)
    made.filters.update(moment=moment, day=day, month=month, percent=percent, number=number, query=_query)
    return made


def gettext(message: str) -> str:
    """A message in the reader's language; a page asks for the same ones in every row."""
    return _said(translation.get_language(), message)


@lru_cache(maxsize=10_000)
def _said(_language: str | None, message: str) -> str:
    return translation.gettext(message)


def common(request: HttpRequest) -> dict[str, Any]:
    """What every page may show; nothing is looked up before it is asked for."""
    words = words_for(request)
    return {"frame": Frame(request, words), "words": words}


def moment(value: datetime | None) -> str:
    """A moment in the city's time, to the minute; a dash for none."""
    return "—" if value is None else timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


def day(value: date | datetime | None) -> str:
    """A day in the city's time; a dash for none."""
    if value is None:
        return "—"
    return (timezone.localtime(value) if isinstance(value, datetime) else value).strftime("%Y-%m-%d")


def month(value: date) -> str:
    """A month: 2026-03."""
    return value.strftime("%Y-%m")


def percent(value: float | None, digits: int = 1) -> str:
    """A share as per cent; a dash for none."""
    return "—" if value is None else f"{value * 100:.{digits}f} %"


def number(value: float | None) -> str:
    """A number with thousands apart; a dash for none."""
    if value is None:
        return "—"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def _query(pairs: dict[str, Any]) -> str:
    kept = {key: value for key, value in pairs.items() if value not in (None, "")}
    return f"?{urlencode(kept)}" if kept else "?"


def _url(name: str, *arguments: Any, **named: Any) -> str:
    return reverse(name, args=arguments, kwargs=named)
