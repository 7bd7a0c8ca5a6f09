"""Acts without a word: what a person can do must be called something in every language the pack declares."""

from __future__ import annotations

from collections.abc import Iterator

from yinuo.engine.clauses.flow import Flow
from yinuo.rulebook.loader import Pack
from yinuo.rulebook.refusals import TextError


def check_wording(pack: Pack) -> Iterator[TextError]:
    """A warning for each flow with acts that have no word in Chinese, or in English where the pack has an English name."""
    languages = {"zh": pack.rules.activities} | ({"en": pack.rules.acts} if pack.en else {})
    told: set[tuple[str, str]] = set()
    for institution in pack.institutions.values():
        for one in institution.statements:
            flow = one.edition.clause
            acts = (
                [name for step in flow.steps if not step.auto for name in step.does] if isinstance(flow, Flow) else ()
            )
            for language, words in languages.items():
                bare = [name for name in dict.fromkeys(acts) if name not in words and (language, name) not in told]
                told |= {(language, name) for name in bare}
                if bare:
                    message = f"{one.id}: acts without a word in {language}: {', '.join(bare)}"
                    remedy = f'name them under [activities]: {bare[0]} = {{ zh = "…", en = "…" }}'
                    yield institution.document.error(one.path, message, remedy, warning=True)
