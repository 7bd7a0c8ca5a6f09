"""A figure's definition in words, straight from its clause."""

from __future__ import annotations

from yinuo.cli.report.words import Name
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


def definition(clause: Indicator) -> Name:
    """What is counted over what, by whom and when; from which n on there is a value."""
    over = _OVER.get(clause.over, Name(clause.over, clause.over))
    measure = _MEASURE.get(clause.measure, Name(clause.measure, clause.measure))
    period = _PERIOD[clause.period]
    where, counted = condition_text(clause.where), condition_text(clause.count)
    zh = [f"{over.zh}{f'（{where}）' if where else ''}的{measure.zh}"]
    en = [f"{measure.en} of {over.en}{f' ({where})' if where else ''}"]
    if counted:
        zh.append(f"计入：{counted}")
        en.append(f"counted: {counted}")
    if clause.value is not None:
        field = clause.value if isinstance(clause.value, str) else clause.value.field
        zh.append(f"取值：{field}")
        en.append(f"value: {field}")
    if clause.exempt is not None:
        zh.append(f"不计：{condition_text(clause.exempt)}")
        en.append(f"left out: {condition_text(clause.exempt)}")
    zh.append(f"{period.zh}，按 {' × '.join([clause.subject, *clause.by])}")
    en.append(f"by {' × '.join([clause.subject, *clause.by])}, {period.en}")
    if clause.min_n > 1:
        zh.append(f"n 不足 {clause.min_n} 不出值")
        en.append(f"no value below n = {clause.min_n}")
    return Name("；".join(zh) + "。", "; ".join(en) + ".")


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


def condition_text(condition: Condition | None) -> str:
    """A condition as its author wrote it, near enough to be checked against the text."""
    if condition is None:
        return ""
    return " ∨ ".join(", ".join(_test_text(field, test) for field, test in row) for row in condition.any_of)


def _test_text(field: str, test: Test) -> str:
    parts = []
    if test.equal is not None:
        parts.append(f"{field} = {_values(test.equal)}")
    if test.unequal is not None:
        parts.append(f"{field} ≠ {_values(test.unequal)}")
    if test.same_as is not None:
        parts.append(f"{field} = {test.same_as.field}")
    for sign, bound in (("≥", test.min), ("≤", test.max), (">", test.above), ("<", test.below)):
        if bound is not None:
            parts.append(f"{field} {sign} {bound.field if isinstance(bound, FieldValue) else bound}")
    if test.known is not None:
        parts.append(f"{field} {'known' if test.known else 'unknown'}")
    if test.has is not None:
        parts.append(f"{field} ∋ {_values(test.has)}")
    if test.contains is not None:
        parts.append(f"{field} ∋ {_values(test.contains)}")
    if test.listed is not None:
        parts.append(f"{field} ∈ {test.listed.table}")
    if test.unlisted is not None:
        parts.append(f"{field} ∉ {test.unlisted.table}")
    if test.through is not None:
        parts.append(f"{field} ({condition_text(test.through)})")
    return ", ".join(parts)


def _values(values: tuple[Scalar, ...]) -> str:
    return " | ".join(str(value) for value in values)
