"""A filled example of every paper."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def digest(number):
    return hashlib.sha256(str(number).encode()).hexdigest()


PROOF = {
    "root": {
        "number": 17,
        "at": "2026-03-02T02:00:00.000000Z",
        "root": digest(0),
        "upto": 1,
        "streams": 9,
        "events": 12,
    },
    "stream": "case/3301042026000017",
    "version": 1,
    "digest": digest(1),
    "trail": digest(2),
    "index": 5,
    "path": [digest(number) for number in range(3, 7)],
}
HEAD = {"organ": "示例市政务服务管理局", "number": "示督〔2026〕17号", "issued_at": AT, "is_demo": True}
LETTER = HEAD | {
    "applicant": "王某某", "item": "排污许可", "unit": "示例市生态环境局", "case": "3301042026000017", "received_at": AT,
    "clerk": "李某（3 号窗口）", "contact": "12345", "track": "https://city.example/follow",
}  # fmt: skip
EXAMPLES = {
    "order": HEAD | {
        "to_unit": "示例市生态环境局", "case": "3301042026000017", "item": "排污许可证核发", "clause": "承诺时限",
        "text": "自受理之日起十个工作日内作出决定；补正期间不计入。", "source": "示例市服务承诺（虚构）第三条",
        "broken_due": datetime(2026, 2, 27, 9, tzinfo=UTC), "sentence": "应于 2026 年 2 月 27 日办结，已用 11 个工作日，尚未办结。",
        "answer_by": date(2026, 3, 9), "requirements": ["查明逾期原因，书面说明。", "三个工作日内作出决定。"],
    },
    "receipt": HEAD | {
        "number": "3301042026000017", "applicant": "王某某", "item": "排污许可证核发", "unit": "示例市生态环境局", "received_at": AT,
        "due": date(2026, 3, 16), "limit": "10 个工作日", "why": "从 3 月 3 日起算，跳过两个周末。",
        "materials": ["排污许可证申请表（原件 1 份）", "环境影响评价批复（复印件 1 份）"], "clerk": "李某（3 号窗口）",
        "contact": "12345", "track": "https://city.example/follow", "digest": digest(9), "proof": PROOF,
    },
    "card": HEAD | {
        "level": "黄牌", "unit": "示例市生态环境局", "person": "赵某", "case": "3301042026000017", "item": "排污许可证核发",
        "sentence": "应于 2026 年 2 月 27 日办结，3 月 2 日仍未办结，逾期 1 个工作日。", "clause": "承诺时限",
        "text": "自受理之日起十个工作日内作出决定；补正期间不计入。", "source": "示例市服务承诺（虚构）第三条", "version": date(2025, 1, 1),
        "raised_at": AT, "answer_by": datetime(2026, 3, 9, 9, tzinfo=UTC),
        "evidence": [("受理", "2026年2月11日 09:12"), ("暂停", "无"), ("已用", "11 个工作日")],
    },
    "acceptance": LETTER | {
        "number": "3301042026000017-受", "accepted_at": AT, "due": date(2026, 3, 16), "limit": "承诺时限 10 个工作日",
        "why": "承诺时限自 2026-03-02 起算，首日不计。", "basis": "排污许可管理条例",
    },
    "supplement": LETTER | {
        "number": "3301042026000017-补1", "told_at": AT, "cause": "材料缺失",
        "papers": ["环境影响评价批复（复印件）", "排污口位置图（原件）"],
    },
    "refusal": LETTER | {
        "number": "3301042026000017-不受", "decided_at": AT, "basis": "排污许可管理条例第九条", "reason": "建设项目尚未取得环评批复。",
        "forbidden_by": "环境影响评价法第二十五条", "alternative": "取得环境影响评价批复后，凭批复再来申请，当场受理。",
    },
    "decision": LETTER | {
        "number": "3301042026000017-准", "is_granted": False, "decided_at": AT, "basis": "排污许可管理条例第九条", "reason": "排放浓度超过标准。",
        "alternative": "加装治理设施并监测合格后再来申请。",
    },
    "delivery": LETTER | {"number": "3301042026000017-送", "documents": ["受理通知书（2026年3月2日）", "准予决定（2026年3月12日）"]},
    "sheet": HEAD | {
        "leader": "周明", "unit": "示例市市场监督管理局", "year": "2026", "duties": ["窗口作风", "一次告知"], "signed_at": AT,
        "digest": "9f2c" * 16, "grade": "良好", "flags": ["一票否决"], "graded_at": AT,
    },
    **dict.fromkeys(("badge", "window-sign"), HEAD | {
        "name": "李强", "job": "综合窗口", "unit": "示例市政务服务中心", "duties": ["收件、受理、发证", "一次告知"], "complaint_phone": "12345",
        "desk_no": "3",
    }),
    "rectification": HEAD | {
        "to_unit": "示例市生态环境局", "problem": "补正材料未一次告知，同一办件先后两次要求补正。", "about": "3301042026000017",
        "basis": "示例市一次性告知办法（虚构）第二条", "deadline": date(2026, 3, 20),
        "requirements": ["修订告知清单。", "对今年以来的补正逐件复核。"],
    },
}  # fmt: skip
