"""What every page needs, read before the first one is asked for: a server's first readers do not all wait for it together."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import DatabaseError, connections
from django.template import engines
from django.urls import reverse
from django.utils import timezone, translation

from yinuo.city.board.dossier import judge
from yinuo.city.institutions.inforce import stories_by_institution
from yinuo.city.pages.words import names_of
from yinuo.city.texts.archive import Tampered
from yinuo.city.texts.in_force import NoText, pack

log = logging.getLogger("yinuo.serve")
FIRST = "account_login"
"""The page most readers see first."""


def read_pages() -> None:
    """Addresses, words of every language and templates: once, before the server's processes part."""
    reverse(FIRST)
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            translation.gettext("")
    made = engines["jinja2"].env  # type: ignore[attr-defined]
    for name in made.list_templates(extensions=["j2"]):
        made.get_template(name)


def read_text() -> None:
    """The text in force, in each process for itself: its names, its stories, and how it judges.

    Without one, or while the database does not answer, pages read it later.
    """
    try:
        digest = pack().digest
        names_of(digest)
        judge([], digest=digest, as_of=timezone.now())
        stories_by_institution(digest)
    except (NoText, Tampered) as problem:
        log.warning("%s", problem)
    except DatabaseError:
        log.exception("the database did not answer; pages read the text when they are asked for")
    connections.close_all()
