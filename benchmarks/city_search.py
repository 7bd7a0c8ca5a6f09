"""The public search over a million items: two-character words and pinyin initials, by the index; equal to a search by LIKE."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from random import Random

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import a_city
from measured import Result

WHAT = [
    "食品",
    "药品",
    "烟草",
    "道路",
    "城市",
    "建筑",
    "房屋",
    "土地",
    "林木",
    "取水",
    "排污",
    "消防",
    "教师",
    "医师",
    "特种设备",
    "危险化学品",
    "出租汽车",
    "网络文化",
    "户外广告",
    "动物防疫",
]
DONE = [
    "经营许可",
    "生产许可",
    "使用登记",
    "设立审批",
    "变更备案",
    "资格认定",
    "延续换证",
    "注销登记",
    "信息查询",
    "补贴申领",
    "竣工验收",
    "质量监督",
]
WHERE = ["市本级", "城东街道", "城西街道", "临江镇", "周家镇", "开发区", "高新区", "示例县", "滨湖村", "南山社区"]
ASKED = ("食品", "许可", "烟草", "换证", "spjy", "jzzl", "危险化学品", "临江镇 教师", "税", "没有这样的事")
TWO = 2
DAY = date(2026, 3, 20)


def run(*, smoke: bool) -> Result:
    """Fill the table, ask each word several times; the server's own time by EXPLAIN ANALYZE."""
    result = Result("city_search", smoke)
    home = a_city.make("search")
    from django.db import connection

    from yinuo.city.catalogue import queries

    items = 10_000 if smoke else 1_000_000
    with connection.cursor() as cursor:
        _fill(cursor, items)
        result.tell("items", items)
        wrong, times = 0, []
        for asked in ASKED:
            found = queries.search(asked, day=DAY)
            wrong += not _is_right(cursor, asked, found)
            times.append(float(np.median([_server_ms(asked) for _ in range(5)])))
            result.tell(f"{asked}, ms", times[-1])
        result.check("answers other than by LIKE", wrong, len(ASKED))
        short = [time for asked, time in zip(ASKED, times, strict=True) if len(asked) == TWO or asked.isascii()]
        result.bar("slowest two-character word or initials, server ms", max(short), 50)
    a_city.clear(home)
    return result


def _fill(cursor: object, items: int) -> None:
    """Names of three words and a number, written by COPY."""
    import orjson

    from yinuo.city.pages.initials import terms

    rng, said = Random(1), orjson.dumps({}).decode()
    columns = "item, number, since, zh, en, unit, type, case_type, audiences, statutory, promised, said, authority, published_at, withdrawn, terms"
    with cursor.copy(f"COPY catalogue_version ({columns}) FROM STDIN") as lines:  # type: ignore[attr-defined]
        for number in range(items):
            zh = f"{rng.choice(WHAT)}{rng.choice(DONE)}（{rng.choice(WHERE)}）{number}"
            vector = " ".join(f"'{term}'" for term in terms([zh]))
            lines.write_row((
                f"item-{number}", 1, "2025-01-01", zh, "", f"unit-{number % 80}", "01", "promised", ["person"], "", "5 workdays",
                said, "", "2025-01-01", "", vector,
            ))  # fmt: skip
    cursor.execute("VACUUM ANALYZE catalogue_version")  # type: ignore[attr-defined]


def _server_ms(asked: str) -> float:
    """How long the server works on a search, by its own clock."""
    from django.db import connection

    from yinuo.city.catalogue import queries

    kept: list[float] = []

    def explained(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        with connection.connection.cursor() as other:
            plan = other.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params).fetchone()[0]
        import json

        kept.append((json.loads(plan) if isinstance(plan, str) else plan)[0]["Execution Time"])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        queries.search(asked, day=DAY)
    return kept[0]


def _is_right(cursor: object, asked: str, found: object) -> bool:
    """Whether the search found as many as LIKE does (up to those it looks at), and only such; initials are not asked of LIKE."""
    from yinuo.city.catalogue.queries import LOOKED_AT

    if asked.isascii():
        return bool(found.rows) if asked == "spjy" else True  # type: ignore[attr-defined]
    words = asked.split()
    condition = " AND ".join(["zh LIKE %s"] * len(words))
    cursor.execute(f"SELECT count(*) FROM catalogue_version WHERE {condition}", [f"%{word}%" for word in words])  # type: ignore[attr-defined]
    (expected,) = cursor.fetchone()  # type: ignore[attr-defined]
    is_only = all(all(word in row["zh"] for word in words) for row in found.rows)  # type: ignore[attr-defined]
    return is_only and found.total == min(expected, LOOKED_AT + 1)  # type: ignore[attr-defined]
