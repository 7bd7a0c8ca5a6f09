"""What a table with `gives` expands to: who is entitled, to what, numbered how, for how long (grammar part 2, 2.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yinuo.engine.clauses.table import FromRegister, Grant, Table
from yinuo.rulebook.parts import Part, Raw, listed, without_nulls


def given(id_: str, clause: Table, raw: Raw) -> Iterator[Part]:
    """What the rows do not give may not be given; nor without what the grant must name, twice under one number, or for ever."""
    maker = _Given(id_, clause, raw)
    yield maker.rows()
    if clause.grant is not None:
        yield from maker.granted(clause.grant, raw["grant"])


class _Given:
    def __init__(self, id_: str, clause: Table, raw: Raw) -> None:
        self.id, self.clause, self.raw = id_, clause, raw
        self.gives = [name for one in clause.gives for name in one.activities]

    def rows(self) -> Part:
        clause = self.clause
        asked = clause.on[0].activities[0] if clause.on and clause.on[0].activities else None
        rule = {"rule": "entitled", "event": self.raw["gives"], "rows": self._rows(), "match": clause.match}
        more = {"zh": clause.zh, "en": clause.en, "applies_by": clause.as_of or asked}
        return Part("constraint", f"{self.id}.given", ("gives",), without_nulls({**self._base(), **rule, **more}))

    def _rows(self) -> Any:
        """The rows; an entry of a register entitles to what it says, so that what is given must be said."""
        read = self.clause.rows_from
        if not isinstance(read, FromRegister) or not read.then:
            return self.raw["rows"]
        on = {**read.on, **{column: field for field, column in read.then.items()}}
        return [{"when": {next(iter(on.values())): {"listed": {"in": read.register_, "on": on}}}}]

    def granted(self, grant: Grant, raw: Raw) -> Iterator[Part]:
        """What hangs on the grant beside its rows."""
        needs = [*grant.needs, *([grant.number.field] if grant.number is not None else [])]
        if needs:
            events = [{**_event(one), name: {"known": False}} for one in listed(self.raw["gives"]) for name in needs]
            key = "needs" if grant.needs else "number"
            zh, en = "须写明规定的内容", "not without what must be stated"
            yield self._rule("given-with", key, zh, en, rule="absence", event=events, max=0)
        if grant.number is not None:
            zh, en = "一个编号只用一次", "one number, one grant"
            thread = [grant.number.field]
            yield self._rule("numbered", "number", zh, en, rule="absence", event=self.gives, max=1, thread=thread)
        if grant.valid is not None and (grant.ends or grant.revoke):
            yield self._valid(grant, raw)
        if grant.uses:
            yield from self._uses(grant)

    def _valid(self, grant: Grant, raw: Raw) -> Part:
        clause = self.clause
        return Part("promise", f"{self.id}.valid", ("grant", "valid"), without_nulls({
            "zh": f"{clause.zh}：有效期", "en": f"{clause.en}: in force" if clause.en else None, "for": self.raw.get("for"),
            "on": [*self.gives, *grant.renew], "until": list(grant.revoke) or grant.ends, "again": "restart",
            "within": raw["valid"], "silence": {"means": grant.ends} if grant.ends else None, "party": True,
        }))  # fmt: skip

    def _uses(self, grant: Grant) -> Iterator[Part]:
        uses, begins = list(grant.uses), [*self.gives, *grant.renew]
        zh, en = "没有准予的不得享受", "nothing is used that was not granted"
        yield self._rule("used-granted", "uses", zh, en, rule="precedence", first=begins, then=uses)
        over = [*grant.revoke, *([grant.ends] if grant.ends else [])]
        if over:
            zh, en = "失效或者收回以后不得享受", "nothing is used once it has run out or was taken back"
            stretch = {"from": over, "to": begins}
            yield self._rule("used-in-force", "uses", zh, en, rule="absence", event=uses, max=0, **{"while": stretch})
        if grant.benefits:
            zh, en = "只享受规定的优待", "only the benefits the text names"
            event = {"event": uses, "benefit": {"not": list(grant.benefits)}}
            yield self._rule("benefits", "benefits", zh, en, rule="absence", event=event, max=0)

    def _base(self) -> dict[str, Any]:
        clause = self.clause
        return {"block": clause.block, "level": clause.level, "answers": clause.answers, "for": self.raw.get("for")}

    def _rule(self, name: str, key: str, zh: str, en: str, **raw: Any) -> Part:
        clause = self.clause
        told = {"zh": f"{clause.zh}：{zh}", "en": f"{clause.en}: {en}" if clause.en else None}
        return Part("constraint", f"{self.id}.{name}", ("grant", key), without_nulls({**self._base(), **told, **raw}))


def _event(raw: Any) -> dict[str, Any]:
    return {"event": raw} if isinstance(raw, str) else dict(raw)


def rows_of_register(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The one row that stands for all entries of a register: it holds where one has these values."""
    on = raw.get("on")
    if not isinstance(on, Mapping) or not on:
        return []
    return [{"when": {next(iter(on.values())): {"listed": {"in": raw.get("register"), "on": dict(on)}}}}]
