"""A service item 事项 as one version says it: everything that is disclosed (E223), nothing computed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_serializer, model_validator

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]

TYPES: Mapping[str, str] = {
    "01": "行政许可", "02": "行政处罚", "03": "行政强制", "04": "行政征收", "05": "行政给付", "06": "行政检查",
    "07": "行政确认", "08": "行政奖励", "09": "行政裁决", "10": "其他行政权力", "20": "公共服务",
}  # fmt: skip
"""Types of the national basic catalogue (GB/T 39554)."""
CASE_TYPES: Mapping[str, str] = {"immediate": "即办件", "promised": "承诺件"}
AUDIENCES: Mapping[str, str] = {
    "person": "自然人", "company": "企业法人", "institution": "事业法人", "association": "社会组织", "unincorporated": "非法人企业",
    "organ": "行政机关", "other": "其他组织",
}  # fmt: skip
RESULTS: Mapping[str, str] = {"certificate": "证照", "document": "批文", "reply": "批复", "other": "其他", "none": "无"}
DEPTHS: Mapping[int, str] = {0: "不能网办", 1: "网上咨询", 2: "网上申报", 3: "网上受理", 4: "全程网办"}
RETENTION: Mapping[str, str] = {"10": "10年", "30": "30年", "permanent": "永久"}
TIERS: Mapping[str, str] = {"city": "市级", "town": "镇级", "village": "村级", "mobile": "流动", "branch": "派出"}
TRUST: Mapping[str, str] = {"A": "部门签发", "B": "窗口核验", "C": "自行上传，核对原件", "D": "申请人承诺"}
"""Grades of trust in a material (国办函〔2016〕108号)."""
LEVELS: Mapping[str, str] = {"city": "市级", "county": "县级", "town": "镇级", "village": "村级"}
PERSON_THEMES = frozenset(
    [
        "生育收养",
        "户籍办理",
        "民族宗教",
        "教育科研",
        "入伍服役",
        "就业创业",
        "设立变更",
        "准营准办",
        "职业资格",
        "婚姻登记",
        "优待抚恤",
        "规划建设",
        "住房保障",
        "社会保障",
        "证件办理",
        "交通出行",
        "旅游观光",
        "出境入境",
        "消费维权",
        "公共安全",
        "司法公证",
        "知识产权",
        "环保绿化",
        "文化体育",
        "公用事业",
        "医疗卫生",
        "离职退休",
        "死亡殡葬",
        "其他",
    ]
)
"""Themes of matters for natural persons 面向自然人的主题."""
ORGANISATION_THEMES = frozenset(
    [
        "设立变更",
        "准营准办",
        "资质认证",
        "年检年审",
        "税收财务",
        "人力资源",
        "社会保障",
        "投资审批",
        "融资信贷",
        "抵押质押",
        "商务贸易",
        "招标拍卖",
        "海关口岸",
        "涉外服务",
        "农林牧渔",
        "国土和规划建设",
        "交通运输",
        "环保绿化",
        "应急管理",
        "水务气象",
        "医疗卫生",
        "科技创新",
        "文体教育",
        "知识产权",
        "民族宗教",
        "质量技术",
        "检验检疫",
        "安全生产",
        "公安消防",
        "司法公证",
        "公用事业",
        "法人注销",
        "档案文物",
        "其他",
    ]
)
"""Themes of matters for legal persons 面向法人的主题."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Basis(_Part):
    """设定依据: a law and its article."""

    law: Name
    article: Text = ""


class Result(_Part):
    """结果: what the applicant takes home."""

    zh: Name
    kind: Literal["certificate", "document", "reply", "other", "none"] = "other"
    sample: Text = ""


class Step(_Part):
    """环节: who does what within which limit (`2 workdays`)."""

    zh: Name
    who: Text = ""
    limit: Text = ""


