"""What every public page is rendered with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django import shortcuts
from django.http import HttpRequest, HttpResponse

from yinuo.city.openness.units import has_page
from yinuo.city.pages.words import words_for


def render(request: HttpRequest, template: str, facts: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """A page with its facts, and beside them which units have a page to link to."""
    around = {"has_page": partial(has_page, words_for(request))}
    return shortcuts.render(request, template, {**around, **facts}, status=status)
