"""A figure's definition in words, straight from its clause."""

from __future__ import annotations

from yinuo.cli.report.words import STATES, Name, Names
from yinuo.engine.clauses.conditions import Condition, FieldValue, Scalar, Test
from yinuo.engine.clauses.indicator import Indicator

_OVER = {
    "cases": Name("办件", "cases"),
    "clocks": Name("计时", "clocks"),
    "findings": Name("提示", "findings"),
    "events": Name("事件", "events"),
    "holdings": Name("持有时段", "holdings"),
}
_MEASURE = {
    "count": Name("件数", "number"),
    "share": Name("占比", "share"),
    "sum": Name("合计", "sum"),
    "mean": Name("平均", "mean"),
    "median": Name("中位数", "median"),
    "p90": Name("第九十百分位", "90th percentile"),
    "min": Name("最小", "smallest"),
    "max": Name("最大", "largest"),
    "distinct": Name("不重复个数", "distinct"),
    "ratio": Name("比", "ratio"),
}
_PERIOD = {
    "day": Name("每日", "a day"),
    "week": Name("每周", "a week"),
    "month": Name("每月", "a month"),
    "quarter": Name("每季", "a quarter"),
    "half": Name("每半年", "a half-year"),
    "year": Name("每年", "a year"),
    "all": Name("全期", "the whole time"),
}


_WORDS = {
    "institution": "制度",
    "clause": "条款",
    "state": "状态",
    "level": "等级",
    "unit": "单位",
    "item": "事项",
    "kind": "种类",
    "did": "发生过",
    "event": "事件",
    "activity": "活动",
    "city": "全市",
    "used": "用时",
    "allowed": "期限",
}


def definition(clause: Indicator, names: Names) -> Name:
    """What is counted over what, by whom and when; from which n on there is a value."""
    return Name(_definition(clause, "zh", names), _definition(clause, "en", names))


def _definition(clause: Indicator, lang: str, names: Names) -> str:
    zh = lang == "zh"
    speller = _Speller(lang, names)
    over = _pick(_over(clause.over, names), lang)
    measure = _pick(_MEASURE.get(clause.measure, Name(clause.measure, clause.measure)), lang)
    where = speller.condition(clause.where)
    parts = [
        f"{over}{f'（{where}）' if where else ''}的{measure}"
        if zh
        else f"{measure} of {over}{f' ({where})' if where else ''}"
    ]
    if clause.count is not None:
        parts.append(("计入：" if zh else "counted: ") + speller.condition(clause.count))
    if clause.value is not None:
        field = clause.value if isinstance(clause.value, str) else clause.value.field
        parts.append(("取值：" if zh else "value: ") + speller.word(field))
    if clause.exempt is not None:
        parts.append(("不计：" if zh else "left out: ") + speller.condition(clause.exempt))
    by = " × ".join(speller.word(field) for field in (clause.subject, *clause.by))
    period = _pick(_PERIOD[clause.period], lang)
    parts.append(f"{period}，按{by}" if zh else f"by {by}, {period}")
    if clause.min_n > 1:
        parts.append(f"n 不足 {clause.min_n} 不出值" if zh else f"no value below n = {clause.min_n}")
    return "；".join(parts) + "。" if zh else "; ".join(parts) + "."


def _over(over: str, names: Names) -> Name:
    """What is counted: clocks:institution/clause are the clocks of that clause."""
    rows, _, clause = over.partition(":")
    name = _OVER.get(rows, Name(rows, rows))
    if not clause:
        return name
    title = names.clause(clause) if "/" in clause else names.clause_called(clause)
    return Name(f"“{title.zh}”的{name.zh}", f"{name.en} of “{title.en}”")


def _pick(name: Name, lang: str) -> str:
    return name.zh if lang == "zh" else name.en


def simple_tests(condition: Condition | None) -> tuple[dict[str, tuple[str, ...]], bool]:
    """The tests that are plain equality or membership, and whether the condition is made of nothing else."""
    if condition is None:
        return {}, True
    if len(condition.any_of) != 1:
        return {}, False
    plain = {
        field: tuple(str(value) for value in test.equal)
        for field, test in condition.any_of[0]
        if test.equal is not None and test == Test(equal=test.equal)
    }
    return plain, len(plain) == len(condition.any_of[0])


class _Speller:
    """Conditions in one language, near enough to the text to be checked against it."""

    def __init__(self, lang: str, names: Names) -> None:
        self._lang = lang
        self._names = names

    def word(self, field: str) -> str:
        """A field's name."""
        return _WORDS.get(field, field) if self._lang == "zh" else field

    def condition(self, condition: Condition | None) -> str:
        """A whole condition: rows joined by "or", tests by commas."""
        if condition is None:
            return ""
        either = " 或 " if self._lang == "zh" else " or "
        comma = "，" if self._lang == "zh" else ", "
        return either.join(comma.join(self._test(field, test) for field, test in row) for row in condition.any_of)

    def _test(self, field: str, test: Test) -> str:
        name = self.word(field)
        signs: list[tuple[str, object]] = [
            ("=", test.equal), ("≠", test.unequal), ("=", test.same_as), ("≥", test.min), ("≤", test.max),
            (">", test.above), ("<", test.below), ("∋", test.has), ("∋", test.contains),
        ]  # fmt: skip
        parts = [f"{name} {sign} {self._bound(field, bound)}" for sign, bound in signs if bound is not None]
        if test.known is not None:
            known = ("已知", "未知") if self._lang == "zh" else ("known", "unknown")
            parts.append(f"{name} {known[0] if test.known else known[1]}")
        for sign, look in (("∈", test.listed), ("∉", test.unlisted)):
            if look is not None:
                parts.append(f"{name} {sign} {look.table}")
        if test.through is not None:
            parts.append(
                f"{name}（{self.condition(test.through)}）"
                if self._lang == "zh"
                else f"{name} ({self.condition(test.through)})"
            )
        return ", ".join(parts)

    def _bound(self, field: str, bound: object) -> str:
        if isinstance(bound, FieldValue):
            return self.word(bound.field)
        values = bound if isinstance(bound, tuple) else (bound,)
        return " / ".join(self._value(field, value) for value in values)

    def _value(self, field: str, value: Scalar) -> str:
        known = {
            "state": STATES.get(str(value)),
            "level": self._names.level(str(value)),
            "clause": self._names.clause_called(str(value)),
            "institution": self._names.institution(str(value)),
            "did": self._names.activity(str(value)),
            "event": self._names.activity(str(value)),
            "activity": self._names.activity(str(value)),
            "unit": self._names.unit(str(value)),
            "item": self._names.item(str(value)),
        }.get(field)
        return _pick(known, self._lang) if known else str(value)
