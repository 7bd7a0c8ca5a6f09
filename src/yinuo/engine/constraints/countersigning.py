"""`countersigned`: what several must agree to is done only while their answers carry it; the refusal says who did not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from yinuo.engine.clauses.flow import Step
from yinuo.engine.constraints.scene import Scene, Violations
from yinuo.engine.signing import Verdict, verdict
from yinuo.kernel.instants import Int64


def countersigned(scene: Scene) -> Violations:
    """Each event of `then` at which the answers so far do not carry it. Of each who was asked the last answer counts."""
    rows = scene.accusable(scene.clause.then)
    wrong = [not one.is_carried for one in verdicts(scene, rows)]
    return Violations.of(rows[np.array(wrong, np.bool_)])


def reasons(scene: Scene, rows: Int64) -> pl.DataFrame:
    """For each such event how many had to agree, and who said what."""
    found = list(verdicts(scene, rows))
    names = pl.List(pl.String)
    return pl.DataFrame({
        "needed": pl.Series([one.needed for one in found], dtype=pl.Int32),
        **{name: pl.Series([list(getattr(one, name)) for one in found], dtype=names)
           for name in ("yes", "no", "silent", "vetoed")},
    })  # fmt: skip


def verdicts(scene: Scene, rows: Int64) -> Iterator[Verdict]:
    """What the answers before each of these events come to."""
    step, history = scene.clause.signed, scene.context.history
    assert step is not None
    answers = scene.found(scene.clause.first)
    keys = _texts(scene, step.as_ or step.each or "", answers)
    asked = _lists(scene, step, rows)
    begin = np.searchsorted(answers, history.low[history.case[rows]])
    end = np.searchsorted(answers, rows)
    activities = history.activity[answers]
    for index, (low, high) in enumerate(zip(begin.tolist(), end.tolist(), strict=True)):
        said = {
            key: history.activities[code]
            for key, code in zip(keys[low:high], activities[low:high].tolist(), strict=True)
            if key is not None
        }
        yield verdict(step, said, asked[index])


def _texts(scene: Scene, name: str, rows: Int64) -> list[str | None]:
    values: list[str | None] = scene.context.history.column(name, rows).series().cast(pl.String).to_list()
    return values


def _lists(scene: Scene, step: Step, rows: Int64) -> list[list[str]]:
    column = scene.context.history.column(step.each or "", rows)
    if column.lists is None:
        return [[] for _row in rows]
    return [[str(one) for one in many or ()] for many in column.lists.to_list()]
