"""The papers of a case for whoever it is about: what the portal hands out after it has seen that the case is his."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from yinuo.city.board import letters, printing
from yinuo.city.board.dossier import dossier
from yinuo.city.board.views.papers import context_of, printed
from yinuo.city.ledger import roots
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import OPERATOR


def offered(case_id: str, *, now: datetime) -> tuple[tuple[str, str], ...]:
    """The papers there are of a case, each with what it is called."""
    found = dossier(case_id, Words("zh"), actor=OPERATOR, now=now)
    if found is None:
        return ()
    words = _words()
    return tuple((one, words[one]) for one in (*printing.offered(found), *letters.offered(found)) if one in words)


def paper(request: HttpRequest, case_id: str, name: str, *, now: datetime) -> HttpResponse | None:
    """One of them as PDF, in Chinese as it is issued; None for one there is not."""
    with translation.override("zh-hans"):
        found = dossier(case_id, Words("zh"), actor=OPERATOR, now=now)
        if found is None or name not in {one for one, _word in offered(case_id, now=now)}:
            return None
        try:
            return printed(name, context_of(request, found, name), found)
        except roots.BrokenRoot:
            return None


def _words() -> Mapping[str, str]:
    return {
        printing.RECEIPT: _("收件回执"), letters.ACCEPTANCE: _("受理通知书"), letters.SUPPLEMENT: _("补正告知书"),
        letters.REFUSAL: _("不予受理决定书"), letters.DELIVERY: _("送达回证"),
    }  # fmt: skip
