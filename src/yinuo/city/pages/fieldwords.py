"""What the fields of forms are called, and which control each type of field gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from yinuo.city.pages.showing import choices
from yinuo.city.pages.words import Words
from yinuo.engine.clauses.flow import FieldType

WORDS: Mapping[str, Any] = {
    "about": gettext_lazy("关于"), "accepted_on": gettext_lazy("受理日期"), "account": gettext_lazy("账户"), "alternative": gettext_lazy("可以怎么办"),
    "already_submitted": gettext_lazy("已经提交过的材料"), "amount": gettext_lazy("金额（元）"), "applicant": gettext_lazy("申请人"), "applied_on": gettext_lazy("申请日期"),
    "approver": gettext_lazy("批准人"), "awaits": gettext_lazy("等待的结论"), "basis": gettext_lazy("依据"), "body": gettext_lazy("内容"), "breadth": gettext_lazy("涉及面"),
    "broken_clause": gettext_lazy("违反的条款"), "broken_due": gettext_lazy("原定到期"), "cause": gettext_lazy("补正原因"), "channel": gettext_lazy("渠道"),
    "claim": gettext_lazy("请求"), "competent": gettext_lazy("是否属于本机关"), "complete": gettext_lazy("材料是否齐全"), "days": gettext_lazy("延长多久"),
    "deadline": gettext_lazy("截止期限"), "debtor": gettext_lazy("当事人"), "decision": gettext_lazy("决定"), "declared": gettext_lazy("所需时间"),
    "department": gettext_lazy("部门"), "departments": gettext_lazy("参加部门"), "document": gettext_lazy("文书"), "effect": gettext_lazy("达到的效果"), "end_reason": gettext_lazy("终止原因"),
    "evidence": gettext_lazy("证据"), "expires": gettext_lazy("有效期至"), "extension_reason": gettext_lazy("延长原因"), "files": gettext_lazy("附件"),
    "finding_class": gettext_lazy("问题类别"), "fine": gettext_lazy("罚款（元）"), "forbidden_by": gettext_lazy("禁止的依据"), "form": gettext_lazy("形式"),
    "from_unit": gettext_lazy("移交单位"), "grave_harm": gettext_lazy("是否有重大危害"), "ground": gettext_lazy("理由"), "handover": gettext_lazy("移交号"),
    "item": gettext_lazy("事项"), "limit": gettext_lazy("时限"), "made_public": gettext_lazy("是否公开"), "materials": gettext_lazy("材料"),
    "measure": gettext_lazy("措施"), "medium": gettext_lazy("公布媒体"), "missing": gettext_lazy("缺少的内容"), "need": gettext_lazy("诉求"),
    "new_deadline": gettext_lazy("新的期限"), "notice_no": gettext_lazy("告知书文号"), "notified_on": gettext_lazy("告知日期"), "on_water": gettext_lazy("是否涉水"),
    "opinion": gettext_lazy("意见"), "organ": gettext_lazy("机关"), "outlook": gettext_lazy("复核情况"), "papers": gettext_lazy("需要的全部材料"), "parent": gettext_lazy("上级办件"),
    "party_present": gettext_lazy("当事人是否在场"), "pay_by": gettext_lazy("缴款期限"), "petitioner": gettext_lazy("信访人"), "problem": gettext_lazy("问题"),
    "procedure": gettext_lazy("特别程序"), "property": gettext_lazy("财物"), "published_on": gettext_lazy("公布日期"), "reason": gettext_lazy("原因"),
    "receipt": gettext_lazy("收件号"), "received_by": gettext_lazy("签收人"), "received_on": gettext_lazy("收到日期"), "recheck_unit": gettext_lazy("复查单位"),
    "report_year": gettext_lazy("报告年度"), "respondent": gettext_lazy("被申请人"), "result": gettext_lazy("结果"), "return_reason": gettext_lazy("退回理由"), "review_unit": gettext_lazy("复核单位"),
    "rights_told": gettext_lazy("是否告知权利"), "route": gettext_lazy("途径"), "ruled_unit": gettext_lazy("裁定由谁办"), "second_checker": gettext_lazy("第二核验人"),
    "signed_reason": gettext_lazy("签批理由"), "signer": gettext_lazy("签批人"), "special": gettext_lazy("程序编号"), "special_basis": gettext_lazy("特别程序依据"),
    "subject": gettext_lazy("对象"), "suspension_basis": gettext_lazy("中止依据"), "term": gettext_lazy("期间"), "third_party": gettext_lazy("第三人"), "title": gettext_lazy("标题"),
    "to_unit": gettext_lazy("转给哪个单位"), "voucher": gettext_lazy("凭证"), "contact_known": gettext_lazy("是否有联系方式"), "government_head": gettext_lazy("政府负责人"),
    "lawful_limit": gettext_lazy("法定期限"), "listing_kind": gettext_lazy("挂牌类别"), "overtaking_reason": gettext_lazy("提前办理的理由"),
    "told_on": gettext_lazy("告知日期"), "waiver_reason": gettext_lazy("免除的理由"),
}  # fmt: skip
LONG = frozenset(
    {
        "reason",
        "opinion",
        "papers",
        "effect",
        "evidence",
        "signed_reason",
        "extension_reason",
        "problem",
        "measure",
        "need",
        "claim",
        "body",
        "materials",
        "outlook",
        "return_reason",
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of a form (site/forms.html.j2, `ask`)."""

    name: str
    label: str
    kind: str
    required: bool
    value: str = ""
    """Several values stand in lines of their own."""
    hint: str = ""
    error: str | None = None
    options: Sequence[tuple[str, str]] = ()
    is_sometimes: bool = False
    """Whether it is compulsory in some cases; the hint says in which."""

    @property
    def values(self) -> Sequence[str]:
        """What was chosen where several may be."""
        return self.value.splitlines()


