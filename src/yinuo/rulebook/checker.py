"""`check`: everything that is wrong in a pack that could be read, with file, line and remedy."""

from __future__ import annotations

from collections.abc import Iterator

from yinuo.engine.strata import Cycle, in_order
from yinuo.rulebook.loader import Pack
from yinuo.rulebook.names import check_names
from yinuo.rulebook.refusals import TextError
from yinuo.rulebook.soundness import unsound, unsound_rungs


def check_text(pack: Pack) -> list[TextError]:
    """What is wrong in the text itself, before any story is told."""
    errors = list(_check_soundness(pack)) + check_names(pack)
    return errors or list(_check_cycles(pack))


def _check_soundness(pack: Pack) -> Iterator[TextError]:
    for name, ladder in pack.text.ladders.items():
        for path, message, remedy in unsound_rungs(ladder):
            yield pack.document.error(("ladders", name, *path), message, remedy)
    for institution in pack.institutions.values():
        for one in institution.statements:
            for path, message, remedy in unsound(one.edition.clause):
                yield institution.document.error((*one.path, *path), f"{one.id}: {message}", remedy)
            if one.edition.until is not None and one.edition.until <= one.edition.start:
                message = f"{one.id} ends ({one.edition.until}) before it begins ({one.edition.start})"
                yield institution.document.error(one.path, message, "until is the first day no longer in force")


def _check_cycles(pack: Pack) -> Iterator[TextError]:
    try:
        in_order([ruling for one in pack.everywhere() for ruling in one.rules.rulings])
    except Cycle as cycle:
        home, _, id_ = cycle.names[0].partition("/")
        institution = pack.institutions.get(home)
        document = institution.document if institution else pack.document
        path = next((one.path for one in institution.statements if one.id == id_), ()) if institution else ()
        yield document.error(path, str(cycle), "let one of them start from something that people do")