class Condition(_Part):
    """受理条件. `situations` names those in which it must hold; none = always. Where it is none, it is stored as its text."""

    zh: Name
    situations: tuple[Name, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _read(cls, said: Any) -> Any:
        return {"zh": said} if isinstance(said, str) else said

    @model_serializer
    def _written(self) -> str | dict[str, Any]:
        return {"zh": self.zh, "situations": list(self.situations)} if self.situations else self.zh


class Material(_Part):
    """材料. `situations` names those in which it is asked for; none = always."""

    zh: Name
    form: Text = ""
    copies: int = Field(default=1, ge=0, le=99)
    is_needed: bool = True
    trust: Literal["", "A", "B", "C", "D"] = ""
    source: Text = ""
    situations: tuple[str, ...] = ()


class Fee(_Part):
    """收费项目: what, how much (in words, or fen where it is fixed), by which document."""

    zh: Name
    standard: Text = ""
    fen: int | None = Field(default=None, ge=0)
    basis: Text = ""


class Point(_Part):
    """办理地点: an access point of the network (E025–E031)."""

    zh: Name
    address: Text = ""
    hours: Text = ""
    phone: Text = ""
    tier: Literal["city", "town", "village", "mobile", "branch"] = "city"


class Question(_Part):
    """常见问题."""

    asked: Name
    answer: Text


class Pledge(_Part):
    """承诺: what follows when the limit is missed; made only once published on a day in a medium (invariant 2)."""

    effect: Text = ""
    published_on: date | None = None
    published_in: Text = ""

    @property
    def is_made(self) -> bool:
        """Whether it counts as made."""
        return bool(self.effect and self.published_on and self.published_in)


class Letter(_Part):
    """授权书: what lets the window decide, while it is valid (invariant 18)."""

    number: Name
    since: date
    until: date | None = None

    def is_on(self, day: date) -> bool:
        """Whether it is valid that day."""
        return self.since <= day and (self.until is None or day < self.until)


class Exemption(_Part):
    """不进驻的例外: reason, who approved it, until when (D06)."""

    reason: Name
    approver: Name
    until: date


class Item(_Part):
    """One version of an item. Limits are written as texts do (`5 workdays`); an empty text is nothing said."""

    zh: Name
    en: Text = ""
    aliases: tuple[Name, ...] = ()
    unit: Name
    code: Text = ""
    type: Literal["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "20"]
    case_type: Literal["immediate", "promised"] = "promised"
    audiences: tuple[
        Literal["person", "company", "institution", "association", "unincorporated", "organ", "other"], ...
    ]
    themes: tuple[Name, ...] = ()
    """主题分类."""
    level: Literal["", "city", "county", "town", "village"] = ""
    """行使层级."""
    basis: tuple[Basis, ...] = ()
    content: Text = ""
    standard: Text = ""
    result: Result | None = None
    statutory: Text = ""
    promised: Text = ""
    unlimited: Text = ""
    """Why the law sets no limit, where it sets none."""
    conditions: tuple[Condition, ...] = ()
    steps: tuple[Step, ...] = ()
    situations: tuple[Name, ...] = ()
    materials: tuple[Material, ...] = ()
    fees: tuple[Fee, ...] = ()
    pays_online: bool = False
    visits: int = Field(default=1, ge=0, le=99)
    visits_reason: Text = ""
    depth: Literal[0, 1, 2, 3, 4] = 0
    by_mail: bool = False
    points: tuple[Point, ...] = ()
    consult_phone: Text = ""
    complaint_phone: Text = ""
    questions: tuple[Question, ...] = ()
    pledge: Pledge = Pledge()
    retention: Literal["", "10", "30", "permanent"] = ""
    entered_on: date | None = None
    letter: Letter | None = None
    exemption: Exemption | None = None

    @property
    def disclosed(self) -> Mapping[str, bool]:
        """依据、内容、标准、结果: which of the four are filled (invariant 1)."""
        return {
            "basis": bool(self.basis),
            "content": bool(self.content),
            "standard": bool(self.standard),
            "result": self.result is not None,
        }
