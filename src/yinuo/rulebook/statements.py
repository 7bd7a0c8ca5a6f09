"""`check_text`: what is wrong in the text itself, before any story is told."""

from __future__ import annotations

from collections.abc import Iterator

from yinuo.engine.clauses.register import Register
from yinuo.engine.deriving import ordered
from yinuo.engine.strata import Circle, strata
from yinuo.rulebook.closure import Closures
from yinuo.rulebook.endings import check_endings
from yinuo.rulebook.loader import Pack
from yinuo.rulebook.names import check_names
from yinuo.rulebook.paths import check_limits
from yinuo.rulebook.refusals import TextError
from yinuo.rulebook.soundness import unsound, unsound_rungs


def check_text(pack: Pack) -> list[TextError]:
    """What is wrong in the text itself, before any story is told."""
    errors = [*_check_soundness(pack), *check_names(pack)] or [*_check_cycles(pack), *_check_derived(pack)]
    return errors or [*check_endings(pack), *check_limits(pack)]


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
        strata(Closures(pack).rulings)
    except Circle as circle:
        own = (name for name in circle.names if name.partition("/")[0] in pack.institutions)
        home, _, id_ = next(own, "/").partition("/")
        institution = pack.institutions.get(home)
        document = institution.document if institution else pack.document
        path = next((one.path for one in institution.statements if one.id == id_), ()) if institution else ()
        yield document.error(path, str(circle), "let one of them start from something that people do")


def _check_derived(pack: Pack) -> Iterator[TextError]:
    """Fields of registers that are worked out from themselves, by arithmetic or through a table."""
    for institution in pack.institutions.values():
        for one in institution.statements:
            clause = one.edition.clause
            if isinstance(clause, Register):
                for name in sorted(clause.derived.keys() - set(ordered(clause, pack.rules))):
                    message = f'{one.id}: "{name}" is worked out from itself'
                    yield institution.document.error((*one.path, "fields", name), message, "cut the circle")
