"""Pages that follow from the text in force, the catalogue, the units and the day alone: a reader who has them already is told so (304)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.crypto import salted_hmac

from yinuo.city.cases.kept import kept_marks
from yinuo.city.pages.words import words_for

View = Callable[..., HttpResponse]


def unchanged(view: View) -> View:
    """Answer 304 to whoever shows the tag of what would be made now: same text, catalogue, units, day, address, language and session."""

    @wraps(view)
    def answered(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        tag = _tag(request)
        if request.headers.get("If-None-Match", "").removeprefix("W/") == tag:
            answer: HttpResponse = HttpResponseNotModified()
        else:
            answer = view(request, *arguments, **named)
        if answer.status_code in (200, 304):
            answer.headers["ETag"] = tag
            answer.headers["Cache-Control"] = "private, no-cache"
        return answer

    return answered


def _tag(request: HttpRequest) -> str:
    words = words_for(request)
    mark = (words.pack.digest, words.revision, *map(str, kept_marks(words.pack))) if words.is_there else ("nothing",)
    kept = [request.COOKIES.get(name, "") for name in (settings.SESSION_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME)]
    said = [*mark, str(timezone.localdate()), request.get_full_path(), words.language, *kept]
    return f'"{salted_hmac("yinuo.openness", chr(10).join(said)).hexdigest()[:24]}"'
