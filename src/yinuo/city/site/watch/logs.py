"""Logs as JSON lines: what happened, with the request's id, who did it and how long it took; no personal data.

A line carries names of code and identifiers, never what a person wrote: no paths (they hold search words and receipt
numbers), no addresses, and in production no messages of exceptions (a database repeats the row in them).
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, TextIO

import structlog

from yinuo.city.site.keys import Unusable

if TYPE_CHECKING:
    _StreamHandler = logging.StreamHandler[TextIO]
else:
    _StreamHandler = logging.StreamHandler
FRAMES = 30
LONGEST = 300


def failure(error: BaseException, *, with_message: bool) -> dict[str, Any]:
    """What a line says of an exception: its type and where it was, innermost last; its message only when asked."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    told: dict[str, Any] = {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if with_message:
        told["message"] = str(error)[:LONGEST]
    if error.__cause__ is not None:
        told["cause"] = failure(error.__cause__, with_message=with_message)
    return told


class _Failures:
    """A processor: exceptions as `failure` tells them."""

    def __init__(self, *, with_message: bool) -> None:
        self._with_message = with_message

    def __call__(self, _logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        info = line.pop("exc_info", None)
        error = info[1] if isinstance(info, tuple) else info
        if isinstance(error, BaseException):
            line["error"] = failure(error, with_message=self._with_message)
        return line


class Errors(_StreamHandler):
    """Writes to standard error as it is at that moment, not as it was when logging was set up."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """Standard error."""
        return sys.stderr


def _before(*, with_message: bool) -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _Failures(with_message=with_message),
    ]


def configuration(*, form: str, level: str, with_messages: bool) -> dict[str, Any]:
    """Logging's dictConfig for every process of the city: `form` is json or text. Sets structlog up too.

    Raises keys.Unusable when form or level is not one of those.
    """
    if form not in {"json", "text"}:
        raise Unusable(f"YINUO_LOG is json or text, not “{form}”.")
    if level not in logging.getLevelNamesMapping():
        raise Unusable(f"YINUO_LOG_LEVEL is one of DEBUG, INFO, WARNING, ERROR, not “{level}”.")
    before = _before(with_message=with_messages)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    last = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    formatter = {
        "()": "structlog.stdlib.ProcessorFormatter",
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        "foreign_pre_chain": before,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"out": {"()": Errors, "formatter": "line"}},
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            # Requests are told by yinuo.city.site.watch.requests; Django would repeat them with their paths.
            "django.request": {"handlers": [], "level": "CRITICAL"},
            "django.security": {"handlers": [], "level": "CRITICAL"},
            "django.db.backends": {"handlers": [], "level": "WARNING"},
            "_granian": {"handlers": [], "level": "INFO", "propagate": True},
            "granian.access": {"handlers": [], "level": "CRITICAL"},
        },
    }
