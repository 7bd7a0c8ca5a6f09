"""A year of Demo City's window as its office system would export it: invented people, a seed, Chinese words.

`python year.py [CASES [SEED [FILE]]]` writes one row per event: applications with suspensions, extensions, supplements,
withdrawals and hand-overs, inquiries, supervision orders, rectifications, pledges; some rows are recorded days late,
and six of them no reader should accept.
"""

import csv
import sys
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

# fmt: off
OFF = [(1, 1, 1), (1, 28, 8), (4, 4, 3), (5, 1, 5), (5, 31, 3), (9, 8, 1), (10, 1, 8)]  # 2025: month, day, days off
WORKED = {date(2025, 1, 26), date(2025, 2, 8), date(2025, 4, 27), date(2025, 9, 28), date(2025, 10, 11)}
REST = {date(2025, month, day) + timedelta(n) for month, day, days in OFF for n in range(days)}
DAYS = [d for n in range(365) if (d := date(2025, 1, 1) + timedelta(n)) in WORKED or (d.weekday() < 5 and d not in REST)]
ITEMS = {  # item: unit, working days it usually takes, whether it has a review step, how often it is asked for
    "食品经营许可": ("市市场监督管理局", 7, True, 9), "占用、挖掘城市道路审批": ("市住房和城乡建设局", 8, True, 3),
    "商品房预售许可": ("市住房和城乡建设局", 4, True, 2), "道路货物运输经营许可": ("市交通运输局", 5, True, 6),
    "取水许可": ("市水利局", 11, False, 3), "户外招牌设置审批": ("市城市管理局", 4, False, 6),
    "诊所备案": ("市卫生健康委员会", 2, False, 3), "工伤认定": ("市人力资源和社会保障局", 18, False, 3),
    "生育津贴核付": ("市医疗保障局", 8, False, 9), "医保关系转移接续": ("市医疗保障局", 5, False, 8),
    "居住证签注": ("市公安局", 1, False, 10), "档案查阅复制": ("市档案馆", 0, False, 5),
    "退休待遇资格认证": ("市人力资源和社会保障局", 0, False, 8),
}
UNITS = sorted({unit for unit, *_ in ITEMS.values()})
LAWFUL = {"ground": "不符合法定条件", "basis": "条例第十二条", "alternative": "补齐后可再申请", "forbidden_by": "条例第十二条"}
REFUSALS: list[dict[str, Any]] = [LAWFUL] * 6 + [{"ground": "领导没有交待"}, {**LAWFUL, "reason": "别处没有先例"}]
WRONG = [("at", "2025-02-30T10:00:00"), ("at", "昨天下午"), ("at", ""), ("case_id", ""), ("at", "1900-01-01T00:00"), ("activity", "")]
# fmt: on


@dataclass
class Desk:
    """One case being written down: each `do` is a row, `after` so many working days."""

    rng: Random
    rows: list[dict[str, Any]]
    case: dict[str, Any]
    day: int
    unit: str
    clock: datetime = datetime(2025, 1, 1)  # noqa: DTZ001  local time, as the office writes it

    def do(self, activity: str, actor: str, *, after: float = 0, **fields: Any) -> None:
        """Add a row in office hours; three in a hundred are recorded days later."""
        self.day = min(self.day + round(after), len(DAYS) - 1)
        minute = self.rng.choice([0, 270]) + self.rng.randrange(180)
        opening = datetime.combine(DAYS[self.day], time(9))
        self.clock = max(opening + timedelta(minutes=minute), self.clock + timedelta(minutes=self.rng.randrange(3, 25)))
        late = timedelta(days=self.rng.randrange(1, 7)) if self.often(0.03) else timedelta()
        told = {
            "activity": activity,
            "at": self.clock,
            "recorded_at": self.clock + late,
            "unit": self.unit,
            "actor": actor,
        }
        self.rows.append({**self.case, **told, **fields})

    def often(self, share: float) -> bool:
        """True in this share of cases."""
        return self.rng.random() < share

    def ahead(self, days: int) -> date:
        """The working day so many days on."""
        return DAYS[min(self.day + days, len(DAYS) - 1)]


def application(desk: Desk, usual: int, *, steps: bool) -> None:
    """From receipt to decision, with what may come between."""
    rng = desk.rng
    desk.do("收件", "李强")
    for again in range((1 + desk.often(0.08)) if desk.often(0.14) else 0):
        if again and desk.often(0.5):
            desk.do("签批二次补正", "陈刚", signer="陈刚", signed_reason="首次告知后换发新版表格")
        paper = rng.choice(["场地证明", "申请表第二页"])
        desk.do("告知补正", "李强", after=rng.randrange(4), cause="材料缺失", papers=paper)
        desk.do("补正", desk.case["applicant"], after=rng.randrange(6))
    if desk.often(0.03):
        desk.do("不予受理", "李强", after=2, **rng.choice(REFUSALS))
        return
    desk.do("受理", rng.choice(["李强", "赵倩"]), after=7 if desk.often(0.02) else rng.randrange(3) * (usual > 1))
    for _ in range(3 if desk.often(0.01) else int(desk.often(0.03))):
        desk.do("转办", "赵倩", after=1, to_unit=rng.choice(UNITS))
    if usual > 7 and desk.often(0.2):
        what = {"procedure": rng.choice(["听证", "检验", "检测", "专家评审"]), "special_basis": "许可法四十五条"}
        notice = "" if desk.often(0.1) else f"特告{rng.randrange(1, 400)}号"
        desk.do("特别程序开始", "赵倩", after=1, special="1", declared="10个工作日", notice_no=notice, **what)
        desk.do("特别程序结束", "赵倩", after=rng.randrange(4, 14), special="1")
    left = usual * rng.choice([0.3, 0.5, 0.5, 0.7, 0.7, 0.8, 0.9, 1, 1, 1.3]) + desk.often(0.03) * rng.randrange(4, 20)
    if steps:
        desk.do("审查", "赵倩", after=left * 0.6)
        left *= 0.4
    if usual > 3 and desk.often(0.05):
        days, told = rng.choice([5, 5, 10, 11]), desk.ahead(1) if desk.often(0.8) else ""
        desk.do("批准延期", "陈刚", after=1, days=f"{days}个工作日", extension_reason="需外市核查", notified_on=told)
        left += days / 2
    decision(desk, usual, left=left)


