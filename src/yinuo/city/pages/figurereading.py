"""An indicator in sentences: what it counts, over what, from which other figures, and when it says nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from yinuo.city.pages.words import Words
from yinuo.engine.clauses.indicator import Indicator
from yinuo.engine.statistics import wilson

FIGURES = frozenset({"ratio", "cut", "change", "streak", "score"})
"""Measures reckoned from other figures."""


@dataclass(frozen=True, slots=True)
class Share:
    """k of n, with its interval; all null where n is too small to say anything (D21, invariants 45 and 58)."""

    value: float | None = None
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, k: float, n: float, *, least: float = 1) -> Share:
        """The share and its interval; nothing below `least`, and never of nothing."""
        if n < least or n <= 0:
            return cls()
        lows, highs = wilson(np.array([k]), np.array([n]))
        return cls(k / n, float(lows[0]), float(highs[0]))


def item_type(code: str) -> str:
    """The word for a type of item (GB/T 39554); the code, when it is none."""
    return {
        "01": _("行政许可"), "02": _("行政处罚"), "03": _("行政强制"), "04": _("行政征收"), "05": _("行政给付"), "06": _("行政检查"),
        "07": _("行政确认"), "08": _("行政奖励"), "09": _("行政裁决"), "10": _("其他行政权力"), "20": _("公共服务"),
    }.get(code, code)  # fmt: skip


def sentences_of(
    one: Indicator, words: Words, *, condition: Callable[[Any], str], field: Callable[[str], str]
) -> list[str]:
    """How a figure is reckoned: the formula that is published (E078)."""
    found = [_from_figures(one, words)] if one.measure in FIGURES else [_from_rows(one, words)]
    if one.value and isinstance(one.value, str) and one.measure not in FIGURES:
        found.append(_("取值：%(value)s。") % {"value": field(one.value)})
    if one.where:
        among = _("分母：%(where)s。") if one.measure == "share" else _("范围：%(where)s。")
        found.append(among % {"where": condition(one.where)})
    if one.count is not None:
        found.append(_("分子：%(count)s。") % {"count": condition(one.count)})
    if one.stock:
        found.append(_("按每期最后一天的状态算。"))
    if one.exempt is not None:
        found.append(_("例外（%(exempt)s）留在分母里；旁边另给一个不含例外的数。") % {"exempt": condition(one.exempt)})
    by = _("、").join(field(name) for name in (one.subject, *one.by))
    found.append(_("%(period)s，按%(by)s。") % {"period": _period(one.period), "by": by})
    if one.min_n > 1:
        found.append(_("不足 %(n)s 的不出数。") % {"n": one.min_n})
    return found


def _from_rows(one: Indicator, words: Words) -> str:
    rows, _colon, clause = one.over.partition(":")
    over = {
        "cases": _("办件"), "clocks": _("时限"), "findings": _("亮灯"), "events": _("经办记录"), "holdings": _("持有时段"),
        "items": _("事项"), "matters": _("事项清单里的事项"), "departments": _("有审批事项的部门"), "entrances": _("进驻中心的事项"),
        "register": _("登记项"),
    }.get(rows, rows)  # fmt: skip
    if clause:
        home, _slash, name = clause.rpartition("/")
        called = words.clause(home, name) if home else _own(words, name, kind="register")
        over = _("“%(clause)s”的%(over)s") % {"clause": called, "over": over}
    measure = {
        "count": _("件数"), "share": _("占比"), "sum": _("合计"), "mean": _("平均"), "median": _("中位数"), "p90": _("第 90 百分位"),
        "min": _("最小"), "max": _("最大"), "distinct": _("不重复的个数"),
    }.get(one.measure, one.measure)  # fmt: skip
    return _("%(over)s的%(measure)s。") % {"over": over, "measure": measure}


def _from_figures(one: Indicator, words: Words) -> str:
    def called(name: str | None) -> str:
        home, _slash, id_ = (name or "").rpartition("/")
        return words.clause(home, id_) if home else _own(words, id_)

    if one.measure == "score":
        parts = _("、").join(f"“{called(part.of)}”{part.weight:.0%}" for part in one.parts)
        return _("各项折算成 0 到 1，按权重相加：%(parts)s。") % {"parts": parts}
    spoken = {"of": called(one.of), "per": called(one.per), "times": f"{one.times:g}"}
    if one.measure == "ratio" and one.times != 1:
        return _("“%(of)s”除以“%(per)s”，乘 %(times)s。") % spoken
    return {
        "ratio": _("“%(of)s”除以“%(per)s”。"), "cut": _("1 减去“%(of)s”除以“%(per)s”的商。"),
        "change": _("“%(of)s”比上年同期（或上一期）变化的比例。"), "streak": _("“%(of)s”连续多少期达到要求。"),
    }[one.measure] % spoken  # fmt: skip


def _own(words: Words, id_: str, *, kind: str = "indicator") -> str:
    """A clause named without its institution: the only one of that kind and name, else the name."""
    homes = [ruling.institution for ruling in words.rules.of_kind(kind) if ruling.id == id_]
    return words.clause(homes[0], id_) if len(homes) == 1 else id_


def _period(period: str) -> str:
    return {
        "day": _("每日"), "week": _("每周"), "month": _("每月"), "quarter": _("每季度"), "half": _("每半年"), "year": _("每年"), "all": _("全部时间"),
    }[period]  # fmt: skip
