"""The papers of a case for whoever it is about: what the portal hands out after it has seen that the case is his."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from yinuo.city.board import letters, printing
from yinuo.city.board.dossier import Dossier, dossier
from yinuo.city.board.views.papers import context_of, printed
from yinuo.city.ledger import roots
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import OPERATOR


def paper(request: HttpRequest, case_id: str, name: str, *, now: datetime) -> HttpResponse | None:
    """One of them as PDF, in Chinese as it is issued; None for one there is not."""
    with translation.override("zh-hans"):
        found = dossier(case_id, Words("zh"), actor=OPERATOR, now=now)
        if found is None or name not in _handed(found):
            return None
        try:
            return printed(name, context_of(request, found, name), found)
        except roots.BrokenRoot:
            return None


def _handed(found: Dossier) -> set[str]:
    """The papers an applicant gets: the receipt and the letters, never an order or a rectification."""
    return ({*printing.offered(found)} & {printing.RECEIPT}) | {*letters.offered(found)}
