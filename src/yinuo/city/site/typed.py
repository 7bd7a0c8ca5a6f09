"""Text with a null character, which no text of the database can hold, gets no further than the door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse

from yinuo.city.site import errors

NULL = "\x00"


class Typed:
    """Middleware: 400 for a null character in the address, its query or a form.

    What a program puts into the body of a request to the API has readers of its own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Lets the request through (None) or answers it."""
        return errors.unstorable(request) if any(NULL in text for text in _texts(request)) else None


def _texts(request: HttpRequest) -> Iterator[str]:
    yield request.path
    forms = [request.GET] if request.path.startswith("/api/") else [request.GET, request.POST]
    for form in forms:
        for name, values in form.lists():
            yield name
            yield from map(str, values)
