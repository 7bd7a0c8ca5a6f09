"""`explain`: the sentence that says why a finding was raised, in Chinese or English."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from yinuo.engine.clauses.common import Clause
from yinuo.engine.clauses.conditions import Event
from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.rules import Rules

Language = Literal["zh", "en"]

_MEASURES = {
    "minutes": ("分钟", "minutes"), "hours": ("小时", "hours"), "office minutes": ("办公分钟", "office minutes"),
    "office hours": ("办公小时", "office hours"), "half-workdays": ("个半日", "half working days"),
    "workdays": ("个工作日", "working days"), "days": ("日", "days"),
}  # fmt: skip

_BROKEN: dict[str, tuple[str, str]] = {
    "absence": ("“{activity}”不应发生", "“{activity}” must not happen"),
    "absence_too_often": ("“{activity}”超过允许的次数", "“{activity}” happened more often than allowed"),
    "absence_so": ("“{activity}”不符合本条规定", "“{activity}” is not allowed in this way"),
    "same_person": ("“{other}”与“{activity}”不得由同一人办理", "“{other}” and “{activity}” may not be done by the same person"),
    "existence": ("“{wanted}”在办结前应当发生而没有发生", "“{wanted}” had to happen by the end and did not"),
    "response": ("“{other}”之后应有“{wanted}”，到“{activity}”时仍没有", "“{wanted}” had to follow “{other}” and had not by “{activity}”"),
    "responded_existence": ("有“{other}”而没有应当相伴的“{wanted}”", "“{other}” happened without the “{wanted}” that belongs to it"),
    "alternate_response": ("上一次“{other}”还没有下文，又来一次“{activity}”", "“{activity}” came again before the last “{other}” was answered"),
    "alternate_precedence": ("“{activity}”之前没有新的“{wanted}”", "“{activity}” came without a new “{wanted}” before it"),
    "chain_response": ("“{other}”之后应紧接“{wanted}”，却是“{activity}”", "“{other}” must be followed directly by “{wanted}”, not “{activity}”"),
    "chain_precedence": ("“{activity}”之前紧挨着的不是“{wanted}”", "“{activity}” did not come directly after “{wanted}”"),
    "exactly": ("“{activity}”的次数与规定不符", "“{activity}” did not happen the number of times required"),
    "init": ("第一步不是规定的事项，而是“{activity}”", "the case began with “{activity}”"),
    "end": ("办结的方式不符合规定：“{activity}”", "the case ended with “{activity}”"),
    "choice": ("规定的两项都没有发生", "neither of the two things required happened"),
    "exclusive_choice": ("两项只能择一：“{other}”与“{activity}”", "only one of “{other}” and “{activity}” may happen"),
    "not_coexistence": ("“{other}”与“{activity}”不得并存", "“{other}” and “{activity}” may not both happen"),
    "precedence": ("“{activity}”之前缺少规定的前置事项", "“{activity}” came without what must come first"),
    "not_succession": ("“{other}”之后不得再“{activity}”", "“{activity}” may not follow “{other}”"),
    "not_chain_succession": ("“{other}”之后不得紧接“{activity}”", "“{activity}” may not directly follow “{other}”"),
    "in_order": ("先受理的尚未办理，后受理的先办：“{activity}”", "“{activity}” overtook a case that came first"),
    "follows_flow": ("“{activity}”不在规定的步骤上", "“{activity}” is not the published next step"),
}  # fmt: skip
_CAUSES = {
    "late": ("在到期之后才批准", "was granted after the limit had run out"),
    "times": ("超过允许的次数", "was one more than allowed"),
    "too_long": ("超过允许的长度", "was longer than allowed"),
    "unit": ("单位与原时限不同，或没有写明长度", "had no length in the unit of the limit"),
    "missing": ("缺少必填内容“{field}”", "lacked “{field}”"),
}


def explain(finding: Mapping[str, Any], rules: Rules, *, lang: Language = "zh") -> str:
    """One sentence: which promise or rule, what happened, by when it was due, how much was used, who answers, who held it how long."""
    clause = _clause(finding, rules)
    title = str(finding["clause"]) if clause is None else (clause.zh if lang == "zh" else clause.en or clause.zh)
    why = json.loads(finding["why_args"] or "{}")
    code = str(finding["why_code"])
    if code in ("due_soon", "late"):
        return _of_clock(title, why, code=code, rules=rules, lang=lang)
    if code == "void_extension":
        return _of_extension(title, why, lang=lang)
    if code == "countersigned":
        return _of_signing(title, why, rules=rules, lang=lang)
    if code == "entitled":
        return _of_entitlement(title, why, clause=clause, rules=rules, lang=lang)
    wanted = _wanted(clause, code, happened=why.get("other"))
    code = _narrowed(clause, code)
    return _of_rule(title, {**why, "wanted": wanted}, code=code, rules=rules, lang=lang)


def _narrowed(clause: Clause | None, code: str) -> str:
    """The sentence for a rule that is about one person, about a number, or about how something was done."""
    if not isinstance(clause, Constraint):
        return code
    if code in ("not_coexistence", "not_succession") and clause.same == ("actor",):
        return "same_person"
    if code != "absence":
        return code
    if clause.max:
        return "absence_too_often"
    return "absence_so" if any(event.where is not None for event in clause.event) else code


def _wanted(clause: Clause | None, code: str, *, happened: str | None) -> tuple[str, ...]:
    """The activities whose absence broke a rule."""
    if not isinstance(clause, Constraint):
        return ()
    one = _activities(clause.one)
    parts = {
        "existence": clause.event, "response": clause.then, "chain_response": clause.then,
        "alternate_precedence": clause.first, "chain_precedence": clause.first,
        "responded_existence": clause.other if happened in one else clause.one,
    }  # fmt: skip
    return _activities(parts.get(code, ()))


def _activities(events: tuple[Event, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for event in events for name in event.activities))


def _clause(finding: Mapping[str, Any], rules: Rules) -> Clause | None:
    for ruling in rules.rulings:
        if ruling.institution == finding["institution"] and ruling.id == finding["clause"]:
            for edition in ruling.editions:
                if edition.version == finding["version"]:
                    return edition.clause
    return None


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


_TWO_DAYS = {"minutes": 2 * 24 * 60, "hours": 2 * 24}
"""From two days on elapsed time is told in days: nobody reads 80,640 minutes."""


def _told_in(why: Mapping[str, Any]) -> tuple[float, str]:
    """The unit the numbers are told in, and how many of the clock's own make one."""
    unit = str(why["unit"])
    grain = _TWO_DAYS.get(unit, 0) / 2
    return (1, unit) if not grain or abs(why["limit"]) < 2 * grain else (grain, "days")


