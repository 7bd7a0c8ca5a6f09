"""A whole item for tests, and what may be changed of it."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from yinuo.city.catalogue import commands
from yinuo.city.catalogue.item import Item
from yinuo.city.people.actor import OPERATOR

DAY = date(2026, 3, 20)
NOW = datetime(2026, 3, 20, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
FOOD = {
    "zh": "食品经营许可",
    "en": "food business permit",
    "aliases": ("开饭馆", "食品证"),
    "unit": "market",
    "code": "11320000014000000140001310020",
    "type": "01",
    "audiences": ("person", "company"),
    "basis": ({"law": "食品安全法", "article": "第三十五条"},),
    "content": "从事食品销售和餐饮服务的许可。",
    "standard": "场所、设备和制度符合食品安全要求。",
    "result": {"zh": "食品经营许可证", "kind": "certificate", "sample": "样本一"},
    "statutory": "20 workdays",
    "promised": "7 workdays",
    "conditions": ("有固定的经营场所", "有食品安全管理人员"),
    "steps": (
        {"zh": "收件", "who": "窗口"},
        {"zh": "受理", "who": "窗口", "limit": "1 workday"},
        {"zh": "审查", "who": "市场监管局", "limit": "4 workdays"},
        {"zh": "决定", "who": "市场监管局", "limit": "2 workdays"},
        {"zh": "送达", "who": "窗口"},
    ),
    "situations": ("新办", "变更"),
    "materials": (
        {"zh": "申请书", "form": "原件"},
        {"zh": "场所平面图", "form": "复印件", "situations": ("新办",)},
        {"zh": "原许可证", "form": "原件", "situations": ("变更",), "trust": "A"},
    ),
    "visits": 1,
    "visits_reason": "现场核对原件",
    "depth": 3,
    "points": (
        {"zh": "市政务服务中心三楼", "address": "示例路1号", "hours": "工作日 9:00–17:00", "phone": "0500-1234500"},
    ),
    "consult_phone": "0500-1234501",
    "complaint_phone": "0500-1234502",
    "questions": ({"asked": "要体检吗？", "answer": "接触直接入口食品的人员要健康证明。"},),
    "pledge": {"effect": "当面道歉并专人跟办", "published_on": "2025-01-10", "published_in": "市政府网站"},
    "retention": "10",
    "entered_on": "2025-01-01",
    "letter": {"number": "示授〔2025〕1号", "since": "2025-01-01"},
}


def item(**changes):
    """The item with these fields changed."""
    return Item.model_validate(FOOD | changes)


def publish(
    key="food-permit", *, since=date(2025, 7, 1), authority="示政发〔2025〕7号", actor=OPERATOR, now=NOW, **changes
):
    """Publish it."""
    commands.publish(key, item(**changes), since=since, authority=authority, actor=actor, now=now)