def decision(desk: Desk, usual: int, *, left: float) -> None:
    """The end after so many days; a promise broken is supervised and explained on the way."""
    if left > usual + 2:
        desk.do("下达督办", "陈刚", after=usual + 2, broken_clause="promised", broken_due=desk.ahead(1))
        desk.do("说明失诺原因", "赵倩", after=1)
        left -= usual + 3
    if desk.often(0.04):
        desk.do("撤回", desk.case["applicant"], after=left)
    elif usual == 0 or desk.often(0.98):
        refused: dict[str, Any] = desk.rng.choice(REFUSALS) if desk.often(0.04) else {}
        desk.do("不予许可" if refused else "准予", "陈刚", after=left, **refused)


def errand(desk: Desk, kind: str) -> None:
    """An inquiry handed on and on, a supervision order, a rectification or a pledge."""
    rng = desk.rng
    if kind == "首问":
        desk.do("询问", "李强")
        for number in range(rng.choice([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3])):
            slip, unit = f"{desk.case['case_id']}-{number + 1}", rng.choice(UNITS)
            desk.do("移交", "李强", after=desk.often(0.3), to_unit=unit, handover=slip)
            if desk.often(0.2):
                desk.do("退回", "赵倩", handover=slip, return_reason="不属本单位职责")
            elif desk.often(0.8):
                desk.unit = unit
                desk.do("签收", "赵倩", after=desk.often(0.2), handover=slip)
            if number > 1:
                desk.do("裁定管辖", "陈刚", after=rng.choice([1, 1, 3]), ruled_unit=desk.unit)
        desk.do("答复", "赵倩", after=rng.choice([0, 0, 0, 1, 1, 2, 4]))
    elif kind == "督办":
        about = f"SL2025-{rng.randrange(1, 500):05}"
        broken: dict[str, Any] = {"about": about, "broken_clause": "promised", "broken_due": DAYS[desk.day - 1]}
        desk.do("交办督办单", "陈刚", deadline=desk.ahead(6), to_unit=rng.choice(UNITS), **broken)
        desk.do("督办签收", "赵倩", after=desk.often(0.2))
        desk.do("督办反馈", "赵倩", after=rng.randrange(2, 10))
    elif kind == "整改":
        desk.do("责令整改", "赵倩", problem="窗口脱岗", deadline=desk.ahead(9))
        cause, breadth = rng.choice(["工作不到位", "体制机制制度"]), rng.choice(["普遍性", "切身利益"])
        desk.do("制定措施", "赵倩", after=2, finding_class=cause, breadth=breadth, measure="重排值班表")
        if cause == "体制机制制度" and desk.often(0.8):
            desk.do("建议修改制度", "陈刚", after=1)
        desk.do("整改完成", "赵倩", after=rng.randrange(2, 10), evidence="值班表")
        desk.do("复查通过", "赵倩" if desk.often(0.05) else "陈刚", after=rng.randrange(1, 10))
    else:
        desk.do("起草承诺", "李强", limit=rng.choice(["3个工作日", "30个工作日"]), effect="超时登门说明")
        desk.do("审定承诺", "陈刚", after=3)
        desk.do("公布承诺", "李强", after=rng.choice([1, 7]), medium="示例日报", published_on=desk.ahead(2))


def main(cases: str = "2000", *other: str) -> None:
    """Write all rows of a year in the order in which they were recorded, with six broken copies among them."""
    rng, rows = Random(other[0] if other else "1"), list[dict[str, Any]]()  # noqa: S311  invented people, no secret
    for number in range(1, int(cases) + 1):
        item = rng.choices(list(ITEMS), [one[3] for one in ITEMS.values()])[0]
        kind = rng.choices(["办件", "首问", "督办", "整改", "承诺"], [75, 18, 3, 3, 1])[0]
        case = {"case_id": f"SL2025-{number:05}", "kind": kind, "item": item if kind in {"办件", "承诺"} else ""}
        case["applicant"] = rng.choice(["王敏", "刘洋", "张伟", "陈静", "杨帆"]) if kind in {"办件", "首问"} else ""
        unit, usual, steps, _ = ITEMS[item]
        desk = Desk(rng, rows, case, rng.randrange(1, len(DAYS)), "市政务服务中心" if kind == "首问" else unit)
        application(desk, usual, steps=steps) if kind == "办件" else errand(desk, kind)
    rows.sort(key=lambda row: (row["recorded_at"], row["case_id"]))
    for n, (column, value) in enumerate(WRONG, 1):
        rows.insert(len(rows) * n // 7, {**rows[len(rows) * n // 8], column: value})
    target = Path(other[1]) if other[1:] else Path(__file__).with_name("cases.csv")
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(dict.fromkeys(key for row in rows for key in row)), lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: v.isoformat() if isinstance(v, date) else v for k, v in row.items()} for row in rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