def _of_clock(title: str, why: Mapping[str, Any], *, code: str, rules: Rules, lang: Language) -> str:
    grain, unit = _told_in(why)
    limit, used = _number(why["limit"] / grain), _number(why["used"] / grain)
    paused = float(why.get("paused") or 0) / grain
    held = [(one["by"], _number(one["used"] / grain)) for one in why.get("held") or ()]
    zh, en = _MEASURES.get(unit, (unit, unit))
    due = _local(why.get("due_at"), rules)
    holder = why.get("holder")
    if lang == "zh":
        parts = [f"{title}：时限{limit}{zh}，已用{used}{zh}"]
        if paused:
            parts.append(f"暂停{_number(paused)}{zh}不计")
        if due:
            parts.append(f"{'应于' if code == 'late' else '将于'}{due}前办结")
        parts.append("现已逾期" if code == "late" else "临近到期")
        if holder:
            parts.append(f"由{holder}承担")
        if held:
            parts.append("其间" + "、".join(f"{by}持有{days}{zh}" for by, days in held))
        return "，".join(parts) + "。"
    parts = [f"{title}: {used} of {_many(limit, en)} used"]
    if paused:
        parts.append(f"{_many(_number(paused), en)} paused and not counted")
    if due:
        parts.append(f"due {due}")
    parts.append("now overdue" if code == "late" else "close to the limit")
    if holder:
        parts.append(f"answered for by {holder}")
    if held:
        parts.append("in the hands of " + " and ".join(f"{by} for {_many(days, en)}" for by, days in held))
    return ", ".join(parts) + "."