def field_word(name: str, type_: FieldType | None = None) -> str:
    """A field's name for people: as its text calls it, else by the table of common words."""
    own = None if type_ is None else type_.en if _is_english() and type_.en else type_.zh
    return own or str(WORDS.get(name, name.replace("_", " ")))


def asked_field(
    name: str,
    type_: FieldType | None,
    words: Words,
    *,
    value: str = "",
    error: str | None = None,
    required: bool = True,
    hint: str = "",
) -> Asked:
    """The control of a field by its type. Persons, cases and files are written by name where nobody adds what to choose from."""
    word = type_.is_ if type_ else "text"
    options: Sequence[tuple[str, str]] = ()
    kind, told = "long" if name in LONG else "text", ""
    if type_ and (word.endswith("choice") or type_.of):
        kind = "many" if word.startswith("list:") else "choice"
        options = choices(type_, words)
    elif word == "unit":
        kind, options = "choice", words.unit_choices(value)
    elif word == "item":
        found = words.items()
        kind, options = ("choice", found) if len(found) <= FEW else ("picked", ())
    elif word in KINDS:
        kind, told = KINDS[word], str(HINTS.get(word, ""))
    elif word.removeprefix("list:") == "file":
        kind = "files"
    elif word in ("case", "person"):
        kind = "picked"
    elif word == "limit":
        told = str(HINTS["limit"])
    elif word.startswith("list:"):
        kind, told = "long", _("每行一个。")
    return Asked(name, field_word(name, type_), kind, required, value, hint or told, error, options)


FEW = 300
"""Items a form lists to choose from; where there are more one is written by its name or key."""
KINDS: Mapping[str, str] = {
    "date": "date", "bool": "bool", "moment": "datetime-local", "datetime": "datetime-local", "money": "money", "number": "number",
    "whole": "whole", "int": "whole", "count": "whole", "year": "whole",
}  # fmt: skip
"""Types with a control of their own."""
HINTS: Mapping[str, Any] = {
    "money": gettext_lazy("单位是元，可以写两位小数。"),
    "limit": gettext_lazy("写成 5 workdays（工作日）、10 days（日）或 24 hours（小时）。"),
}


def _is_english() -> bool:
    return (get_language() or "").startswith("en")
