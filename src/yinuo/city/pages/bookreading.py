"""What a register or a decision table says, in sentences a person at the counter can read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from yinuo.city.pages.fieldwords import field_word
from yinuo.engine.clauses.flow import FieldType
from yinuo.engine.clauses.register import Access, Publish, Register, RegisterField
from yinuo.engine.clauses.table import Cap, FromRegister, Table

if TYPE_CHECKING:
    from yinuo.city.pages.reading import Reader


def register(one: Register, reader: Reader) -> Iterator[str]:
    """Who enters what, who verifies it, by when it is done, who writes it off, what the public sees."""
    yield _("由“%(who)s”登记。") % {"who": reader.role(one.enter)}
    needed = [name for name, own in one.fields.items() if own.required]
    if needed:
        yield _("必须写明：%(fields)s。") % {"fields": _called(one, needed)}
    rest = [name for name in one.fields if name not in needed]
    if rest:
        yield _("可以写明：%(fields)s。") % {"fields": _called(one, rest)}
    if one.unique:
        yield _("“%(key)s”相同的只登记一次。") % {"key": _called(one, one.key)}
    if one.verify is not None:
        yield _("登记以后由“%(who)s”审核，不能是登记的人。") % {"who": reader.role(one.verify)}
    yield from _conditions(one, reader)
    yield from _duties(one, reader)
    yield from _endings(one, reader)
    yield _access(one.private)


def _conditions(one: Register, reader: Reader) -> Iterator[str]:
    for filled in one.while_:
        spoken = {"when": reader.condition(filled.where), "fields": _called(one, filled.fields)}
        yield _("凡%(when)s，%(fields)s不得为空。") % spoken
    for refusal in one.refuse:
        said = refusal.en if reader.is_english and refusal.en else refusal.zh
        yield _("%(when)s的，不予登记（%(said)s）。") % {"when": reader.condition(refusal.when), "said": said}


def _duties(one: Register, reader: Reader) -> Iterator[str]:
    if one.due is not None and one.due.on is not None:
        yield _("到“%(day)s”那一天为止办结。") % {"day": _called(one, [one.due.on])}
    elif one.due is not None:
        yield _("%(limit)s内办结。") % {"limit": reader.limit(one.due.within)}
    if one.extend is not None:
        spoken = {"who": reader.role(one.extend.approver), "times": one.extend.times}
        yield _("经“%(who)s”批准可以延期，最多 %(times)s 次。") % spoken
    for cadence in one.cadence:
        said = cadence.en if reader.is_english else cadence.zh
        every = reader.length_or_field(cadence.every)
        yield said or _("每%(every)s至少 %(min)s 次。") % {"every": every, "min": cadence.min}


def _endings(one: Register, reader: Reader) -> Iterator[str]:
    if one.close is not None:
        yield _("由“%(who)s”核销%(needs)s，不能是经办的人。") % _by(one, one.close.by, one.close.needs, reader)
    if one.strike is not None:
        yield _("由“%(who)s”注销%(needs)s，不能是经办的人。") % _by(one, one.strike.by, one.strike.needs, reader)
    if one.publish is not None:
        fields, where = _called(one, one.publish.fields), _medium(one.publish, reader)
        yield _("公布%(fields)s，在%(where)s。") % {"fields": fields, "where": where}
        if one.publish.every is not None:
            yield _("每%(every)s更新一次，到期没有更新的注明“已过期”。") % {"every": reader.limit(one.publish.every)}


def _medium(told: Publish, reader: Reader) -> str:
    language = "en" if reader.is_english else "zh"
    return _("、").join(told.medium.called(one, language) for one in told.medium.of)


def _by(one: Register, who: str, needs: Iterable[str], reader: Reader) -> dict[str, str]:
    names = _called(one, needs)
    told = _("（写明%(fields)s）") % {"fields": names} if names else ""
    return {"who": reader.role(who), "needs": told}


def _called(one: Register, names: Iterable[str]) -> str:
    return _("、").join(field_word(name, typed(one.fields[name]) if name in one.fields else None) for name in names)


def typed(own: RegisterField) -> FieldType:
    """A register's field as a field of a case."""
    return FieldType.model_validate({"is": own.word, "of": own.given, "in": own.in_, "zh": own.zh, "en": own.en})


def _access(private: Access) -> str:
    return {
        "public": _("向社会公开，另有规定的栏目除外。"), "internal": _("只供内部查阅。"), "handlers": _("只有经办的人看得到。"),
        "sealed": _("加密保存，只有写明的人看得到。"),
    }[private]  # fmt: skip


def table(one: Table, reader: Reader) -> Iterator[str]:
    """What is asked and given, row by row, and how many may be given."""
    yield _("按“%(on)s”时的情形判定。") % {"on": reader.events(one.on)}
    for number, row in enumerate(one.rows, 1):
        said = (row.en if reader.is_english else row.zh) or reader.condition(row.when)
        then = _("，").join(f"{reader.field(name)} {reader.value(name, value)}" for name, value in row.then.items())
        yield _("第 %(number)s 行：%(when)s%(then)s。") % {
            "number": number,
            "when": said,
            "then": _("：") + then if then else "",
        }
    if isinstance(one.rows_from, FromRegister):
        yield _("各行取自登记簿“%(book)s”里当日有效的登记。") % {"book": reader.book(one.rows_from.register_)}
    if one.gives:
        yield _("不符合任何一行的，不得“%(gives)s”。") % {"gives": reader.events(one.gives)}
    if one.grant is None:
        return
    if one.grant.needs:
        yield _("准予时须写明：%(fields)s。") % {"fields": _("、").join(reader.field(name) for name in one.grant.needs)}
    if one.grant.number is not None:
        yield _("准予的按“%(as)s”编号。") % {"as": one.grant.number.as_}
    if one.grant.valid is not None:
        yield _("有效期 %(valid)s。") % {"valid": reader.limit(one.grant.valid)}
    for names, said in ((one.grant.renew, _("可以续期：%(acts)s。")), (one.grant.revoke, _("收回：%(acts)s。"))):
        if names:
            yield said % {"acts": reader.events(list(names))}
    if one.grant.cap is not None:
        yield _cap(one.grant.cap, reader)


def _cap(cap: Cap, reader: Reader) -> str:
    per = {
        "day": _("每日"),
        "week": _("每周"),
        "month": _("每月"),
        "quarter": _("每季度"),
        "half": _("每半年"),
        "year": _("每年"),
    }[cap.per]
    over = {"refuse": _("超过的不再授予"), "queue": _("超过的排队"), "flag": _("超过的公开标出")}[cap.over]
    if cap.share is not None:
        spoken = {"per": per, "of": reader.events(cap.of), "share": f"{float(cap.share) * 100:g}", "over": over}
        return _("%(per)s最多占“%(of)s”的 %(share)s%%，%(over)s。") % spoken
    return _("%(per)s最多 %(most)s 件，%(over)s。") % {"per": per, "most": cap.most, "over": over}
