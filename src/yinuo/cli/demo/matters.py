"""The catalogue of Demo City: what its text says of each item, and what the city discloses of it, published by commands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from yinuo.city.catalogue import commands, queries, sheet
from yinuo.city.catalogue.item import Item
from yinuo.city.people.actor import OPERATOR
from yinuo.kernel.limits import Limit, Unit
from yinuo.rulebook.loader import Pack

AUDIENCES = {"p": "自然人", "c": "企业法人", "b": "自然人、企业法人"}
ENDINGS = (("批复", "批复"), ("执照", "证照"), ("证", "证照"), ("证书", "证照"))
AUTHORITY = "示政发〔2025〕{number}号（虚构）"
LATER = timedelta(days=100)
"""So long after the first day some items enter the centre: twelve services, three licences, three approvals of other kinds (E024)."""
ENTER_LATER = frozenset({
    "insurance-transfer", "residence-permit", "archive-copy", "pension-check", "birth-register", "id-card", "driver-exchange", "marriage-proof",
    "property-transfer", "mortgage", "fund-withdrawal", "power-connection", "bus-licence", "dumping-permit", "lightning",
    "clinic-filing", "special-equipment", "investment-filing",
})  # fmt: skip
EXEMPT = {"tobacco-licence": "按专卖体制在烟草专卖局办证场所办理"}
"""Items that do not enter, and why (D06)."""
BENEFITS = {"birth-subsidy", "minimum-allowance", "elder-subsidy", "job-subsidy", "unemployment"}


def publish(pack: Pack, *, first: date, now: datetime) -> int:
    """Publish every version of every item of the pack that is not published yet; how many were.

    Each version is published on the day before it begins, or on the city's first day. Raises as `commands.publish` does.
    """
    zone, done = ZoneInfo(pack.rules.zone), 0
    for key, since, item in matters(pack, first):
        held = queries.standing(key)
        if held.since is not None and since <= held.since:
            continue
        at = datetime.combine(max(first, since - timedelta(days=1)), time(9), zone)
        if since > first and at > now:
            continue
        number = 10 + done % 90
        commands.publish(
            key, item, since=since, authority=AUTHORITY.format(number=number), actor=OPERATOR, now=min(at, now)
        )
        done += 1
    return done


def matters(pack: Pack, first: date) -> Iterator[tuple[str, date, Item]]:
    """Each version of each item: key, first day, what it says. One that ended before the city began is left out."""
    disclosed = tomllib.loads(files("yinuo.cli.demo").joinpath("matters.toml").read_text("utf-8"))
    for row in pack.tables["items"].iter_rows(named=True):
        if row["until"] is not None and row["until"] <= first:
            continue
        made, faults = sheet.read(_texts(row, disclosed[row["id"]], first))
        if made is None:
            raise ValueError(f"matters.toml, [{row['id']}]: {faults}")
        yield row["id"], max(row["from"], first), made


def _texts(row: Mapping[str, Any], said: Mapping[str, Any], first: date) -> dict[str, str]:
    promised = Limit.parse(row["promised"])
    is_online = row["nature"] == "service" or bool(row["immediate"])
    question = said.get("question")
    return {
        "zh": row["zh"],
        "en": row["en"] or "",
        "aliases": "、".join(said.get("aliases", ())),
        "unit": row["unit"],
        "type": said.get("type") or ("01" if row["nature"] == "power" else "05" if row["id"] in BENEFITS else "20"),
        "case_type": "immediate" if row["immediate"] else "promised",
        "audiences": AUDIENCES[said["for"]],
        "level": "county",
        "basis": row["basis"],
        "content": said["content"],
        "standard": said["standard"],
        "result": _result(said["result"]),
        "statutory": row["statutory"] or "",
        "promised": row["promised"],
        "unlimited": said.get("unlimited", ""),
        "steps": "\n".join(_steps(row, promised)),
        "situations": "、".join(said.get("situations", ())),
        "materials": "\n".join(said.get("materials", ())),
        "fees": "\n".join(said.get("fees", ())),
        "pays_online": "是" if said.get("fees") else "",
        "visits": "0" if is_online else "1",
        "visits_reason": "" if is_online else "核对原件",
        "depth": "4" if is_online else "3",
        "by_mail": "是",
        "points": "市政务服务中心综合窗口 | 市级 | 示例路1号 | 工作日 9:00–12:00、13:30–17:00 | 0500-12345",
        "consult_phone": "0500-12345",
        "complaint_phone": "0500-12388",
        "questions": " | ".join(question) if question else "",
        "pledge": f"由首问人员当面说明原因并专人跟办 | {first} | 市政府网站",
        "retention": "30" if row["nature"] == "power" else "10",
        **_place(row, first),
    }


def _place(row: Mapping[str, Any], first: date) -> dict[str, str]:
    """In the centre with a letter, sooner or later; or on the list of exemptions for two years."""
    if row["id"] in EXEMPT:
        return {"exemption": f"{EXEMPT[row['id']]} | 分管副市长 | {first + timedelta(days=730)}"}
    entered = first + LATER if row["id"] in ENTER_LATER else first
    return {"entered_on": str(entered), "letter": f"示授〔2025〕{row['unit']}号 | {entered}"}


def _steps(row: Mapping[str, Any], promised: Limit) -> Iterator[str]:
    """Five steps; the limits of review and decision are those of the text where it has them."""
    if row["immediate"]:
        yield from ("收件 | 窗口", "受理 | 窗口", "审查 | 窗口", "决定 | 窗口", "送达 | 窗口")
        return
    whole = promised.count if promised.unit in {Unit.WORKDAYS, Unit.DAYS} else 0
    review = row["review"] or (f"{whole * 2 // 3} {promised.unit}" if whole * 2 // 3 else "")
    decide = row["decide"] or (f"{whole // 3} {promised.unit}" if whole // 3 else "")
    yield from (
        "收件 | 窗口",
        "受理 | 窗口",
        f"审查 | 审批科 | {review}",
        f"决定 | 分管负责人 | {decide}",
        "送达 | 窗口",
    )


def _result(name: str) -> str:
    if name == "none":
        return "登记信息更新 | 无"
    kind = next((kind for ending, kind in ENDINGS if name.endswith(ending)), "其他")
    return f"{name} | {kind} | 见大厅样本册《{name}》"
