"""What a register or a table with `gives` means in terms of flows, promises, constraints and figures (grammar 2.4, 2.7).

One evaluator judges all of it: what stands here are clauses as a text could have written them, with ids no author can
take (`catalogue.due`) and the place of the key they come from. `yinuo check --expand` prints them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from yinuo.engine.clauses.common import Clause
from yinuo.engine.clauses.flow import Flow
from yinuo.engine.clauses.register import (
    CHANGED,
    CLOSED,
    DISPOSED,
    ENTERED,
    MOVED,
    PROLONGED,
    PUBLISHED,
    REOPENED,
    STAGE,
    STRUCK,
    TOUCHES,
    VERIFIED,
    Cadence,
    Register,
)
from yinuo.engine.clauses.table import Table
from yinuo.engine.entries import child_of
from yinuo.rulebook.granting import given
from yinuo.rulebook.parts import Part, Raw, listed, without_nulls
from yinuo.rulebook.places import Path_

PERIODS = {
    "1 day": "day",
    "1 week": "week",
    "1 month": "month",
    "3 months": "quarter",
    "6 months": "half",
    "1 year": "year",
}
"""The lengths of a cadence of units, and the period each is."""
_DOERS = {"enterer": ENTERED, "handler": CHANGED, "verifier": VERIFIED}


def expanded(institution: str, id_: str, clause: Clause, raw: Raw) -> Iterator[Part]:
    """The clauses a clause stands for beside itself; none for those that are evaluated as they stand."""
    if isinstance(clause, Table) and clause.gives and clause.level is not None:
        yield from given(id_, clause, raw)
    elif isinstance(clause, Register):
        yield from _Book(institution, id_, clause, raw).parts()
    elif isinstance(clause, Flow):
        yield from signed(id_, clause, raw)


def signed(id_: str, clause: Flow, raw: Raw) -> Iterator[Part]:
    """For each step that several sign: what only a carried vote allows is refused while it is not carried."""
    for index, (step, told) in enumerate(zip(clause.steps, listed(raw.get("steps")), strict=False)):
        sign = step.sign
        if sign is None or not sign.allows or sign.level is None:
            continue
        own = {key: told[key] for key in ("id", "does", "each", "as", "sign") if key in told}
        yield Part("constraint", f"{id_}.{step.id}", ("steps", index, "sign"), without_nulls({
            "zh": clause.zh, "en": clause.en, "for": {"kind": id_}, "rule": "countersigned", "first": list(step.does),
            "then": list(sign.allows), "signed": own, "block": True, "level": sign.level,
        }))  # fmt: skip


def kind_of(institution: str, register: str) -> str:
    """The kind of case an entry of a register is."""
    return f"{institution}/{register}"


class _Book:
    """One register, spelt out."""

    def __init__(self, institution: str, id_: str, clause: Register, raw: Raw) -> None:
        self.id = id_
        self.clause = clause
        self.raw = raw
        self.kind = kind_of(institution, id_)
        self.counts_from = VERIFIED if clause.verify else ENTERED

    def parts(self) -> Iterator[Part]:
        """The flow of an entry, then what binds it."""
        yield Part("flow", self.kind, (), self._flow())
        yield from self._people()
        yield from self._contents()
        yield from self._due()
        yield from self._closing()
        yield from self._moving()
        yield from self._publishing()
        for index, cadence in enumerate(self.clause.cadence):
            if cadence.per == "entry" or cadence.every in PERIODS:
                yield self._cadence(index, cadence)
        if self.clause.complete is not None:
            yield self._complete(self.clause.complete)

    def _flow(self) -> dict[str, Any]:
        clause = self.clause
        fields = {
            name: without_nulls({
                "is": one.word, "of": one.raw, "in": one.book or one.in_, "sealed": list(one.sealed) or None,
                "one": one.one or None, "derived": one.is_derived or None, "zh": one.zh, "en": one.en,
            })
            for name, one in clause.fields.items()
        }  # fmt: skip
        if clause.publish is not None and "medium" not in fields:
            fields["medium"] = {"is": "choice", "of": clause.publish.medium.raw}
        if clause.states.of:
            fields[STAGE] = {"is": "choice", "of": clause.states.raw, "zh": "状态", "en": "stage"}
        back = [{"on": REOPENED, "to": "close"}] if clause.close is not None else None
        return without_nulls({
            "zh": clause.zh, "en": clause.en, "opens": ENTERED,
            "ends": [name for name, is_there in ((CLOSED, clause.close), (STRUCK, clause.strike)) if is_there],
            "holder": {ENTERED: clause.holder}, "fields": fields, "steps": list(self._steps()), "back": back,
            "public": True if clause.publish is not None else None,
        })  # fmt: skip

    def _steps(self) -> Iterator[dict[str, Any]]:
        clause = self.clause
        asked = [name for name, one in clause.fields.items() if one.required and not one.is_derived]
        yield _step("enter", clause.enter, [ENTERED], ask=asked)
        yield _step("change", clause.enter, [CHANGED], after=["enter"], anytime=True)
        last = ["enter"]
        if clause.states.of:
            yield _step("move", clause.enter, [MOVED], after=last, anytime=True, ask=[STAGE])
        if clause.verify is not None:
            yield _step("verify", clause.verify, [VERIFIED], after=last, not_by=["enter"])
            last = ["verify"]
        if clause.extend is not None:
            asked = [*([clause.extend.to] if clause.extend.to else []), *clause.extend.needs]
            yield _step("prolong", clause.extend.approver, [PROLONGED], after=["enter"], anytime=True, ask=asked)
        if clause.publish is not None:
            who, others = clause.publish.checker or clause.enter, ["enter"] if clause.publish.checker else []
            yield _step("publish", who, [PUBLISHED], after=last, anytime=True, not_by=others, ask=["medium"])
        if clause.close is not None:
            steps = {"enterer": "enter", "handler": "change", "verifier": "verify"}
            others = [steps[one] for one in clause.close.not_ if one != "verifier" or clause.verify]
            yield _step("close", clause.close.by, [CLOSED, REOPENED], after=last, not_by=others, ask=clause.close.needs)
        if clause.strike is not None:
            yield _step("strike", clause.strike.by, [STRUCK], after=["enter"], anytime=True, ask=clause.strike.needs)

    def _rule(self, name: str, path: Path_, zh: str, en: str, **raw: Any) -> Part:
        """A constraint on the entries: refused at once, recorded where it happened elsewhere."""
        base = {
            "zh": f"{self.clause.zh}：{zh}", "en": f"{self.clause.en}: {en}" if self.clause.en else None,
            "for": {"kind": self.kind}, "block": True, "level": self.clause.level, "answers": self.clause.holder,
        }  # fmt: skip
        return Part("constraint", f"{self.id}.{name}", path, without_nulls({**base, **raw}))

    def _another(
        self, name: str, path: Path_, doers: list[str], does: str, *, zh: str, en: str, level: str | None
    ) -> Part:
        level = level or self.clause.level
        return self._rule(
            name, path, zh, en, rule="not_coexistence", one=doers, other=does, same=["actor"], level=level
        )  # fmt: skip

    def _people(self) -> Iterator[Part]:
        clause = self.clause
        if clause.verify is not None:
            yield self._another(
                "verified-by-another", ("verify",), list(TOUCHES), VERIFIED, level=None,
                zh="登记人不得审核自己的登记", en="nobody verifies their own entry",
            )  # fmt: skip
        for key, does, how, zh, en in (
            ("close", CLOSED, clause.close, "经办人不得自己核销", "who handled it does not write it off"),
            ("strike", STRUCK, clause.strike, "登记人不得自己注销", "who entered it does not strike it"),
        ):
            if how is not None and how.not_:
                doers = [_DOERS[one] for one in how.not_ if one != "verifier" or clause.verify]
                yield self._another(f"{does}-by-another", (key, "not"), doers, does, zh=zh, en=en, level=None)

    def _contents(self) -> Iterator[Part]:
        """What an entry must, and may not, hold."""
        clause = self.clause
        ranges = [
            {"event": list(TOUCHES), name: {test: bound}}
            for name, one in clause.fields.items()
            for test, bound in (("below", one.min), ("above", one.max))
            if bound is not None
        ]
        if ranges:
            zh, en = "数值超出规定范围", "a value outside its range"
            yield self._rule("range", ("fields",), zh, en, rule="absence", event=ranges, max=0)
        for index, (filled, raw) in enumerate(zip(clause.while_, listed(self.raw.get("while")), strict=True)):
            events = [
                {"event": [*TOUCHES, VERIFIED, PUBLISHED, CLOSED], **row, name: {"known": False}}
                for row in listed(raw["where"])
                for name in filled.fields
                if name not in row
            ]
            zh, en = self._called(filled.fields)
            zh, en = filled.zh or f"此时“{zh}”不得为空", filled.en or f"{en} must be filled"
            level = filled.level or clause.level
            yield self._rule(
                f"while-{index + 1}", ("while", index), zh, en, rule="absence", event=events, max=0, level=level
            )
        for index, (refusal, raw) in enumerate(zip(clause.refuse, listed(self.raw.get("refuse")), strict=True)):
            events = [{"event": [*TOUCHES, PUBLISHED], **row} for row in listed(raw["when"])]
            yield self._rule(
                f"refuse-{index + 1}", ("refuse", index), refusal.zh, refusal.en or refusal.zh,
                rule="absence", event=events, max=0, level=refusal.level or clause.level,
            )  # fmt: skip
        if clause.unique:
            zh, en = self._called(clause.key)
            zh, en = f"同一“{zh}”只登记一次", f"one entry for each {en}"
            yield self._rule(
                "unique", ("unique",), zh, en, rule="absence", event=ENTERED, max=1, thread=list(clause.key)
            )  # fmt: skip

    def _promise(self, name: str, path: Path_, zh: str, en: str, **raw: Any) -> Part:
        base = {
            "zh": f"{self.clause.zh}：{zh}", "en": f"{self.clause.en}: {en}" if self.clause.en else None,
            "for": {"kind": self.kind}, "answers": self.clause.holder,
        }  # fmt: skip
        return Part("promise", f"{self.id}.{name}", path, without_nulls({**base, **raw}))

    def _called(self, names: Sequence[str]) -> tuple[str, str]:
        """What these fields are called, in Chinese and in English."""
        own = self.clause.fields
        zh = [own[name].zh or name if name in own else name for name in names]
        en = [own[name].en or name if name in own else name for name in names]
        return "、".join(zh), ", ".join(en)

    def _due(self) -> Iterator[Part]:
        due, clause = self.clause.due, self.clause
        if due is None:
            return
        raw = dict(self.raw["due"])
        limit = {"due_on": due.on} if due.on is not None else {"within": raw["within"]}
        extend = None
        if clause.extend is not None:
            own = {key: value for key, value in self.raw["extend"].items() if key != "approver"}
            extend = {"on": PROLONGED, **own}
        yield self._promise(
            "due", ("due",), "限期办结", "closed by its day", on=ENTERED, until=CLOSED,
            void=STRUCK if clause.strike is not None else None, levels=raw.get("levels"), basis=due.basis,
            extend=extend, **limit,
        )  # fmt: skip

    def _closing(self) -> Iterator[Part]:
        for key, does, how in (("close", CLOSED, self.clause.close), ("strike", STRUCK, self.clause.strike)):
            if how is not None and how.needs:
                events = [{"event": does, name: {"known": False}} for name in how.needs]
                zh, en = self._called(how.needs)
                zh, en = f"没有“{zh}”不得办理", f"not without {en}"
                yield self._rule(f"{does}-with", (key, "needs"), zh, en, rule="absence", event=events, max=0)
        strike = self.raw.get("strike", {})
        if "when" in strike:
            rows = [{"when": strike["when"]}]
            zh, en = "不具备注销条件", "nothing allows it to be struck"
            yield self._rule("struck-when", ("strike", "when"), zh, en, rule="entitled", event=STRUCK, rows=rows)

    def _moving(self) -> Iterator[Part]:
        """States are gone through one after the other; what hangs on an entry being open; how long it is kept."""
        clause, close = self.clause, self.clause.close
        words = clause.states.called
        for number, (before, state) in enumerate(pairwise(clause.states.of), 1):
            zh = f"未到“{words(before, 'zh')}”不得转入“{words(state, 'zh')}”"
            en = f"not {words(state, 'en')} before {words(before, 'en')}"
            first = ENTERED if number == 1 else {"event": MOVED, STAGE: before}
            then = {"event": MOVED, STAGE: state}
            yield self._rule(f"state-{number}", ("states", number), zh, en, rule="precedence", first=first, then=then)
        if close is not None and close.state is not None:
            zh, en = f"未到“{words(close.state, 'zh')}”不得核销", f"not written off before {words(close.state, 'en')}"
            first = {"event": MOVED, STAGE: close.state}
            yield self._rule("closed-state", ("close", "state"), zh, en, rule="precedence", first=first, then=CLOSED)
        if close is not None and close.children is not None:
            book, field = child_of(close.children)
            zh, en = "还有没有办结的下级登记，不得核销", "not written off while something under it is open"
            event = {"event": CLOSED, "case": {"listed": {"in": f"{book}:open", "on": {field: "case"}}}}
            yield self._rule("children-closed", ("close", "children"), zh, en, rule="absence", event=event, max=0)
        over = [one for one, is_there in ((CLOSED, close), (STRUCK, clause.strike)) if is_there]
        if clause.retain is not None and over:
            yield self._promise(
                "retain", ("retain",), "留存期", "kept until", on=over, until=DISPOSED, within=self.raw["retain"],
                party=True, basis="statutory",
            )  # fmt: skip

    def _publishing(self) -> Iterator[Part]:
        clause, publish = self.clause, self.clause.publish
        if publish is None:
            return
        if publish.checker is not None:
            yield self._another(
                "published-by-another", ("publish", "checker"), list(TOUCHES), PUBLISHED, level=None,
                zh="登记人不得自己公布", en="who wrote it does not let it out",
            )  # fmt: skip
        if clause.verify is not None:
            zh, en = "未经审核不得公布", "nothing is published before it is verified"
            yield self._rule(
                "published-verified", ("publish",), zh, en, rule="precedence", first=VERIFIED, then=PUBLISHED
            )
        raw = self.raw["publish"]
        if "where" in raw:
            zh, en = "不具备公布条件", "nothing allows it to be published"
            yield self._rule(
                "published-where", ("publish", "where"), zh, en, rule="entitled", event=PUBLISHED,
                rows=[{"when": raw["where"]}],
            )  # fmt: skip
        if publish.every is not None:
            yield self._again(
                "fresh", ("publish", "every"), "按期更新公布", "published again in time", does=PUBLISHED,
                every=raw["every"], levels=raw.get("levels"), where=raw.get("where"),
            )  # fmt: skip

    def _again(
        self, name: str, path: Path_, zh: str, en: str, *, does: str, every: Any, levels: Any, where: Any
    ) -> Part:  # fmt: skip
        """A heartbeat: what keeps the clock opens the next."""
        on: list[Any] = [{"event": [self.counts_from, does], **row} for row in listed(where)] or [
            self.counts_from,
            does,
        ]
        over = [one for one, is_there in ((CLOSED, self.clause.close), (STRUCK, self.clause.strike)) if is_there]
        return self._promise(name, path, zh, en, on=on, until=does, void=over or None, within=every, levels=levels)

    def _cadence(self, index: int, cadence: Cadence) -> Part:
        raw = listed(self.raw["cadence"])[index]
        name, path = f"cadence-{index + 1}", ("cadence", index)
        zh, en = (
            cadence.zh or f"每{cadence.every}至少{cadence.min}次",
            cadence.en or f"{cadence.min} every {cadence.every}",
        )
        if cadence.per != "entry":
            return self._figure(
                name, path, zh, en, over="cases", measure="count", at="opened_at", subject=cadence.per,
                where=[{"kind": self.kind, **row} for row in listed(raw.get("where"))] or {"kind": self.kind},
                period=PERIODS[cadence.every], target=cadence.min,
            )  # fmt: skip
        does = cadence.does or (PUBLISHED if self.clause.publish is not None else CHANGED)
        field = cadence.every.removeprefix("field:")
        every = {"field": field} if field != cadence.every else cadence.every
        levels = [{"level": cadence.level or self.clause.level, "late": raw.get("grace", 0)}]
        return self._again(name, path, zh, en, does=does, every=every, levels=levels, where=raw.get("where"))

    def _complete(self, subject: str) -> Part:
        zh, en = "每个单位都应有登记", "every unit has an entry"
        return self._figure(
            "complete", ("complete",), zh, en, over=f"register:{self.id}", measure="count", stock=True,
            subject=subject, period="month", target=1,
        )  # fmt: skip

    def _figure(self, name: str, path: Path_, zh: str, en: str, **raw: Any) -> Part:
        base = {
            "zh": f"{self.clause.zh}：{zh}", "en": f"{self.clause.en}: {en}" if self.clause.en else None, "better": "high",
        }  # fmt: skip
        return Part("indicator", f"{self.id}.{name}", path, without_nulls({**base, **raw}))


def _step(id_: str, by: str, does: list[str], **more: Any) -> dict[str, Any]:
    return {"id": id_, "by": by, "does": does} | {key: _plain(value) for key, value in more.items() if value}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
