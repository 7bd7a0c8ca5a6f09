"""Countersigning: what several who were asked come to, as the text says it (grammar 1.2, `sign`)."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from yinuo.engine.clauses.flow import Sign, Step


@dataclass(frozen=True)
class Verdict:
    """Who said what so far, and what that comes to. The one reading of `sign`: deciding and judging both ask it."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    silent: tuple[str, ...]
    """Asked and not heard yet."""
    needed: int
    vetoed: tuple[str, ...]
    is_settled: bool
    """Whether the step is done: what follows may be done, and nobody is waited for any more."""

    @property
    def is_carried(self) -> bool:
        """Whether enough agree and nobody who may has said no."""
        return len(self.yes) >= self.needed and not self.vetoed

    @property
    def is_lost(self) -> bool:
        """Whether those not heard yet could no longer carry it."""
        return bool(self.vetoed) or len(self.yes) + len(self.silent) < self.needed


def verdict(step: Step, said: Mapping[str, str], asked: Collection[str]) -> Verdict:
    """What the answers come to: `said` is the last activity of each key, `asked` are the keys of the list, each once."""
    sign = step.sign
    assert sign is not None
    keys = tuple(dict.fromkeys(asked))
    against = sign.no or tuple(one for one in step.does if one not in sign.yes)
    yes = tuple(key for key in keys if said.get(key) in sign.yes)
    no = tuple(key for key in keys if said.get(key) in against)
    silent = tuple(key for key in keys if key not in said)
    vetoed = tuple(key for key in no if _may_veto(sign, key))
    found = Verdict(yes, no, silent, needed(sign, len(keys)), vetoed, is_settled=not silent)
    if found.is_settled or waits(sign):
        return found
    is_safe = found.is_carried and not any(_may_veto(sign, key) for key in silent)
    return Verdict(yes, no, silent, found.needed, vetoed, is_settled=found.is_lost or is_safe)


def needed(sign: Sign, asked: int) -> int:
    """How many of so many asked must say yes: one at least, so that where nobody was asked nothing is agreed.

    A share is rounded up.
    """
    rule = sign.needs
    if isinstance(rule, Fraction):
        return max(1, math.ceil(rule * asked))
    if isinstance(rule, int):
        return rule
    return max(1, {"all": asked, "any": 1, "majority": asked // 2 + 1}[rule])


def waits(sign: Sign) -> bool:
    """Whether everybody asked is heard before anything follows."""
    return sign.needs == "all" if sign.wait is None else sign.wait


def _may_veto(sign: Sign, key: str) -> bool:
    return sign.veto if isinstance(sign.veto, bool) else key in sign.veto