def _many(number: str, unit: str) -> str:
    return f"{number} {unit.removesuffix('s') if number == '1' else unit}"


def _of_extension(title: str, why: Mapping[str, Any], *, lang: Language) -> str:
    zh, en = _CAUSES[why["cause"]]
    text = (zh if lang == "zh" else en).format(field=why.get("field") or "")
    return f"{title}：延期无效，{text}。" if lang == "zh" else f"{title}: the extension is void, it {text}."


def _of_rule(title: str, why: Mapping[str, Any], *, code: str, rules: Rules, lang: Language) -> str:
    zh, en = _BROKEN.get(code, ("“{activity}”违反本条", "“{activity}” breaks this rule"))
    words = {key: _activity(why.get(key), rules, lang=lang) for key in ("activity", "other")}
    words["wanted"] = ("或" if lang == "zh" else " or ").join(
        _activity(name, rules, lang=lang) for name in why["wanted"]
    )
    actor = why.get("actor")
    text = (zh if lang == "zh" else en).format(**words)
    if lang == "zh":
        return f"{title}：{text}{f'（经办：{actor}）' if actor else ''}。"
    return f"{title}: {text}{f' (by {actor})' if actor else ''}."


def _of_entitlement(title: str, why: Mapping[str, Any], *, clause: Clause | None, rules: Rules, lang: Language) -> str:
    """Why what was given is not due: the row that comes nearest, and each of its conditions that fails."""
    number = int(why["row"])
    row = clause.rows[number - 1] if isinstance(clause, Constraint) and number <= len(clause.rows) else None
    named = row and (row.zh if lang == "zh" else row.en or row.zh)
    given, actor = _activity(why.get("activity"), rules, lang=lang), why.get("actor")
    lacks = [said_lack(one, rules, lang=lang) for one in why["lacks"]]
    gives = [
        f"{_label(one['field'], rules, lang=lang)} {_EQUAL[lang]} {_choices(one['wanted'], one['field'], rules, lang=lang)}"
        for one in why["gives"]
    ]
    if lang == "zh":
        nearest = f"最接近的一条是“{named}”，" if named else ""
        reason = f"{nearest}但{'；'.join(lacks)}" if lacks else f"条文给的是{'；'.join(gives)}"
        return f"{title}：“{given}”不符合条件，{reason}{f'（经办：{actor}）' if actor else ''}。"
    nearest = f"the nearest row is “{named}”, but " if named else ""
    reason = f"{nearest}{'; '.join(lacks)}" if lacks else f"the text gives {'; '.join(gives)}"
    return f"{title}: “{given}” is not due, {reason}{f' (by {actor})' if actor else ''}."


def _of_signing(title: str, why: Mapping[str, Any], *, rules: Rules, lang: Language) -> str:
    """Why what several had to agree to is not carried: how many it takes, who agreed, who did not, who was not heard."""
    given, actor = _activity(why.get("activity"), rules, lang=lang), why.get("actor")
    told = [(name, why[name]) for name in ("yes", "no", "silent", "vetoed") if why[name]]
    if lang == "zh":
        words = {"yes": "已同意", "no": "不同意", "silent": "尚无意见", "vetoed": "一票否决"}
        stands = (
            "；".join(f"{words[name]}{len(keys)}家（{'、'.join(keys)}）" for name, keys in told) or "没有征求任何一家"
        )
        return f"{title}：“{given}”须有{why['needed']}家同意，现{stands}{f'（经办：{actor}）' if actor else ''}。"
    words = {"yes": "agreed", "no": "objected", "silent": "not heard yet", "vetoed": "vetoed by"}
    stands = "; ".join(f"{words[name]}: {', '.join(keys)}" for name, keys in told) or "nobody was asked"
    return f"{title}: “{given}” takes {why['needed']} to agree; {stands}{f' (by {actor})' if actor else ''}."


_EQUAL = {"zh": "为", "en": "="}
_TESTS: dict[str, tuple[str, str]] = {
    "equal": ("应为{wanted}", "must be {wanted}"), "among": ("应为{wanted}之一", "must be one of {wanted}"),
    "not": ("不得为{wanted}", "may not be {wanted}"), "min": ("应不少于{wanted}", "must be at least {wanted}"),
    "max": ("应不超过{wanted}", "must be at most {wanted}"), "above": ("应多于{wanted}", "must be above {wanted}"),
    "below": ("应少于{wanted}", "must be below {wanted}"), "known": ("应当填写", "must be given"),
    "unknown": ("应当为空", "must be empty"), "has": ("应含{wanted}", "must hold {wanted}"),
    "contains": ("应写明{wanted}", "must say {wanted}"), "listed": ("应在“{wanted}”登记之列", "must be listed in {wanted}"),
    "unlisted": ("不得在“{wanted}”登记之列", "may not be listed in {wanted}"),
}  # fmt: skip


def said_lack(lack: Mapping[str, Any], rules: Rules, *, lang: Language = "zh") -> str:
    """One condition that fails, in words: the field, what is asked of it, what stands there."""
    asked = (_TESTS.get(test, ("不符合条件", "does not hold"))[lang == "en"] for test in str(lack["test"]).split())
    own, found = str(lack["field"]), lack.get("found")
    field, found = _label(own, rules, lang=lang), None if found is None else _choices(found, own, rules, lang=lang)
    said = _choices(_book(str(lack["wanted"]), rules, lang=lang), own, rules, lang=lang)
    wanted = ("、" if lang == "zh" else ", ").join(asked).format(wanted=said)
    if lang == "zh":
        return f"“{field}”{wanted}，现{f'为{found}' if found is not None else '未填'}"
    return f"{field} {wanted.replace('、', ', ')} and {f'is {found}' if found is not None else 'is not given'}"


def _book(name: str, rules: Rules, *, lang: Language) -> str:
    """What a register is called, for a look-up in it; any other word as it stands."""
    clause = next((one.newest.clause for one in rules.of_kind("register") if one.id == name), None)
    return name if clause is None else (clause.zh if lang == "zh" else clause.en or clause.zh)


def _choices(told: object, field: str, rules: Rules, *, lang: Language) -> str:
    """Values of a field by their words, where a flow has some for them; any other as it stands."""
    own = [flow.fields[field] for editions in rules.flows().values() for flow in editions[::-1] if field in flow.fields]
    worded = [type_ for type_ in own if type_.words]
    found = (next((one for one in worded if value in one.words), None) for value in str(told).split("、"))
    named = zip(found, str(told).split("、"), strict=True)
    return ("、" if lang == "zh" else ", ").join(
        value if one is None else one.called(value, lang) for one, value in named
    )


def _label(field: str, rules: Rules, *, lang: Language) -> str:
    """What a field is called, where a flow says so."""
    own = field.partition(".")[0]
    for editions in rules.flows().values():
        for flow in reversed(editions):
            type_ = flow.fields.get(own)
            word = type_ and (type_.zh if lang == "zh" else type_.en)
            if word:
                return word if own == field else f"{word}.{field.partition('.')[2]}"
    return field.replace("_", " ") if lang == "en" else field


def _activity(name: str | None, rules: Rules, *, lang: Language) -> str:
    if name is None:
        return "—"
    return rules.activities.get(name, name) if lang == "zh" else name.replace("_", " ")


def _local(text: str | None, rules: Rules) -> str:
    if not text:
        return ""
    at = datetime.fromisoformat(text).astimezone(ZoneInfo(rules.zone))
    return at.strftime("%Y-%m-%d") if (at.hour, at.minute) == (23, 59) else at.strftime("%Y-%m-%d %H:%M")
